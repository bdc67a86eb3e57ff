/** A connection that a run tries at every point is the last probe of each, whether it was as expected or not. */
import { expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { networkProbe } from '../../activities/network/probe.ts';
import { actionStep, makeWorld, planOf } from './fake-world.ts';

const plan = planOf([actionStep('look', 'network.probe')]);
const callFor = (expect: string): ActionCall => ({
  run: 'r1',
  step: 'look',
  invocation: 1,
  params: { from: 'ws-17', to: 'ws-17', port: 5432, expect },
});

it.each([
  ['denied', 'no error'],
  ['allow', 'probe-unexpected'],
])('expected %s: %s', async (expected, code) => {
  const world = makeWorld({ plan });
  const ended = networkProbe(world.ports)(callFor(expected)).then(
    () => 'no error',
    (error: { readonly code?: string }) => error.code,
  );
  expect(await ended).toBe(code);
  const request = { kind: 'network', from: '10.3.0.17', to: '10.3.0.17', protocol: 'tcp', port: 5432 };
  for (const point of ['fw-1', 'opa-1'])
    expect(world.points.get(point)?.lastProbe).toMatchObject({ decision: 'deny', method: 'decision', run: 'r1', tried: 1, request });
});
