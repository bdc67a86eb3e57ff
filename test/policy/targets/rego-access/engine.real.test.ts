import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRule, AiRule } from '../../../../domain/policy/access/model.ts';
import { decide, prepare } from '../../../../domain/policy/decide.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { regoAccessTarget } from '../../../../domain/policy/targets/rego-access/target.ts';
import { describeEngines } from '../../../engines/engines.ts';
import { runs } from '../../../law.ts';
import { accessInventory, accessRequest, accessRules } from '../../access/arbitrary.ts';
import { evalRego } from '../../engines.ts';

const policyOf = (rules: Policy['rules']): Policy => ({
  policy: 'p',
  title: '',
  owner: '',
  controls: [],
  requirements: [],
  rules,
  questions: [],
  tests: [],
});

/** Decision, what determined it, and what erred. */
const asRules = (policies: readonly Policy[], requests: readonly any[]) => {
  const decider = prepare(policies, accessInventory);
  return requests.map((request) => told(decide(decider, request)));
};
const asOpa = (policies: readonly Policy[], requests: readonly any[]) =>
  evalRego(regoAccessTarget.compile(policies, accessInventory).artifact, requests).map(told);
const told = ({ decision, determining, erring }: ReturnType<typeof decide>) => ({
  decision,
  determining: [...determining].toSorted(),
  erring: [...new Set(erring.map(({ rule }) => rule))].toSorted(),
});

const access = (rest: Partial<AccessRule['match']>, effect: AccessRule['effect'] = 'allow', id = 'r'): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q',
  effect,
  match: { principals: ['any'], actions: ['any'], resources: ['any'], ...rest },
});
const asked = { kind: 'access', principal: 'user:ann', action: 'read', resource: 'document:plan' };
const uid = (type: string, id: string) => ({ type, id });

