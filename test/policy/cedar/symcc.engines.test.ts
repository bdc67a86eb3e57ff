/**
 * Cedar's own symbolic compiler on what we compile: equivalent to the same said in Cedar by hand, for every entity store and every context that
 * the schema allows, and not to the same with a small change.
 */
import { expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { cedarTarget } from '../../../domain/policy/targets/cedar/target.ts';
import { describeEngines, engineProgram } from '../../engines/engines.ts';
import { sampleInventory } from '../openfga/sample.ts';

const rule = (id: string, effect: AccessRule['effect'], match: AccessRule['match'], except?: AccessRule['except']): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q1',
  effect,
  match,
  ...(except === undefined ? {} : { except }),
});

const staffReads = { principals: ['group:staff'], actions: ['read'], resources: ['folder:plans'] };
const scope = 'principal in group::"staff", action == Action::"read", resource in folder::"plans"';

type Case = {
  readonly name: string;
  readonly rules: readonly AccessRule[];
  /** The same, by hand; what errs denies. */
  readonly cedar: string;
  /** The same but for a little. */
  readonly other: string;
};

const cases: readonly Case[] = [
  {
    name: 'groups and folders',
    rules: [
      rule('a', 'allow', staffReads),
      rule('b', 'deny', { ...staffReads, principals: ['user:bo'] }, [{ resources: ['document:menu'] }]),
    ],
    cedar: `permit(${scope});
      forbid(principal == user::"bo", action == Action::"read", resource in folder::"plans") unless { resource == document::"menu" };`,
    other: `permit(${scope}); forbid(principal == user::"bo", action == Action::"read", resource in folder::"plans");`,
  },
  {
    name: 'a flag that must be given',
    rules: [rule('a', 'allow', { ...staffReads, when: { mfa: true } })],
    cedar: `permit(${scope}) when { context has mfa && context.mfa };`,
    other: `permit(${scope}) unless { context has mfa && !context.mfa };`,
  },
  {
    name: 'a deny that cannot be told, and denies',
    rules: [rule('a', 'allow', staffReads), rule('b', 'deny', { ...staffReads, when: { countries: ['US', 'FR'] } })],
    cedar: `permit(${scope}) when { context has country && context.country != "US" && context.country != "FR" };`,
    other: `permit(${scope}); forbid(${scope}) when { context has country && (context.country == "US" || context.country == "FR") };`,
  },
  {
    name: 'numbers, and an exception that cannot be told',
    rules: [
      rule('a', 'allow', { ...staffReads, when: { attributes: [{ attribute: 'context.risk', atMost: 3 }] } }, [
        { when: { device: { managed: false } } },
      ]),
    ],
    cedar: `permit(${scope}) when { context has risk && context.risk <= 3 && context has deviceManaged && context.deviceManaged };`,
    other: `permit(${scope}) when { context has risk && context.risk < 3 && context has deviceManaged && context.deviceManaged };`,
  },
  {
    name: 'an allow that errs beside one that does not',
    rules: [rule('a', 'allow', { ...staffReads, when: { mfa: true } }), rule('b', 'allow', { ...staffReads, principals: ['user:ada'] })],
    cedar: `permit(${scope}) when { context has mfa && context.mfa };
      permit(principal == user::"ada", action == Action::"read", resource in folder::"plans");
      forbid(${scope}) unless { context has mfa };`,
    other: `permit(${scope}) when { context has mfa && context.mfa };
      permit(principal == user::"ada", action == Action::"read", resource in folder::"plans");`,
  },
];

const policyOf = (rules: readonly AccessRule[]): Policy => ({
  policy: 'sample',
  title: 'Sample',
  owner: 'security',
  controls: [],
  requirements: [{ id: 'q1', text: 'Given.' }],
  rules,
  questions: [],
  tests: [],
});

/** The command ends with 0 whatever it found: what it says counts. */
function isEquivalent(files: { readonly [path: string]: string }, other: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'edict-symcc-'));
  try {
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const said = execFileSync(
      engineProgram('cedar'),
      [
        'symcc',
        `--cvc5-path=${engineProgram('cvc5')}`,
        '--principal-type=user',
        '--action=Action::"read"',
        '--resource-type=document',
        `--schema=${write('schema.json', files['access.cedarschema.json']!)}`,
        '--schema-format=json',
        'equivalent',
        `--policies1=${write('ours.cedar', files['access.cedar']!)}`,
        `--policies2=${write('other.cedar', other)}`,
      ],
      { encoding: 'utf8' },
    );
    if (!/VERIFIED|DOES NOT HOLD/.test(said)) throw new Error(said);
    return said.includes('VERIFIED');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describeEngines(['cedar', 'cvc5'], 'the symbolic compiler of Cedar', () => {
  it.each(cases)('finds $name equivalent to what was said by hand, and not to what is a little other', ({ rules, cedar, other }) => {
    const { files } = cedarTarget.compile([policyOf(rules)], sampleInventory).artifact;
    expect(isEquivalent(files, cedar)).toBe(true);
    expect(isEquivalent(files, other)).toBe(false);
  });
});
