/** What is compiled for AWS with something changed: refuted with a request that both sides were asked, unreadable, or the same all the same. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { accessRules } from '../../../domain/policy/access/policies.ts';
import { type AccessTarget, proveAccess } from '../../../domain/policy/access/prove.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { awsIamTarget } from '../../../domain/policy/targets/aws-iam/target.ts';
import { awsScpTarget } from '../../../domain/policy/targets/aws-scp/target.ts';
import { grants, guardrails, people } from './sample.ts';

type Mutation = readonly [name: string, fate: 'refuted' | 'equivalent' | 'unreadable', pattern: RegExp | string, change: string];

const both: readonly Mutation[] = [
  ['an effect turned', 'refuted', '"Effect": "Deny"', '"Effect": "Allow"'],
  ['no condition', 'refuted', /,\n\s*"Condition": \{[^{}]*\{[^{}]*\}\s*(?:,[^{}]*\{[^{}]*\}\s*)*\}/u, ''],
  ['a resource more', 'refuted', /"Resource": \[\n/u, '"Resource": [\n "arn:aws:s3:::more/*",\n'],
  ['every resource', 'refuted', /"Resource": \[[^\]]*\]/u, '"Resource": "*"'],
  ['every action', 'refuted', /"Action": \[[^\]]*\]/u, '"Action": "*"'],
  ['NotAction for Action', 'refuted', '"Action":', '"NotAction":'],
  ['another name of a statement', 'equivalent', /"Sid": "\w+"/u, '"Sid": "Else"'],
  ['an action said twice', 'equivalent', /"Action": \[\n\s*("[^"]+")/u, '"Action": [\n $1, $1'],
  ['other white space', 'equivalent', /\n/gu, '\n\n'],
  ['another version', 'unreadable', '2012-10-17', '2012-10-18'],
  ['an unknown operator', 'unreadable', /"(?:Bool|StringEquals|StringNotEquals|IpAddress|Null)":/u, '"StringIs":'],
  ['an unknown element', 'unreadable', '"Effect"', '"Efect": "Deny", "Effect"'],
  ['a principal', 'unreadable', '"Effect"', '"Principal": "*", "Effect"'],
  ['a policy variable', 'unreadable', /"arn:aws:/u, '"arn:aws:${aws:username}'],
  ['one character of any kind', 'unreadable', /"arn:aws:/u, '"arn:aws:?'],
  ['cut off', 'unreadable', /\}\s*$/u, ''],
];

const iamOnly: readonly Mutation[] = [
  ['an action more', 'refuted', /"Action": \[\n/u, '"Action": [\n "kms:Decrypt",\n'],
  ['attached to others', 'refuted', '"group:developers"', '"group:auditors"'],
  ['attached to everybody', 'refuted', '"group:developers"', '"any"'],
  ['attached to whom it was not', 'refuted', /"except": \[\n\s*"user:ann"\n\s*\]/u, '"except": []'],
  ['attached to fewer', 'refuted', /"to": \[\n\s*"any"/u, '"to": [ "user:ann"'],
  ['a narrower pattern', 'refuted', '"s3:Get*"', '"s3:GetObj*"'],
  ['a wider pattern', 'refuted', '"s3:Get*"', '"s3:*"'],
  ['a narrower resource', 'refuted', '"arn:aws:s3:::reports/*"', '"arn:aws:s3:::reports/a/*"'],
  ['a resource of another name', 'refuted', 'reports/secret', 'reports/Secret'],
  ['a wider network', 'refuted', '10.0.0.0/8', '10.0.0.0/7'],
  ['a narrower network', 'refuted', '10.0.0.0/8', '10.0.0.0/9'],
  [
    'a truth turned',
    'refuted',
    /"Bool": \{\s*"aws:MultiFactorAuthPresent": \[\s*"true"/u,
    '"Bool": { "aws:MultiFactorAuthPresent": [ "false"',
  ],
  ['a value less', 'refuted', /,\s*"blue"/u, ''],
  ['a value of another case', 'refuted', '"red"', '"Red"'],
  [
    'a number one more',
    'refuted',
    /"NumericGreaterThanEquals": \{\s*"aws:PrincipalTag\/level": \[\s*"3"/u,
    '"NumericGreaterThanEquals": { "aws:PrincipalTag/level": [ "4"',
  ],
  ['greater for at least', 'refuted', '"NumericGreaterThanEquals":', '"NumericGreaterThan":'],
  ['present for absent', 'refuted', /"Null": \{\s*("[^"]+"): \[\s*"true"/u, '"Null": { $1: [ "false"'],
  ['if it exists, where absence is denied', 'equivalent', '"Bool":', '"BoolIfExists":'],
  [
    'whole numbers in other words',
    'equivalent',
    /"NumericGreaterThanEquals": \{\s*"aws:PrincipalTag\/level": \[\s*"3"/u,
    '"NumericGreaterThan": { "aws:PrincipalTag/level": [ "2"',
  ],
  ['a network in two halves', 'equivalent', /"10\.0\.0\.0\/8"/u, '"10.0.0.0/9", "10.128.0.0/9"'],
  ['attached to somebody unknown', 'unreadable', '"to"', '"for"'],
];

const scpOnly: readonly Mutation[] = [
  ['an action more, which is denied already', 'equivalent', /"Action": \[\n/u, '"Action": [\n "kms:Decrypt",\n'],
  ['a region more', 'refuted', '"eu-west-1"', '"eu-west-1", "eu-west-2"'],
  ['a region less', 'refuted', /,\s*"eu-west-1"/u, ''],
  ['everybody of one name', 'refuted', 'role/security"', 'role/security*"'],
  ['another exception', 'refuted', '"arn:aws:iam::*:role/security"\n', '"arn:aws:iam::*:role/audit"\n'],
  ['for whom it is not', 'refuted', '"StringNotLike"', '"StringLike"'],
  ['for others', 'refuted', '"arn:aws:iam::*:root"', '"arn:aws:iam::*:user/root"'],
  ['a role less', 'refuted', /"arn:aws:iam::\*:role\/admin",\s*/u, ''],
  ['a service more', 'refuted', /("NotAction": \[\s*)/u, '$1"kms:*", '],
  ['a service less', 'refuted', /"cloudtrail:\*",\s*/u, ''],
  ['an action in another service', 'refuted', 'cloudtrail:StopLogging', 'config:StopLogging'],
  ['a truth turned', 'refuted', /"false"/u, '"true"'],
  ['a statement that allows', 'unreadable', /"Effect": "Deny"/u, '"Effect": "Allow"'],
  ['for some principals alone', 'unreadable', '"any"', '"user:ann"'],
  ['a principal in words of another operator', 'unreadable', '"StringNotLike"', '"StringNotEquals"'],
];

