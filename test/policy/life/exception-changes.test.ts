import { describe, expect, it } from '@jest/globals';
import { exceptionChanges, exceptionChangeText } from '../../../domain/policy/life/exception-changes.ts';
import type { Exception, NetworkRule } from '../../../domain/policy/model.ts';
import { policyOf } from '../arbitrary.ts';

const until = (time: string, owner = 'ann'): Exception => ({ owner, reason: 'moving', until: `2026-12-01T${time}Z` });

const rule = (id: string, more: Partial<NetworkRule> = {}): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect: 'allow',
  match: { from: 'any', to: '10.2.0.5', service: 'tcp/22' },
  ...more,
});

const told = (before: readonly NetworkRule[], after: readonly NetworkRule[]) =>
  exceptionChanges([policyOf('p', before)], [policyOf('p', after)]).map(({ rule: id, part, change }) => `${id} ${part} ${change}`);

describe('what became of exceptions', () => {
  it('is told where the end alone is another', () => {
    const [early, late] = [rule('visitor', { exception: until('12:00:00') }), rule('visitor', { exception: until('18:00:00') })];
    expect(told([early], [late])).toEqual(['visitor rule extended']);
    expect(told([late], [early])).toEqual(['visitor rule shortened']);
    expect(told([early], [early])).toEqual([]);
    expect(told([early], [rule('visitor', { exception: until('12:00:00', 'bob') })])).toEqual(['visitor rule changed']);
  });

  it('tells the same instant written otherwise as the same end', () => {
    const zurich = { ...until('12:00:00'), until: '2026-12-01T13:00:00+01:00' };
    expect(told([rule('visitor', { exception: until('12:00:00') })], [rule('visitor', { exception: zurich })])).toEqual([]);
  });

  it('tells what stays without an end from what is gone', () => {
    const ending = rule('visitor', { exception: until('12:00:00') });
    expect(told([ending], [rule('visitor')])).toEqual(['visitor rule permanent']);
    expect(told([ending], [])).toEqual(['visitor rule removed']);
    expect(told([], [ending])).toEqual(['visitor rule added']);
    expect(told([rule('visitor')], [ending])).toEqual(['visitor rule added']);
    expect(told([rule('visitor')], [])).toEqual([]);
  });

  it('knows a carve-out by what it carves out', () => {
    const carved = (...except: NonNullable<NetworkRule['except']>) => rule('nobody', { effect: 'deny', except });
    const [one, other] = [{ from: '10.9.0.2' }, { from: '10.9.0.3' }];
    expect(
      told([carved({ ...one, exception: until('12:00:00') }, other)], [carved(other, { ...one, exception: until('18:00:00') })]),
    ).toEqual(['nobody except extended']);
    expect(told([carved({ ...one, exception: until('12:00:00') })], [carved(one)])).toEqual(['nobody except permanent']);
  });

  it('is said in a line', () => {
    const [change] = exceptionChanges(
      [policyOf('p', [rule('visitor', { exception: until('12:00:00') })])],
      [policyOf('p', [rule('visitor', { exception: until('18:00:00') })])],
    );
    expect(exceptionChangeText(change!)).toBe(
      'the exception `p/visitor` ends 2026-12-01T18:00:00Z instead of 2026-12-01T12:00:00Z (ann: moving)',
    );
  });
});