describeEngines(['opa'], 'access rules in OPA', () => {
  it('are decided as the rules say, with the same reasons', () => {
    const seen = { allow: 0, deny: 0, 'not-applicable': 0 };
    fc.assert(
      fc.property(accessRules, fc.array(accessRequest, { minLength: 25, maxLength: 25 }), (rules, requests) => {
        const policies = [policyOf(rules)];
        const found = asOpa(policies, requests);
        const expected = asRules(policies, requests);
        found.forEach(({ decision }) => (seen[decision] += 1));
        expect(found.map((each, at) => ({ ...each, rules, request: requests[at] }))).toEqual(
          expected.map((each, at) => ({ ...each, rules, request: requests[at] })),
        );
      }),
      runs(100),
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  it('and so the use of models', () => {
    const list = fc.uniqueArray(fc.constantFrom('public', 'internal', 'secret', 'odd'), { maxLength: 3 });
    const some = fc.constantFrom(['public'], ['public', 'internal'], ['secret'], []);
    const rule = fc.record({
      effect: fc.constantFrom('allow' as const, 'deny' as const, 'claim' as const),
      match: fc.record(
        {
          principals: fc.constantFrom(['any'], ['group:staff']),
          models: fc.constantFrom(['any'], ['small'], ['model:s*'], ['a:b']),
          dataClasses: some,
          tools: some,
          purposes: fc.constantFrom(['support'], ['support', 'fun']),
        },
        { requiredKeys: ['principals', 'models'] },
      ),
    });
    const use = fc.record(
      {
        kind: fc.constant('ai'),
        principal: fc.constantFrom('user:ann', 'user:eve'),
        model: fc.constantFrom('small', 'model:small', 'a:b', '"q"', ':x', ''),
        dataClasses: list,
        tools: list,
        purpose: fc.constantFrom('support', 'fun', 'other'),
      },
      { requiredKeys: ['kind', 'principal', 'model'] },
    );
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.array(use, { minLength: 20, maxLength: 20 }), (rules, uses) => {
        const policies = [policyOf(rules.map((each, at): AiRule => ({ kind: 'ai', id: `r${at}`, requirement: 'q', ...each })))];
        expect(asOpa(policies, uses).map((each, at) => ({ ...each, rules, use: uses[at] }))).toEqual(
          asRules(policies, uses).map((each, at) => ({ ...each, rules, use: uses[at] })),
        );
      }),
      runs(50),
    );
  });

  it('read requests as the rules do, and deny what cannot be read', () => {
    const policies = [
      policyOf([
        access({ principals: ['user:*', 'group:*', 'A::user:*'], resources: ['folder:root', 'bucket:*', '=document:"*"'] }),
        access({ when: { from: ['zone:office'] }, actions: ['walk'] }, 'allow', 'from'),
        access({ when: { attributes: [{ attribute: 'context.ip', equals: 'context.other' }] }, actions: ['same'] }, 'allow', 'same'),
        access({ when: { attributes: [{ attribute: 'context.n', is: [1, 'x', { entity: 'user:ann' }] }] }, actions: ['n'] }, 'allow', 'n'),
        access({ actions: ['s3:Get*', 'x:Action:go'] }, 'deny', 'gets'),
      ]),
    ];
    const entity = { __entity: uid('user', 'ann') };
    const requests: readonly any[] = [
      asked,
      ...[
        'user:new',
        'user',
        ':user',
        'user:',
        'user::x',
        'A::user:x',
        'is:x',
        'a-b:c',
        'user:"q"',
        'user:"q',
        'user:""',
        'user:a\nb',
        7,
      ].map((principal) => ({ ...asked, principal })),
      ...['s3:GetObject', 'Action:read', 'N::Action:read', 'Action:', ':x', '"x"', '"x', '', 'x:Action:go'].map((action) => ({
        ...asked,
        action,
      })),
      ...['folder:root', 'folder:hr', 'bucket:"*"', 'document:"*"', 'document:*', 'bucket:b:c'].map((resource) => ({ ...asked, resource })),
      ...['10.1.2.3', '::ffff:10.1.2.3', '10.01.2.3', '2001:DB8:1::5', '10.1.2.3/32', 'here', ''].map((from) => ({
        ...asked,
        action: 'walk',
        from,
      })),
      { ...asked, action: 'walk', context: { address: { __extn: { fn: 'ip', arg: '10.1.0.0/17' } } } },
      { ...asked, action: 'walk', context: { address: { __extn: { fn: 'ip', arg: '10.0.0.0/8' } } } },
      { ...asked, action: 'walk', context: { address: '10.1.2.3' } },
      ...[1, 1.5, null, 'x', true, entity, { __entity: uid('user', 'bob') }, { __entity: 'ann' }, [], {}, 2, [null], { a: { b: 0.5 } }].map(
        (n) => ({
          ...asked,
          action: 'n',
          context: { n },
        }),
      ),
      ...[
        ['x', 'x'],
        ['x', 'y'],
        [
          ['a', 'b'],
          ['b', 'a', 'a'],
        ],
        [['a'], 'a'],
        [entity, entity],
        [1, '1'],
      ].map(([ip, other]) => ({ ...asked, action: 'same', context: { ip, other } })),
      { ...asked, context: { amount: { __extn: { fn: 'decimal', arg: '1.50' } } } },
      { ...asked, context: { amount: { __extn: { fn: 'decimal', arg: '1' } } } },
      { ...asked, context: { amount: { __extn: { fn: 'odd', arg: '1' } } } },
      { ...asked, resource: 'document:new', entities: [{ uid: uid('document', 'new'), parents: [uid('folder', 'hr')] }] },
      { ...asked, entities: [{ uid: uid('folder', 'hr'), parents: [] }] },
      { ...asked, entities: [] },
    ];
    // Each asked as the first: who asked before must not matter.
    expect(asOpa(policies, requests).map(({ decision }, at) => ({ decision, request: requests[at] }))).toEqual(
      requests.flatMap((request) => asRules(policies, [request])).map(({ decision }, at) => ({ decision, request: requests[at] })),
    );
  });

  it('deny a request that brings what is not read, whatever the rules allow', () => {
    const policies = [policyOf([access({})])];
    const brings = (...entities: readonly any[]) => ({ ...asked, entities });
    const eve = uid('user', 'eve');
    const requests: readonly any[] = [
      brings({ uid: eve }, { uid: eve }),
      brings({ uid: eve, parents: 'group:staff' }),
      brings({ uid: eve, parents: [{ type: 1, id: 'x' }] }),
      brings({ uid: eve, parents: ['group:staff'] }),
      brings({ uid: eve, attrs: [] }),
      brings({ uid: eve, attrs: { level: 0.5 } }),
      brings({ uid: { type: 'user' } }),
      brings(null),
      { ...asked, entities: 'user:eve' },
      { ...asked, context: [] },
      { ...asked, context: { until: { __extn: { fn: 'datetime', arg: '2026-01-01' } } } },
      { ...asked, context: { at: { __extn: { fn: 'ip', arg: '::ffff:10.1.2.3' } } } },
      { ...asked, context: { at: { __extn: { fn: 'ip', arg: '::ffff:a01:203' } } } },
      { ...asked, kind: 'network' },
      { ...asked, kind: 'entities' },
      {},
      [],
      null,
    ];
    expect(asOpa(policies, [asked, brings({ uid: eve })]).map(({ decision }) => decision)).toEqual(['allow', 'allow']);
    expect(asOpa(policies, requests).map(({ decision }, at) => ({ decision, request: requests[at] }))).toEqual(
      requests.map((request) => ({ decision: 'deny', request })),
    );
  });
});
