/** Access policies that are read in: what is left out is told by line, and what is read compiles back to something proved equal. */
import { describe, expect, it } from '@jest/globals';
import { compareWithDocument, compareWithRules } from '../../../domain/policy/import/access-compare.ts';
import { type ImportedPolicy, importPolicy } from '../../../domain/policy/import/importers.ts';
import { parseIamDocument } from '../../../domain/policy/iam/parse-document.ts';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import { parsePolicyFile, printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { targetOf } from '../../../domain/policy/targets/index.ts';

const inventory = { assets: [], zones: [] };
const names = { policy: 'p', title: 'P', owner: 'ann' };
const read = (from: string, text: string): ImportedPolicy => importPolicy(from, text, inventory, names);
const isAccess = (rule: ImportedPolicy['policy']['rules'][number]): rule is AccessRule => rule.kind === 'access';

function provedBack(target: 'cedar' | 'aws-iam', { policy }: ImportedPolicy): boolean {
  const kept = parsePolicyFile(printPolicyFile(policy));
  const { artifact } = targetOf(target).compile([kept], inventory);
  return prove([kept], inventory, artifact, []).equal;
}

const cedar = `@id("employees read")
permit (principal in Group::"staff", action == Action::"read", resource) when { context.mfa };
permit (principal, action, resource is Document) unless { resource.classification == "secret" };
forbid (principal == User::"any", action in [Action::"any", Action::"*"], resource == File::"a:b \\"c\\"");
`;

const document = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 1);
const readReports = {
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: ['arn:aws:s3:::reports', 'arn:aws:s3:::reports/*'],
  Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
};
const elsewhere = {
  Effect: 'Deny',
  NotAction: 'iam:*',
  Resource: '*',
  Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1'] } },
};

describe('Cedar', () => {
  it('becomes a policy that compiles back to what decides alike', () => {
    const imported = read('cedar', cedar);
    expect(imported).toMatchObject({ unread: [] });
    expect(imported.difference).toBeUndefined();
    expect(imported.policy.rules.map(({ id, effect }) => `${effect} ${id}`)).toEqual([
      'allow employees-read',
      'allow policy1',
      'deny policy2',
      'claim cedar-default',
    ]);
    expect(provedBack('cedar', imported)).toBe(true);
  });

  it('is read on behind a policy that is left open, which is told by its line', () => {
    const text = `permit (principal == User::"ann", action, resource);
@id("open") @why("forbid (all)")
permit (principal, action
@id("bob")
forbid (principal == User::"bob", action, resource);
forbid (principal, action, resource) when { context. };
permit (principal == ?principal, action, resource);
`;
    const { policy, unread } = read('cedar', text);
    expect(policy.rules.map(({ id }) => id)).toEqual(['policy0', 'bob', 'cedar-default']);
    expect(unread).toEqual([
      { line: 2, text: '@id("open") @why("forbid (all)")', reason: expect.stringMatching(/: less is allowed without it$/) },
      { line: 6, text: expect.stringContaining('context.'), reason: expect.stringMatching(/: more is allowed without it$/) },
      { line: 7, text: expect.stringContaining('?principal'), reason: 'a template, which says nothing until it is linked' },
    ]);
  });
});

describe('AWS documents', () => {
  it('become a policy that compiles back to what decides alike', () => {
    const imported = read('aws-iam', document(readReports, elsewhere));
    expect(imported).toMatchObject({ unread: [] });
    expect(imported.difference).toBeUndefined();
    expect(provedBack('aws-iam', imported)).toBe(true);
  });

  it('are read without the statements that are not understood, which are told by line', () => {
    const odd = { Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: { StringIs: { 'aws:x': '1' } } };
    const one = { Effect: 'Deny', Action: 's3:Get?', Resource: '*' };
    const text = document(odd, readReports, one);
    const lineOf = (part: string) => text.slice(0, text.indexOf(part)).split('\n').length;
    const { policy, unread, difference } = read('aws-iam', text);
    expect(difference).toBeUndefined();
    expect(policy.rules.map(({ id }) => id)).toEqual(['statement-1', 'default']);
    expect(unread).toMatchObject([
      { line: lineOf('"StringIs"'), reason: '`StringIs` is not a condition operator: less is allowed without it' },
      { line: expect.any(Number), reason: expect.stringContaining('more is allowed without it') },
    ]);
    expect(() => read('aws-iam', '{ "Statement": [')).toThrow(expect.objectContaining({ code: 'artifact-unreadable' }));
  });
});

describe('the comparison with what was read', () => {
  it('finds a rule that says more than was read', () => {
    const { policy } = read('cedar', cedar);
    const rules = policy.rules.filter(isAccess);
    expect(compareWithRules(policy, rules, inventory)).toEqual({});
    const { difference } = compareWithRules(
      policy,
      rules.filter(({ id }) => id !== 'policy1'),
      inventory,
    );
    expect(difference).toMatchObject({ request: { kind: 'access' }, expected: 'deny', actual: 'allow' });
  });

  it('finds by AWS’s own evaluation a rule that says other than the document', () => {
    const text = document(readReports, elsewhere);
    const { policy } = read('aws-iam', text);
    expect(compareWithDocument(policy, parseIamDocument(text), inventory)).toEqual({});
    const wider = document({ ...readReports, Condition: undefined }, elsewhere);
    const found = compareWithDocument(policy, parseIamDocument(wider), inventory);
    expect(found.difference).toMatchObject({ expected: 'allow', actual: 'deny' });
    const narrower = document({ ...readReports, Action: 's3:GetObject' }, elsewhere);
    const { difference } = compareWithDocument(policy, parseIamDocument(narrower), inventory);
    expect(difference).toMatchObject({ request: { action: 's3:ListBucket' }, expected: 'deny', actual: 'allow' });
  });
});
