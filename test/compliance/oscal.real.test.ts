/** OSCAL assessment results against NIST's own schema. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { assess } from '../../domain/compliance/assess.ts';
import { assessmentResults } from '../../domain/compliance/export/oscal.ts';
import type { ComplianceFacts } from '../../domain/compliance/facts.ts';
import { at, facts, policy } from './facts.ts';

type Validate = { (document: unknown): boolean; errors?: unknown };
const { default: Ajv } = createRequire(import.meta.url)('ajv') as {
  default: new (options: object) => { compile: (schema: object) => Validate };
};
const schema = JSON.parse(readFileSync(new URL('../fixtures/oscal/assessment-results-1.1.3.json', import.meta.url), 'utf8')) as object;

type Results = {
  readonly 'assessment-results': {
    readonly results: readonly [
      {
        readonly observations?: readonly { readonly uuid: string }[];
        readonly findings: readonly {
          readonly target: { readonly 'target-id': string; readonly status: { readonly state: string } };
          readonly 'related-observations'?: readonly { readonly 'observation-uuid': string }[];
        }[];
      },
    ];
  };
};

const made = (given: ComplianceFacts) =>
  assessmentResults({ at: given.at, since: given.since, version: '1.0.0', controls: assess(given) }) as unknown as Results;

describe('OSCAL assessment results', () => {
  let validate: Validate;
  beforeAll(() => {
    validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  });

  const nothing: ComplianceFacts = { ...facts(), policies: [], playbooks: [], points: [], chain: undefined };
  it.each([
    ['where all is well', facts()],
    ['where little was seen', nothing],
    [
      'whatever a policy is called',
      facts({ policies: [policy({ policy: ' <b>\n"x" ', title: '\u202e', controls: ['nist-800-53r5:ac-4'] })] }),
    ],
  ])('are as the schema says %s', (_, given) => {
    const document = made(given);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(validate({ ...document, more: 1 })).toBe(false);
  });

  it('are satisfied where the control is effective and nowhere else', () => {
    for (const given of [facts(), nothing]) {
      const effective = assess(given).filter(({ framework, status }) => framework === 'nist-800-53r5' && status === 'effective');
      const satisfied = made(given)['assessment-results'].results[0].findings.filter(({ target }) => target.status.state === 'satisfied');
      expect(satisfied.map(({ target }) => target['target-id'])).toEqual(effective.map(({ control }) => `${control.split(':')[1]}_smt`));
    }
  });

  it('refer to observations that they have, each once, and are the same for the same state', () => {
    const [{ observations = [], findings }] = made(facts())['assessment-results'].results;
    const ids = observations.map(({ uuid }) => uuid);
    expect(new Set(ids).size).toBe(ids.length);
    const named = new Set(findings.flatMap((finding) => finding['related-observations'] ?? []).map((one) => one['observation-uuid']));
    expect([...named].toSorted()).toEqual(ids.toSorted());
    expect(made(facts())).toEqual(made(facts({ at })));
  });
});
