/** Which of two sets of access rules allows more, against asking both every request of a small world. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { entityStore } from '../../../domain/policy/access/entity-store.ts';
import { type AccessRelation, relateAccess } from '../../../domain/policy/access/compare.ts';
import type { AccessRequest, AccessRule } from '../../../domain/policy/access/model.ts';
import { readRules } from '../../../domain/policy/access/read-rule.ts';
import { runs } from '../../law.ts';
import { accessInventory, accessRequest, accessRules, people } from './arbitrary.ts';

const named = (rules: readonly AccessRule[]) => rules.map((rule) => ({ id: `p/${rule.id}`, rule }));

function related(first: readonly AccessRule[], second: readonly AccessRule[]): AccessRelation {
  const [one, other] = [readRules(named(first), accessInventory), readRules(named(second), accessInventory)];
  return relateAccess({ sides: [one.clauses, other.clauses], store: entityStore(people), timezone: one.timezone ?? other.timezone });
}

const allowing = (rules: readonly AccessRule[]) => {
  const decider = prepareAccess(named(rules), accessInventory);
  return (request: AccessRequest): boolean => decideAccess(decider, request).decision === 'allow';
};

/** Somebody of each sort that the rules below can tell apart, and somebody that none of them names. */
const world: readonly AccessRequest[] = ['user:ann', 'user:bob', 'user:new', 'group:staff', 'robot:r2'].flatMap((principal) =>
  ['read', 'write', 'purge'].flatMap((action) =>
    ['document:plan', 'document:x', 'folder:hr', 'bucket:b'].flatMap((resource) =>
      [{}, { mfa: true }, { mfa: false }, { mfa: 'yes' }].map((context): AccessRequest => ({
        kind: 'access',
        principal,
        action,
        resource,
        context,
      })),
    ),
  ),
);

const some = <T>(...of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 2 });
const scope = {
  principals: some('any', 'user:ann', '=user:bob', 'group:staff', 'user:*'),
  actions: some('any', 'read', '=write'),
  resources: some('any', 'document:*', 'document:plan', 'folder:hr'),
};
const part = fc.record({ ...scope, when: fc.record({ mfa: fc.boolean() }) }, { requiredKeys: ['principals', 'actions', 'resources'] });
const smallRules: fc.Arbitrary<readonly AccessRule[]> = fc
  .array(fc.record({ effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const, 'claim' as const), match: part }), {
    maxLength: 3,
  })
  .map((list) => list.map((each, at): AccessRule => ({ kind: 'access', id: `r${at}`, requirement: 'q', ...each })));

describe('which of two sets of access rules allows more', () => {
  it('is what asking every request says', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(smallRules, smallRules, (first, second) => {
        const [one, other] = [allowing(first), allowing(second)];
        const firstMore = world.some((request) => one(request) && !other(request));
        const secondMore = world.some((request) => other(request) && !one(request));
        const { relation } = related(first, second);
        seen.add(relation);
        expect(relation).toBe(firstMore ? (secondMore ? 'incomparable' : 'first-more') : secondMore ? 'second-more' : 'equivalent');
      }),
      runs(150),
    );
    expect(seen.size).toBeGreaterThan(2);
  });

  it('is shown by requests that one side alone allows, and no request says otherwise', () => {
    fc.assert(
      fc.property(accessRules, accessRules, fc.array(accessRequest, { minLength: 20, maxLength: 20 }), (first, second, requests) => {
        const [one, other] = [allowing(first), allowing(second)];
        const { relation, firstAllows, secondAllows } = related(first, second);
        expect(firstAllows === undefined).toBe(relation === 'equivalent' || relation === 'second-more');
        expect(secondAllows === undefined).toBe(relation === 'equivalent' || relation === 'first-more');
        if (firstAllows !== undefined) expect([one(firstAllows), other(firstAllows)]).toEqual([true, false]);
        if (secondAllows !== undefined) expect([one(secondAllows), other(secondAllows)]).toEqual([false, true]);
        for (const request of requests) {
          if (one(request) && !other(request)) expect(firstAllows).toBeDefined();
          if (other(request) && !one(request)) expect(secondAllows).toBeDefined();
        }
      }),
      runs(60),
    );
  });
});
