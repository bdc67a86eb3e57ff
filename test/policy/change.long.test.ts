import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Connection } from '../../domain/context/event.ts';
import { decide, prepare } from '../../domain/policy/decide.ts';
import { diffPolicies } from '../../domain/policy/diff.ts';
import type { NetworkRule, Policy } from '../../domain/policy/model.ts';
import { whatIf } from '../../domain/policy/replay/what-if.ts';
import { fullPolicies, policyOf, request, smallInventory } from './arbitrary.ts';

const rule = (id: string, effect: NetworkRule['effect'], service = 'tcp/5432', except?: NetworkRule['except']): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect,
  match: { from: 'service:payments', to: 'group:cardholder-db', service },
  ...(except === undefined ? {} : { except }),
});
const diff = (before: readonly NetworkRule[], after: readonly NetworkRule[]) =>
  diffPolicies([policyOf('p', before)], [policyOf('p', after)], smallInventory);

describe('the difference between two states of policy', () => {
  it.each([
    ['added', [], [rule('a', 'allow')]],
    ['removed', [rule('a', 'allow')], []],
    ['widened', [rule('a', 'allow')], [rule('a', 'allow', 'tcp/5432-5433')]],
    ['narrowed', [rule('a', 'allow')], [rule('a', 'allow', 'tcp/5432', [{ from: 'asset:pay-1' }])]],
    ['changed', [rule('a', 'allow')], [rule('a', 'allow', 'tcp/5433')]],
    ['changed', [rule('a', 'allow')], [rule('a', 'deny')]],
  ] as const)('calls a rule %s, and shows a request that tells', (change, before, after) => {
    const found = diff(before, after);
    expect(found).toMatchObject({ equal: false, rules: [{ rule: 'p/a', change }] });
    const { witness } = found.rules[0]!;
    expect(witness!.before).not.toBe(witness!.after);
    expect(decide(prepare([policyOf('p', after)], smallInventory), witness!.request).decision).toBe(witness!.after);
  });

  it.each([
    ['widened', { sourcePorts: '1024-2000' }, { sourcePorts: '1024-2001' }, { sourcePort: 2001 }],
    ['narrowed', {}, { sourcePorts: '1024-65535' }, { sourcePort: 0 }],
    ['narrowed', {}, { direction: 'in' }, {}],
    ['changed', { direction: 'in' }, { direction: 'out' }, { direction: 'out' }],
    ['widened', { state: ['new'] }, { state: ['new', 'invalid'] }, { state: 'invalid' }],
    ['widened', { service: 'icmp/8/0' }, { service: 'icmp/8' }, { protocol: 'icmp', icmpType: 8, icmpCode: 1 }],
    ['narrowed', { service: 'sctp,esp' }, { service: 'sctp' }, { protocol: 'esp' }],
  ] as const)('calls a rule %s by %j that became %j', (change, before, after, shown) => {
    const having = (match: object) => [{ ...rule('a', 'allow'), match: { ...rule('a', 'allow').match, ...match } }];
    const found = diff(having(before), having(after));
    expect(found).toMatchObject({ equal: false, rules: [{ rule: 'p/a', change, witness: { request: shown } }] });
    expect(found.rules[0]!.witness!.before).not.toBe(found.rules[0]!.witness!.after);
  });

  it('sees that another text says the same', () => {
    const split = [rule('a', 'allow', 'tcp/1-99'), rule('b', 'allow', 'tcp/100-200')];
    expect(diff([rule('a', 'allow', 'tcp/1-200')], split)).toMatchObject({
      equal: true,
      rules: [
        { rule: 'p/a', change: 'narrowed' },
        { rule: 'p/b', change: 'added' },
      ],
    });
    expect(diff(split, split.toReversed())).toEqual({ equal: true, rules: [] });
  });

  it('is equal only where no request is decided otherwise', () => {
    const utterly = fc.property(
      fullPolicies(false),
      fullPolicies(false),
      fc.array(request(false), { minLength: 20, maxLength: 20 }),
      (before, after, requests) => {
        const found = diffPolicies(before, after, smallInventory);
        const [old, fresh] = [prepare(before, smallInventory), prepare(after, smallInventory)];
        const differs = requests.some((each) => decide(old, each).decision !== decide(fresh, each).decision);
        if (found.equal) expect(differs).toBe(false);
        else expect(decide(old, found.witness!.request).decision).not.toBe(decide(fresh, found.witness!.request).decision);
      },
    );
    fc.assert(utterly, { numRuns: 40 });
  });
});

describe('what if', () => {
  const seen = (from: string, to: string, port: number, id = `${from}-${port}`): Connection => ({
    id,
    at: '2026-11-25T12:00:00Z',
    from,
    to,
    protocol: 'tcp',
    port,
    sentBytes: 1,
    receivedBytes: 1,
  });
  const closed: readonly Policy[] = [
    policyOf('p', [
      rule('a', 'allow'),
      { ...rule('c', 'claim', 'any'), match: { from: 'any', to: 'group:cardholder-db', service: 'any' } },
    ]),
  ];
  const connections = [
    seen('10.2.0.10', '10.2.0.5', 5432),
    seen('10.1.0.17', '10.2.0.5', 5432, 'x'),
    seen('10.1.0.17', '10.2.0.5', 5432, 'y'),
    seen('10.1.0.99', '10.2.0.5', 22),
    seen('10.1.0.17', '10.1.0.99', 22),
    seen('nowhere', '10.2.0.5', 22),
  ];

  it('counts the connections and names the hosts that a change would have cut off', () => {
    const result = whatIf([], closed, smallInventory, connections);
    expect(result).toMatchObject({
      connections: 6,
      unreadable: 1,
      wouldBlock: { connections: 3, hosts: ['10.1.0.99', 'ws-17'] },
      wouldAllow: { connections: 0, hosts: [], examples: [] },
    });
    expect(result.wouldBlock.examples[0]).toMatchObject({
      count: 2,
      before: 'not-applicable',
      after: 'deny',
      determining: ['p/c'],
      text: 'tcp/5432 from 10.1.0.17 (ws-17) to 10.2.0.5 (db-1) at 2026-11-25T12:00:00Z',
    });
  });

  it('tells the same story backwards', () => {
    const [there, back] = [whatIf([], closed, smallInventory, connections), whatIf(closed, [], smallInventory, connections)];
    expect(back.wouldAllow.connections).toBe(there.wouldBlock.connections);
    expect(back.wouldAllow.hosts).toEqual(there.wouldBlock.hosts);
  });

  it('is plain JSON', () => {
    const result = whatIf([], closed, smallInventory, connections);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
