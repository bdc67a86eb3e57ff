import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Connection } from '../../../domain/context/event.ts';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import type { NetworkRequest, NetworkRule } from '../../../domain/policy/model.ts';
import { whatIf } from '../../../domain/policy/replay/what-if.ts';
import { runs } from '../../law.ts';
import { policies, policyOf, request, smallInventory } from '../arbitrary.ts';

const at = '2026-11-25T12:00:00Z';

function connectionOf(each: NetworkRequest, index: number): Connection {
  const protocol = each.protocol === 'tcp' || each.protocol === 'udp' || each.protocol === 'icmp' ? each.protocol : 'other';
  return { id: String(index), at: each.at ?? at, from: each.from, to: each.to, protocol, port: each.port, sentBytes: 0, receivedBytes: 0 };
}

test('a replay in columns counts what deciding one request after the other counts', () => {
  const several = fc.array(request(true), { minLength: 25, maxLength: 25 }).map((list) => [...list, ...list.slice(0, 7)].map(connectionOf));
  fc.assert(
    fc.property(policies(true), policies(true), several, (before, after, connections) => {
      const deciders = [prepare(before, smallInventory), prepare(after, smallInventory)] as const;
      const judged = connections.map(({ from, to, protocol, port, at: instant }) => {
        const told: NetworkRequest = { kind: 'network', from, to, protocol, port, at: instant };
        const [old, now] = deciders.map((decider) => decide(decider, told).decision === 'deny');
        return { old, now };
      });
      const result = whatIf(before, after, smallInventory, connections);
      expect([result.wouldBlock.connections, result.wouldAllow.connections]).toEqual([
        judged.filter(({ old, now }) => !old && now).length,
        judged.filter(({ old, now }) => old && !now).length,
      ]);
    }),
    runs(60),
  );
});

const inventory: Inventory = {
  ...smallInventory,
  assets: smallInventory.assets.map((asset) => (asset.name === 'db-1' ? { ...asset, criticality: 'critical' as const } : asset)),
};
const flow = (from: string, to: string, index: number): Connection =>
  connectionOf({ kind: 'network', from, to, protocol: 'tcp', port: 22 }, index);
const closed: NetworkRule = {
  kind: 'network',
  id: 'c',
  requirement: 'q1',
  effect: 'claim',
  match: { from: 'any', to: 'any', service: 'any' },
};

test('the most critical come first, however rare; of those, the most frequent', () => {
  const often = Array.from({ length: 5 }, (_, index) => flow('10.1.0.17', '10.2.0.11', index));
  const result = whatIf([], [policyOf('p', [closed])], inventory, [
    flow('198.51.100.7', '203.0.113.9', 10),
    ...often,
    flow('10.1.0.17', '10.2.0.10', 11),
    flow('10.2.0.10', '10.2.0.5', 12),
  ]);
  expect(result.wouldBlock.examples.map(({ request: { to }, criticality, count }) => [to, criticality, count])).toEqual([
    ['10.2.0.5', 'critical', 1],
    ['10.2.0.11', 'high', 5],
    ['10.2.0.10', 'high', 1],
    ['203.0.113.9', undefined, 1],
  ]);
});

test('a flow that cannot be decided is counted, and changes nothing', () => {
  const result = whatIf([], [policyOf('p', [closed])], inventory, [
    flow('printer', '10.2.0.5', 1),
    flow('10.2.0.5', '2001:db8::1', 2),
    flow('10.2.0.5', '10.2.0.10', 3),
  ]);
  expect(result).toMatchObject({ connections: 3, unreadable: 2, wouldBlock: { connections: 1 } });
});
