import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import { runPolicyTests } from '../../../domain/policy/life/policy-tests.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { parsePolicyFile, printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { validatePolicy } from '../../../domain/policy/validate.ts';
import { readCedarStore } from '../../../domain/policy/targets/cedar/store.ts';
import { runs } from '../../law.ts';
import { accessInventory, accessRules } from './arbitrary.ts';

const text = `policy: documents
title: Who reads documents, and who uses models
owner: security
requirements:
  - { id: r1, text: Staff read documents of HR with a second factor. Nobody else does. }
  - { id: r2, text: Staff may use the small model for support with public and internal data. }
rules:
  - id: staff
    requirement: r1
    access: { allow: { principals: "group:staff", actions: [reading], resources: "folder:hr", when: { mfa: true } } }
    except: [{ resources: ["document:plan"], when: { countries: [US] } }]
  - id: nobody-else
    requirement: r1
    access: { claim: { resources: "folder:hr" } }
  - id: support
    requirement: r2
    ai: { allow: { principals: "group:staff", models: small, purposes: [support], dataClasses: [public, internal], tools: [] } }
  - id: no-secrets
    requirement: r2
    ai: { deny: { principals: any, models: any, dataClasses: [secret] } }
  - id: ssh
    requirement: r1
    network: { deny: { from: any, to: "zone:office", service: tcp/22 } }
tests:
  - name: ann reads
    request: { access: { principal: "user:ann", action: read, resource: "document:plan", context: { mfa: true, country: CH } } }
    decision: allow
    by: [staff]
  - { name: not abroad, request: { access: { principal: "user:ann", action: read, resource: "document:plan", context: { mfa: true, country: US } } }, decision: deny }
  - { name: country unknown, request: { access: { principal: "user:ann", action: read, resource: "document:plan", context: { mfa: true } } }, decision: deny }
  - { name: eve does not, request: { access: { principal: "user:eve", action: read, resource: "document:plan" } }, decision: deny, by: [nobody-else] }
  - { name: ann uses, request: { ai: { principal: "user:ann", model: small, purpose: support, dataClasses: [internal], tools: [] } }, decision: allow }
  - { name: no tools, request: { ai: { principal: "user:ann", model: small, purpose: support, dataClasses: [internal], tools: [shell] } }, decision: not-applicable }
  - { name: no secrets, request: { ai: { principal: "user:ann", model: small, purpose: support, dataClasses: [internal, secret], tools: [] } }, decision: deny, by: [no-secrets] }
  - { name: says nothing of data, request: { ai: { principal: "user:ann", model: small, purpose: support, tools: [] } }, decision: deny }
  - { name: no ssh, request: { network: { from: 192.0.2.1, to: 10.1.2.3, protocol: tcp, port: 22 } }, decision: deny }
`;

const policyOf = (rules: Policy['rules']): Policy => ({
  policy: 'p',
  title: '',
  owner: '',
  controls: [],
  requirements: [{ id: 'q', text: '' }],
  rules,
  questions: [],
  tests: [],
});

describe('a policy file with rules of several kinds', () => {
  it('is read, and its tests pass', () => {
    const policy = parsePolicyFile(text);
    expect(policy.rules.map(({ kind }) => kind)).toEqual(['access', 'access', 'ai', 'ai', 'network']);
    expect(runPolicyTests(policy, accessInventory).filter(({ passed }) => !passed)).toEqual([]);
    expect(validatePolicy(policy, accessInventory)).toEqual([]);
    expect(parsePolicyFile(printPolicyFile(policy))).toEqual(policy);
  });

  it('is the same when it is printed and read again', () => {
    fc.assert(
      fc.property(accessRules, (rules) => {
        const clean = JSON.parse(JSON.stringify(rules)) as typeof rules;
        fc.pre(clean.every(({ except = [], match }) => [match, ...except].every((part) => isSaid(part) && isSaid(part.when))));
        const policy = policyOf(clean);
        expect(parsePolicyFile(printPolicyFile(policy))).toEqual(policy);
      }),
      { ...runs(100), maxSkipsPerRun: 1_000 },
    );
  });

  it('keeps conditions that were read from Cedar, and decides by them', () => {
    const { rules } = readCedarStore({
      policies: ['permit (principal, action, resource) when { context.n + 1 > 9007199254740993 || "a*b" like "a\\*b" };'],
    });
    const policy = policyOf(rules.map((rule) => ({ ...rule, requirement: 'q' })));
    const read = parsePolicyFile(printPolicyFile(policy));
    expect(read).toEqual(policy);
    const asked = { kind: 'access' as const, principal: 'user:ann', action: 'read', resource: 'document:plan' };
    const decider = prepare([read], accessInventory);
    expect(decide(decider, { ...asked, context: { n: 1 } }).decision).toBe('allow');
    expect(decide(decider, asked)).toMatchObject({ decision: 'deny', determining: ['p/cedar-default'], erring: [] });
  });

  it.each([
    [
      'two effects',
      'access: { allow: { principals: any, actions: any, resources: any }, deny: { principals: any, actions: any, resources: any } }',
    ],
    ['a key that there is none', 'access: { allow: { principals: any, actions: any, resources: any, who: me } }'],
    ['a condition that is none', 'access: { allow: { principals: any, actions: any, resources: any, when: {} } }'],
    [
      'two tests in one',
      'access: { allow: { principals: any, actions: any, resources: any, when: { attributes: [{ attribute: context.a, is: 1, like: b }] } } }',
    ],
    ['an exception of nothing', 'access: { allow: { principals: any, actions: any, resources: any } }, except: [{}]'],
    ['an AI rule without models', 'ai: { allow: { principals: any } }'],
  ])('is refused with %s', (_, rule) => {
    const file = `policy: p\ntitle: t\nowner: o\nrequirements: [{ id: q, text: x }]\nrules: [{ id: a, requirement: q, ${rule} }]\n`;
    expect(() => parsePolicyFile(file)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });

  it.each([
    ['a selector that is none', { principals: ['nobody'] }],
    ['a zone that is not known', { when: { from: ['zone:moon'] } }],
    ['a window that is none', { when: { during: 'sometimes' } }],
    ['an attribute of nothing', { when: { attributes: [{ attribute: 'wind.speed', is: 1 }] } }],
  ])('is not valid with %s', (_, change) => {
    const match = { principals: ['any'], actions: ['any'], resources: ['any'], ...change };
    const problems = validatePolicy(policyOf([{ kind: 'access', id: 'a', requirement: 'q', effect: 'allow', match }]), accessInventory);
    expect(problems).toEqual([expect.objectContaining({ severity: 'error', where: '/rules' })]);
  });
});

function isSaid(part: object | undefined): boolean {
  return (
    part === undefined ||
    (Object.keys(part).length > 0 &&
      Object.values(part).every((value) => typeof value !== 'object' || Object.keys(value as object).length > 0))
  );
}
