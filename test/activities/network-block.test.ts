import { describe, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { networkBlock } from '../../activities/network/block.ts';
import { networkIsolate } from '../../activities/network/isolate.ts';
import { networkUnblock } from '../../activities/network/unblock.ts';
import { actionStep, makeWorld, planOf } from './fake-world.ts';

const plan = planOf([
  actionStep('block', 'network.block', { undo: 'network.unblock' }),
  actionStep('isolate', 'network.isolate', { undo: 'network.release' }),
]);
const call: ActionCall = { run: 'r1', step: 'block', invocation: 1, params: { indicator: { value: '203.0.113.9' } } };
const undo: ActionCall = { ...call, params: { ...call.params, receipt: 'r1/block/1' }, undoes: 'r1/block/1' };

describe('a block of an address', () => {
  it('is at every enforcement point, and gone again', async () => {
    const world = makeWorld({ plan });
    expect(await networkBlock(world.ports)(call)).toEqual({ receipt: 'r1/block/1', points: ['fw-1', 'opa-1'], address: '203.0.113.9' });
    for (const point of ['fw-1', 'opa-1'])
      expect(world.actual.get(point)?.isolations).toEqual([{ key: 'r1/block/1', addresses: ['203.0.113.9'], allow: [] }]);
    await networkUnblock(world.ports)(undo);
    for (const point of ['fw-1', 'opa-1']) expect(world.actual.get(point)?.isolations).toEqual([]);
  });

  it('leaves the isolations of hosts alone, and they leave it alone', async () => {
    const world = makeWorld({ plan });
    await networkIsolate(world.ports)({ run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'ws-17', allow: [] } });
    await networkBlock(world.ports)(call);
    await networkUnblock(world.ports)(undo);
    expect(world.actual.get('fw-1')?.isolations.map(({ key }) => key)).toEqual(['r1/isolate/1']);
  });

  it.each([
    ['a host of our own by its address', '10.3.0.17'],
    ['a host of our own by another spelling of its address', '::ffff:10.3.0.17'],
    ['a name', 'bad.example'],
    ['a network', '203.0.113.0/24'],
    ['everybody', '0.0.0.0/0'],
    ['nothing', ''],
  ])('is not made of %s', async (_, value) => {
    const world = makeWorld({ plan });
    await expect(networkBlock(world.ports)({ ...call, params: { indicator: value } })).rejects.toMatchObject({ code: 'input-invalid' });
    expect(world.effects.size).toBe(0);
    expect(world.changes).toEqual([]);
  });
});
