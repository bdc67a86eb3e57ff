import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSystem } from '../../../connectors/open-system.ts';
import type { OutsideSystem } from '../../../connectors/system.ts';
import { startFakeDefender, type FakeDefender } from '../../fakes/fake-defender.ts';
import { registration } from '../../fakes/odata.ts';
import { systemConformance, type SystemBench } from './conformance.ts';

const open = (fake: FakeDefender, timeoutMs = 5000, secret = registration.clientSecret): OutsideSystem =>
  openSystem(
    {
      name: 'edr',
      kind: 'defender',
      settings: { ...fake.settings, timeoutMs, settleTimeoutMs: timeoutMs },
      secrets: { clientSecret: 's' },
    },
    async () => secret,
  );

async function start(): Promise<SystemBench> {
  const fake = await startFakeDefender();
  const isIsolated = () =>
    fake.actions.findLast(({ type, status }) => type !== 'RunAntiVirusScan' && status === 'Succeeded')?.type === 'Isolate';
  return {
    kind: 'defender',
    open: ({ timeoutMs = 5000, secret = registration.clientSecret } = {}) => open(fake, timeoutMs, secret),
    setFault: fake.setFault,
    writes: fake.writes,
    changes: [
      {
        change: 'isolate-machine',
        params: { machine: 'WS-17' },
        target: 'machine/ws-17.corp.example.com',
        held: isIsolated,
        undoable: true,
        missing: { machine: 'ws-1' },
      },
      {
        change: 'scan-machine',
        params: { machine: 'ws-17.corp.example.com' },
        target: 'machine/ws-17.corp.example.com',
        held: () => fake.actions.filter(({ type }) => type === 'RunAntiVirusScan').length,
        undoable: false,
        missing: { machine: 'ws-1' },
      },
    ],
    reads: [],
    stop: fake.stop,
  };
}

systemConformance('defender', { start, changes: ['isolate-machine', 'scan-machine'], reads: [] });

describe('a machine of Defender', () => {
  let fake: FakeDefender;
  let edr: OutsideSystem;
  beforeAll(async () => {
    fake = await startFakeDefender();
    edr = open(fake);
  });
  afterAll(async () => {
    await edr.close();
    await fake.stop();
  });

  it('whose name several have is not guessed', async () => {
    await expect(edr.prepare('isolate-machine', { machine: 'ws-18' })).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await edr.prepare('isolate-machine', { machine: 'ws-18.lab.example.com' })).target).toBe('machine/ws-18.lab.example.com');
  });

  it.each(['Failed', 'TimeOut', 'Cancelled'])('that the service could not isolate (%s) is not said to be isolated', async (status) => {
    fake.outcome.status = status;
    const prepared = await edr.prepare('isolate-machine', { machine: 'ws-17' });
    await expect(edr.perform(prepared, 'r/s/1')).rejects.toMatchObject({ code: 'effect-unverified' });
    fake.outcome.status = 'Succeeded';
    expect((await edr.observe(prepared, 'r/s/1')).state).toBe('absent');
  });

  it('is pending as long as the service has not carried it out, and no longer than the deadline', async () => {
    fake.outcome.looks = 1000;
    const prepared = await edr.prepare('isolate-machine', { machine: 'ws-170' });
    await expect(edr.perform(prepared, 'r/s/2', { timeoutMs: 500 })).rejects.toMatchObject({ code: 'timeout' });
    expect((await edr.observe(prepared, 'r/s/2')).state).toBe('pending');
    fake.outcome.looks = 1;
    expect((await edr.perform(prepared, 'r/s/2')).state).toBe('landed');
    expect(fake.actions.filter(({ machineId, type }) => machineId === 'machine-1' && type === 'Isolate')).toHaveLength(1);
  });

  it('is scanned once for each key', async () => {
    const prepared = await edr.prepare('scan-machine', { machine: 'ws-170' });
    await edr.perform(prepared, 'r/scan/1');
    expect((await edr.observe(prepared, 'r/scan/1')).state).toBe('landed');
    expect((await edr.observe(prepared, 'r/scan/2')).state).toBe('absent');
  });
});
