import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRule, AiRule } from '../../../../domain/policy/access/model.ts';
import { decideAccess, prepareAccess } from '../../../../domain/policy/access/decide.ts';
import { mergeGrants } from '../../../../domain/policy/analysis/grants/merge.ts';
import { optimise } from '../../../../domain/policy/analysis/optimise.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { runs } from '../../../law.ts';
import { accessInventory, accessRequest, accessRules } from '../../access/arbitrary.ts';
import { referenceDecision } from '../../access/reference.ts';

const policyOf = (rules: Policy['rules'], tests: Policy['tests'] = []): Policy => ({
  policy: 'p',
  title: 'P',
  owner: 'ann',
  controls: [],
  requirements: [{ id: 'q', text: 'Given.' }],
  rules,
  questions: [],
  tests,
});

const rule = (id: string, match: Partial<AccessRule['match']>, rest: Partial<AccessRule> = {}): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q',
  effect: 'allow',
  match: { principals: ['user:ann'], actions: ['read'], resources: ['document:plan'], ...match },
  ...rest,
});

const isAccess = (one: Policy['rules'][number]): one is AccessRule => one.kind === 'access';

describe('access rules in fewer', () => {
  it('decide every request as before, also where one errs', () => {
    let fewer = 0;
    // Some again with other actions, so that there is something to merge.
    const alike = accessRules.map((rules) => [
      ...rules,
      ...rules.map((one) => ({ ...one, id: `${one.id}-too`, match: { ...one.match, actions: ['write'] } })),
    ]);
    fc.assert(
      fc.property(alike, fc.array(accessRequest, { minLength: 20, maxLength: 20 }), (rules, requests) => {
        const { policies, before, after } = optimise([policyOf(rules)], accessInventory);
        const left = (policies[0]?.rules ?? []).filter(isAccess);
        fewer += before - after;
        const decider = prepareAccess(
          left.map((one) => ({ id: `p/${one.id}`, rule: one })),
          accessInventory,
        );
        for (const request of requests) expect(decideAccess(decider, request).decision).toBe(referenceDecision(rules, request).decision);
      }),
      runs(40),
    );
    expect(fewer).toBeGreaterThan(0);
  });

  it('are merged where they differ in one list, in one place after the other', () => {
    const rules = [
      rule('a', {}),
      rule('b', { actions: ['write'] }),
      rule('c', { principals: ['user:bob'] }),
      rule('d', { principals: ['user:bob'], actions: ['write'] }),
      rule('e', { principals: ['user:eve'], when: { mfa: true } }),
    ];
    const { policies, steps } = optimise([policyOf(rules)], accessInventory);
    expect(policies[0]?.rules).toEqual([rule('a', { principals: ['user:ann', 'user:bob'], actions: ['read', 'write'] }), rules[4]]);
    expect(steps.map(({ change, rule: id }) => [change, id])).toEqual([
      ['merged', 'p/a'],
      ['merged', 'p/b'],
      ['merged', 'p/a'],
    ]);
  });

  it('drop what others cover, and keep the tests', () => {
    const rules = [rule('ann', {}), rule('staff', { principals: ['group:staff'], resources: ['folder:hr'] })];
    const request = { kind: 'access' as const, principal: 'user:ann', action: 'read', resource: 'document:plan' };
    const { policies, steps } = optimise(
      [policyOf(rules, [{ name: 'ann reads', request, decision: 'allow', by: ['p/ann'] }])],
      accessInventory,
    );
    expect(steps).toEqual([{ change: 'dropped', rule: 'p/ann', rules: ['p/staff'] }]);
    expect(policies[0]).toMatchObject({ rules: [{ id: 'staff' }], tests: [{ name: 'ann reads', decision: 'allow' }] });
  });

  it('keep what ends by itself apart, and what differs in more than a list', () => {
    const exception = { owner: 'ann', reason: 'moving', until: '2026-12-01T18:00:00Z' };
    for (const rules of [
      [rule('a', {}), rule('b', { actions: ['write'] }, { exception })],
      [rule('a', {}), rule('b', { actions: ['write'] }, { except: [{ principals: ['user:eve'], exception }] })],
      [rule('a', {}), rule('b', { actions: ['write'] }, { effect: 'deny' })],
      [rule('a', {}), rule('b', { actions: ['write'], principals: ['user:bob'] })],
    ])
      expect(mergeGrants(rules).merges).toEqual([]);
  });

  it('are of models too', () => {
    const use = (id: string, models: readonly string[]): AiRule => ({
      kind: 'ai',
      id,
      requirement: 'q',
      effect: 'allow',
      match: { principals: ['group:staff'], models, purposes: ['support'] },
    });
    const { policies } = optimise([policyOf([use('small', ['small']), use('large', ['large'])])], accessInventory);
    expect(policies[0]?.rules).toEqual([use('small', ['small', 'large'])]);
  });
});
