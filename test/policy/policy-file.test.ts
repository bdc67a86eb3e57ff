import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Policy } from '../../domain/policy/model.ts';
import { parsePolicyFile, printPolicyFile } from '../../domain/policy/policy-file.ts';
import { parsePolicy } from '../../domain/policy/policy.schema.ts';
import { runPolicyTests } from '../../domain/policy/life/policy-tests.ts';
import { assertValidPolicy, validatePolicy } from '../../domain/policy/validate.ts';
import { policies, smallInventory } from './arbitrary.ts';

const text = `policy: cardholder-database
title: Who reaches the cardholder database
owner: payments-security
controls: [nist-800-53r5:ac-4, pci-dss-4.0.1:1.3.1]
requirements:
  - { id: r1, text: Only the payments service may connect to the cardholder database on port 5432. }
rules:
  - id: payments-to-database
    requirement: r1
    network: { allow: { from: "service:payments", to: "group:cardholder-db", service: tcp/5432 } }
  - id: nothing-else-to-database
    requirement: r1
    network: { claim: { to: "group:cardholder-db", service: any } }
    except: { from: "asset:bastion", during: "Sun 02:00-06:00 Europe/Zurich" }
questions:
  - id: q1
    about: r1
    text: May the database answer monitoring on other ports?
    readings:
      - { answer: no, request: { network: { from: 10.9.0.4, to: 10.2.0.5, protocol: tcp, port: 9187 } }, decision: deny }
      - { answer: yes, request: { network: { from: 10.9.0.4, to: 10.2.0.5, protocol: tcp, port: 9187 } }, decision: allow }
    answered: { answer: no, by: manager-1, at: 2026-11-03T09:12:00Z }
tests:
  - { name: payments gets in, request: { network: { from: 10.2.0.10, to: 10.2.0.5, protocol: tcp, port: 5432 } }, decision: allow, by: [payments-to-database] }
  - { name: nobody else does, request: { network: { from: 10.9.0.4, to: 10.2.0.5, protocol: tcp, port: 9187 } }, decision: deny, by: [nothing-else-to-database] }
`;
const policy = parsePolicyFile(text);
const invalid = (where: unknown) => expect.objectContaining({ code: 'policy-invalid', where });