const statementsOf = (target: AccessTarget, policies: readonly Policy[]) => {
  const { artifact, losses } = target.compile(policies, people);
  const decider = prepareAccess(accessRules(policies, 'access'), people);
  /** The first file that the pattern changes. */
  const mutant = (pattern: RegExp | string, change: string) => {
    for (const [path, text] of Object.entries(artifact.files)) {
      const changed = text.replace(pattern, change);
      if (changed !== text) return { ...artifact, files: { ...artifact.files, [path]: changed } };
    }
    throw new Error('nothing is changed');
  };
  const fateOf = (pattern: RegExp | string, change: string): string => {
    try {
      const { equal, counterExample } = proveAccess(target, { policies, inventory: people, artifact: mutant(pattern, change), losses });
      if (counterExample === undefined) return equal ? 'equivalent' : 'unequal without a request';
      expect(decideAccess(decider, counterExample.request).decision).toBe(counterExample.expected);
      expect(counterExample.actual).not.toBe(counterExample.expected);
      return 'refuted';
    } catch (error) {
      if (error instanceof EdictError && error.code === 'artifact-unreadable') return 'unreadable';
      throw error;
    }
  };
  return { artifact, losses, fateOf };
};

describe.each([
  { target: awsIamTarget, policies: grants, mutations: [...both, ...iamOnly] },
  { target: awsScpTarget, policies: guardrails, mutations: [...both.filter(([name]) => name !== 'an effect turned'), ...scpOnly] },
])('$target.name', ({ target, policies, mutations }) => {
  const { artifact, losses, fateOf } = statementsOf(target, policies);

  it('is proved, with nothing lost', () => {
    expect(losses).toEqual([]);
    expect(proveAccess(target, { policies, inventory: people, artifact, losses })).toMatchObject({ equal: true, withinLosses: [] });
  });

  it.each(mutations)('with %s: is %s', (_, fate, pattern, change) => expect(fateOf(pattern, change)).toBe(fate));

  it('has mutants enough, most of them refuted', () => {
    const judged = mutations.filter(([, fate]) => fate !== 'unreadable');
    expect(judged.length).toBeGreaterThanOrEqual(20);
    expect(judged.filter(([, fate]) => fate === 'refuted').length).toBeGreaterThan(judged.length / 2);
  });

  it('reads as it did (UPDATE_GOLDEN=1 writes it anew)', () => {
    const golden = join(import.meta.dirname, '../../golden/policy', target.name, 'storage');
    if (process.env['UPDATE_GOLDEN'] !== undefined) {
      mkdirSync(golden, { recursive: true });
      for (const [path, text] of Object.entries(artifact.files)) writeFileSync(join(golden, path), text);
    }
    const kept = existsSync(golden) ? readdirSync(golden).map((path) => [path, readFileSync(join(golden, path), 'utf8')] as const) : [];
    expect(Object.fromEntries(kept)).toEqual(artifact.files);
  });

  it('changes little when one rule goes', () => {
    const fewer = policies.map((policy) => ({ ...policy, rules: policy.rules.slice(0, -1) }));
    const after = target.compile(fewer, people).artifact;
    const lines = (files: { readonly [path: string]: string }) => Object.values(files).flatMap((text) => text.split('\n'));
    const [old, fresh] = [lines(artifact.files), lines(after.files)];
    expect(fresh.filter((line) => !old.includes(line)).length).toBeLessThan(old.length / 10);
  });
});
