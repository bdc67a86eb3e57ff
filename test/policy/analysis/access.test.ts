import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { runs } from '../../law.ts';
import { accessInventory, accessRequest, accessRules } from '../access/arbitrary.ts';

function policyOf(rules: readonly AccessRule[]): Policy {
  return { policy: 'p', title: '', owner: '', controls: [], requirements: [{ id: 'q', text: '' }], rules, questions: [], tests: [] };
}

const prepared = (rules: readonly AccessRule[]) =>
  prepareAccess(
    rules.map((rule) => ({ id: `p/${rule.id}`, rule })),
    accessInventory,
  );

/** The first of them twice, so that something is needless. */
const repeated = accessRules.map((rules) => [...rules, ...rules.slice(0, 1).map((rule) => ({ ...rule, id: 'again' }))]);

test('needless access rules go together, and no request is decided otherwise, also where a rule errs', () => {
  let needless = 0;
  fc.assert(
    fc.property(repeated, fc.array(accessRequest, { minLength: 20, maxLength: 20 }), (rules, requests) => {
      const { findings } = analyse([policyOf(rules)], accessInventory);
      const dropped = new Set(findings.filter(({ droppable }) => droppable === true).map(({ rule }) => rule));
      const [whole, rest] = [prepared(rules), prepared(rules.filter(({ id }) => !dropped.has(`p/${id}`)))];
      needless += dropped.size;
      const decisions = (decider: typeof whole) => requests.map((request) => decideAccess(decider, request).decision);
      expect(decisions(rest)).toEqual(decisions(whole));
      const shadowed = new Set(findings.filter(({ kind }) => kind === 'shadowed').map(({ rule }) => rule));
      for (const request of requests) expect(decideAccess(whole, request).determining.filter((rule) => shadowed.has(rule))).toEqual([]);
    }),
    runs(70),
  );
  expect(needless).toBeGreaterThan(0);
});

test('an access rule that others cover is told of, with a request', () => {
  const rule = (id: string, effect: AccessRule['effect'], principals: readonly string[]): AccessRule => ({
    kind: 'access',
    id,
    requirement: 'q',
    effect,
    match: { principals, actions: ['Action:read'], resources: ['document:*'] },
  });
  const { findings } = analyse(
    [policyOf([rule('all', 'allow', ['user:*']), rule('ann', 'allow', ['user:ann']), rule('eve', 'deny', ['user:eve'])])],
    accessInventory,
  );
  expect(findings.filter(({ kind }) => kind !== 'unused-object').map(({ kind, rule: id, rules }) => [kind, id, rules])).toEqual([
    ['redundant', 'p/ann', ['p/all']],
    ['conflicting', 'p/all', ['p/eve']],
  ]);
  expect(findings[0]?.witness).toMatchObject({
    decision: 'allow',
    request: { kind: 'access', principal: 'user:ann', action: 'read' },
  });
});
