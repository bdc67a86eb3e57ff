import { describe, expect, it } from '@jest/globals';
import { talkGraph } from '../../../api/context/talk-graph.ts';
import type { Connection } from '../../../domain/context/event.ts';
import type { Inventory } from '../../../domain/context/inventory.ts';

const inventory: Inventory = {
  zones: [],
  assets: [{ name: 'db-1', addresses: ['10.0.0.2', '10.0.0.3'], zone: 'data', services: [], groups: [], owner: 'o', criticality: 'high' }],
};
const connection = (id: string, from: string, to: string): Connection => ({
  id,
  at: '2026-11-25T12:00:00Z',
  from,
  to,
  protocol: 'tcp',
  port: 5432,
  sentBytes: 0,
  receivedBytes: 0,
});

describe('who talks to whom', () => {
  it('counts connections between assets, whichever of their addresses was used', () => {
    const graph = talkGraph(inventory, [connection('1', '10.0.0.9', '10.0.0.2'), connection('2', '10.0.0.9', '10.0.0.3')]);
    expect(graph.edges).toMatchObject([{ from: '10.0.0.9', to: 'db-1', service: 'tcp/5432', connections: 2 }]);
    expect(graph.nodes).toEqual([
      { name: 'db-1', kind: 'asset', zone: 'data', criticality: 'high' },
      { name: '10.0.0.9', kind: 'address', zone: expect.any(String) },
    ]);
  });
});
