import { expect, test } from '@jest/globals';
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { overrunsOf, requireBudget } from '../../../domain/policy/analysis/budget.ts';
import { permissiveness } from '../../../domain/policy/analysis/permissiveness.ts';
import { blastRadius } from '../../../domain/policy/analysis/reach.ts';
import type { NetworkRule, Policy } from '../../../domain/policy/model.ts';
import { parsePolicyFile, printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { validatePolicy } from '../../../domain/policy/validate.ts';
import { policyOf, smallInventory } from '../arbitrary.ts';

function rule(id: string, effect: NetworkRule['effect'], match: NetworkRule['match'], except?: NetworkRule['except']): NetworkRule {
  return { kind: 'network', id, requirement: 'q1', effect, match, ...(except === undefined ? {} : { except }) };
}

const sizes = (...rules: readonly NetworkRule[]) => permissiveness([policyOf('p', rules)], smallInventory);

test('a host to a host on one port is one request, at any time and from any source port', () => {
  const { ipv4, ipv6 } = sizes(rule('one', 'allow', { from: '10.1.0.17', to: '10.2.0.5', service: 'tcp/5432' }));
  expect(ipv4.requests).toBe(65_536n * 10_080n);
  expect([ipv4.bits, ipv4.share, ipv6.requests, ipv6.bits, ipv6.share]).toEqual([0, 0, 0n, Number.NEGATIVE_INFINITY, 0]);
});

test('networks and ports are counted as they multiply; what is denied or covered twice is not', () => {
  const wide = rule('wide', 'allow', { from: '10.1.0.0/16', to: '10.2.0.0/16', service: 'tcp' });
  expect(sizes(wide).ipv4.bits).toBeCloseTo(48, 9);
  expect(sizes(wide, rule('again', 'allow', { from: '10.1.4.0/24', to: '10.2.0.0/24', service: 'tcp/22' })).ipv4.bits).toBeCloseTo(48, 9);
  expect(sizes(wide, rule('half', 'deny', { from: 'any', to: 'any', service: 'tcp/0-32767' })).ipv4.bits).toBeCloseTo(47, 9);
  expect(sizes(rule('all', 'allow', { from: 'any', to: 'any', service: 'any' })).ipv4.share).toBeCloseTo(1, 9);
});

test('half the week is one bit less', () => {
  const timed = rule('day', 'allow', { from: '10.1.0.17', to: '10.2.0.5', service: 'tcp/22' }, [{ during: 'daily 12:00-24:00 UTC' }]);
  expect(sizes(timed).ipv4.bits).toBeCloseTo(-1, 9);
});

const budgeted = (ipv4: number): Policy => ({
  ...policyOf('p', [rule('wide', 'allow', { from: '10.1.0.0/16', to: '10.2.0.0/16', service: 'tcp' })]),
  budget: { ipv4, ipv6: 0 },
});

test('a policy that allows more than its budget cannot be handed in', () => {
  expect(overrunsOf(budgeted(48), smallInventory)).toEqual([]);
  expect(validatePolicy(budgeted(47), smallInventory)).toMatchObject([
    {
      code: 'policy-budget-exceeded',
      severity: 'error',
      where: '/budget/ipv4',
      message: 'policy `p` allows 2^48.0 (58 %) of ipv4, its budget is 2^47',
    },
  ]);
  expect(() => requireBudget(budgeted(47), smallInventory)).toThrow('its budget is 2^47');
  expect(analyse([budgeted(47)], smallInventory).findings[0]).toMatchObject({ kind: 'over-budget', severity: 'fault' });
});

test('the budget is a part of the policy file', () => {
  expect(parsePolicyFile(printPolicyFile(budgeted(47))).budget).toEqual({ ipv4: 47, ipv6: 0 });
});

test('a blast radius goes from host to host, and tells what a change adds', () => {
  const before = [policyOf('p', [rule('closed', 'claim', { from: 'any', to: 'any', service: 'any' })])];
  const after = [
    policyOf('p', [
      rule('closed', 'claim', { from: 'any', to: 'any', service: 'any' }),
      rule('admin', 'allow', { from: 'asset:ws-17', to: 'asset:bastion', service: 'tcp/22' }),
      rule('jump', 'allow', { from: 'asset:bastion', to: 'asset:db-1', service: 'tcp/5432' }),
    ]),
  ];
  const change = blastRadius('ws-17', [before, after], smallInventory);
  expect(change.before).toEqual({ reaches: [], reachedFrom: [], critical: 0 });
  expect(change.after.reaches).toEqual([
    { asset: 'bastion', hops: 1, criticality: 'high' },
    { asset: 'db-1', hops: 2, criticality: 'high' },
  ]);
  expect([change.gained, change.lost]).toEqual([['bastion', 'db-1'], []]);
  expect(blastRadius('db-1', [before, after], smallInventory).after.reachedFrom.map(({ asset }) => asset)).toEqual(['bastion', 'ws-17']);
});

test('what no policy speaks of is within reach, unless told otherwise', () => {
  expect(blastRadius('ws-17', [[], []], smallInventory).after.reaches).toHaveLength(4);
  expect(blastRadius('ws-17', [[], []], smallInventory, { unspoken: 'blocked' }).after.reaches).toEqual([]);
  expect(() => blastRadius('ws-18', [[], []], smallInventory)).toThrow('the inventory knows no asset `ws-18`');
});
