import { describe, expect, it } from '@jest/globals';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import { exceptionsOf, nextEndMs, policiesAt } from '../../../domain/policy/life/exceptions.ts';
import type { NetworkRule } from '../../../domain/policy/model.ts';
import { targets } from '../../../domain/policy/targets/index.ts';
import { validatePolicy } from '../../../domain/policy/validate.ts';
import { policyOf, smallInventory } from '../arbitrary.ts';

const until = (time: string) => ({ owner: 'ann', reason: 'moving', until: `2026-12-01T${time}Z` });
const ms = (time: string) => Date.parse(`2026-12-01T${time}Z`);

const rule = (id: string, more: Partial<NetworkRule> = {}): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect: 'allow',
  match: { from: 'any', to: '10.2.0.5', service: 'tcp/22' },
  ...more,
});

const policy = policyOf('p', [
  rule('always'),
  rule('visitor', { match: { from: '10.9.0.1', to: '10.2.0.6', service: 'tcp/22' }, exception: until('18:00:00') }),
  rule('nobody', { effect: 'deny', except: [{ from: '10.9.0.2', exception: until('12:00:00') }, { from: '10.9.0.3' }] }),
]);

const decisionAt = (atMs: number, from: string, to: string) =>
  decide(prepare(policiesAt([policy], atMs), smallInventory), { kind: 'network', from, to, protocol: 'tcp', port: 22 }).decision;

describe('an exception with an end', () => {
  it('is there until the very moment, and then as if it had never been', () => {
    expect(decisionAt(ms('17:59:59'), '10.9.0.1', '10.2.0.6')).toBe('allow');
    expect(decisionAt(ms('18:00:00'), '10.9.0.1', '10.2.0.6')).toBe('not-applicable');
    expect(decisionAt(ms('11:59:59'), '10.9.0.2', '10.2.0.5')).toBe('allow');
    expect(decisionAt(ms('12:00:00'), '10.9.0.2', '10.2.0.5')).toBe('deny');
    expect(decisionAt(ms('12:00:00'), '10.9.0.3', '10.2.0.5')).toBe('allow');
  });

  it('leaves the policy as it is where nothing has ended', () => {
    expect(policiesAt([policy], ms('11:00:00'))[0]).toBe(policy);
  });

  it('leaves nothing of itself in what is compiled after its end', () => {
    for (const target of [targets.nftables, targets.rego]) {
      const text = (atMs: number) => Object.values(target.compile(policiesAt([policy], atMs), smallInventory).artifact.files).join('');
      expect(text(ms('17:00:00'))).toContain('p/visitor');
      expect(text(ms('18:00:00'))).not.toContain('p/visitor');
    }
  });

  it('is listed in the order of the ends, and the next end is known', () => {
    expect(exceptionsOf(policy).map(({ rule: id, part }) => [id, part])).toEqual([
      ['nobody', 'except'],
      ['visitor', 'rule'],
    ]);
    expect(nextEndMs([policy], ms('11:00:00'))).toBe(ms('12:00:00'));
    expect(nextEndMs([policy], ms('12:00:00'))).toBe(ms('18:00:00'));
    expect(nextEndMs([policy], ms('18:00:00'))).toBeUndefined();
  });

  it('must end on a day that there is', () => {
    const never = { ...until('00:00:00'), until: '2026-02-30T00:00:00Z' };
    expect(validatePolicy(policyOf('p', [rule('a', { exception: never })]), smallInventory)).toMatchObject([
      { where: '/rules/0/exception/until' },
    ]);
  });
});