describe('policy files', () => {
  it('are read into the model', () => {
    expect(policy.rules).toEqual([
      {
        kind: 'network',
        id: 'payments-to-database',
        requirement: 'r1',
        effect: 'allow',
        match: { from: 'service:payments', to: 'group:cardholder-db', service: 'tcp/5432' },
      },
      {
        kind: 'network',
        id: 'nothing-else-to-database',
        requirement: 'r1',
        effect: 'claim',
        match: { from: 'any', to: 'group:cardholder-db', service: 'any' },
        except: [{ from: 'asset:bastion', during: 'Sun 02:00-06:00 Europe/Zurich' }],
      },
    ]);
    expect(policy.questions[0]).toMatchObject({ answered: { answer: 'no', at: '2026-11-03T09:12:00Z' } });
  });

  it('print to what reads back to the same policy', () => {
    expect(parsePolicyFile(printPolicyFile(policy))).toEqual(policy);
    fc.assert(
      fc.property(policies(true), (list) => list.forEach((each) => expect(parsePolicyFile(printPolicyFile(each))).toEqual(each))),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a misspelt key', text.replace('requirements:', 'requirments:'), 'policy.yaml:1:1'],
    ['a key without a place in the model', `${text}exceptions: []\n`, 'policy.yaml:1:1'],
    [
      'two effects',
      text.replace('network: { claim:', 'network: { deny: { from: any, to: any, service: any }, claim:'),
      'policy.yaml:13:14',
    ],
    ['an allow from who knows where', text.replace('from: "service:payments", ', ''), 'policy.yaml:10:23'],
    ['a number for a name', text.replace('from: "service:payments"', 'from: 17'), 'policy.yaml:10:31'],
    ['an id with a quote in it', text.replace('id: payments-to-database', `id: 'a"b'`), 'policy.yaml:8:9'],
    ['an empty exception', text.replace(/except: \{.*\}/, 'except: {}'), 'policy.yaml:14:13'],
    ['a port out of range', text.replace('port: 9187', 'port: 91870'), expect.stringMatching(/^policy\.yaml:20:/)],
    ['no YAML', 'policy: [', expect.stringMatching(/^policy\.yaml:1:/)],
    ['a key that is there twice', text.replace('owner:', 'title:'), 'policy.yaml:3:1'],
    ['nothing', '', 'policy.yaml:1:1'],
  ])('are refused with %s, and where', (_, bad, where) => {
    expect(() => parsePolicyFile(bad)).toThrow(invalid(where));
  });

  it('are refused when aliases would blow them up', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\npolicy: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`;
    expect(() => parsePolicyFile(bomb)).toThrow(invalid('policy.yaml'));
  });

  it('are refused beyond their size before anything is parsed', () => {
    expect(() => parsePolicyFile('#'.repeat(8_000_001))).toThrow(expect.objectContaining({ code: 'input-too-large' }));
  });
});

describe('a policy from outside', () => {
  it.each([
    null,
    17,
    'policy',
    [],
    {},
    { ...policy, rules: [{}] },
    { ...policy, extra: true },
    { ...policy, policy: '../x' },
    { ...policy, rules: [{ ...policy.rules[0], effect: 'audit' }] },
  ])('is refused unless it has the shape: %j', (value) => {
    expect(() => parsePolicy(value)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });

  it('is the policy itself where it has', () => {
    expect(parsePolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });
});

describe('validation', () => {
  const problems = (change: Partial<Policy>) =>
    validatePolicy({ ...policy, ...change }, smallInventory).map(({ where, severity }) => `${severity} ${where}`);
  const first = policy.rules[0]!;

  it('finds nothing in a policy that can go on', () => {
    expect(validatePolicy(policy, smallInventory)).toEqual([]);
    expect(() => assertValidPolicy(policy, smallInventory)).not.toThrow();
  });

  it.each([
    ['an unknown name', { rules: [{ ...first, match: { ...first.match, from: 'service:paymnets' } }] }, ['error /rules/0/match/from']],
    [
      'a bad service and a bad exception',
      { rules: [{ ...first, match: { ...first.match, service: 'tcp/99999' }, except: [{ during: 'never' }] }] },
      ['error /rules/0/match/service', 'error /rules/0/except/0/during'],
    ],
    ['an id twice', { rules: [first, first] }, ['error /rules/1/id']],
    ['a requirement that is not there', { rules: [{ ...first, requirement: 'r9' }] }, ['error /rules/0/requirement']],
    ['a question about nothing', { questions: [{ ...policy.questions[0]!, about: 'r9' }] }, ['error /questions/0/about']],
    ['an open question', { questions: [{ ...policy.questions[0]!, answered: undefined }] }, ['question /questions/0']],
    ['a test that fails', { rules: [first] }, ['error /tests/1']],
    [
      'two time zones',
      { rules: [...policy.rules, { ...first, id: 'other', except: [{ during: 'daily 01:00-02:00 UTC' }] }] },
      ['error /rules'],
    ],
  ] as const)('reports %s, and where', (_, change, expected) => {
    expect(problems(change as Partial<Policy>)).toEqual(expected);
  });

  it('throws all faults at once', () => {
    const bad = { ...policy, rules: [{ ...first, match: { from: 'zone:x', to: 'zone:y', service: 'any' } }] };
    expect(() => assertValidPolicy(bad as Policy, smallInventory)).toThrow(/zone:x.*zone:y/);
  });
});

describe('the tests kept with a policy', () => {
  it('pass, or say what came out instead', () => {
    expect(runPolicyTests(policy, smallInventory).map(({ passed }) => passed)).toEqual([true, true]);
    const [wrong, undetermined] = runPolicyTests(
      {
        ...policy,
        tests: [
          { ...policy.tests[0]!, decision: 'deny' },
          { ...policy.tests[1]!, by: ['payments-to-database'] },
        ],
      },
      smallInventory,
    );
    expect(wrong).toMatchObject({ passed: false, reason: 'expected deny, got allow' });
    expect(undetermined).toMatchObject({
      passed: false,
      reason: 'not determined by `payments-to-database`',
      determining: ['nothing-else-to-database'],
    });
  });
});
