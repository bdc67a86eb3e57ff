/** `edict guard` and `edict effect`, as processes, on the embedded parts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { loadDemoData, openGround, type Ground } from './edict.ts';

jest.setTimeout(120_000);

describeWith(['postgres', 'temporal', 'opa'], 'the guard, by the command', () => {
  let ground: Ground;
  const folder = mkdtempSync(join(tmpdir(), 'edict-guard-'));
  beforeAll(async () => {
    ground = await openGround();
    await loadDemoData(ground);
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await ground?.close();
  }, 60_000);

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('shows what is allowed, and what would be decided', async () => {
    expect((await ground.edict(['guard', 'show'])).stdout).toContain(
      'budget isolation: network.isolate, endpoint.isolate: within 1h at most 10 a playbook, 25 overall',
    );
    expect(await ground.edict(['guard', 'test', '--action', 'network.isolate', '--on', 'ws-17'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('allowed'),
    });
    const freeze = file('freeze.yaml', "windows: [{ name: freeze, effects: never, during: ['daily 00:00-24:00 Europe/Zurich'] }]\n");
    expect(await ground.edict(['guard', 'test', '--action', 'network.isolate', '--on', 'ws-17', '--settings', freeze])).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('maintenance window `freeze`: no `network.isolate` during daily 00:00-24:00 Europe/Zurich'),
    });
  });

  it('says where new settings are wrong, before they are sent', async () => {
    const wrong = file('wrong.yaml', 'budgets: [{ name: b, actions: [network.isolat], per: 1h, overall: 1 }]\n');
    expect(await ground.edict(['guard', 'set', wrong, '--reason', 'r'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean `network.isolate`?'),
    });
  });

  it('lists effects, and has nothing to undo where there is nothing', async () => {
    expect((await ground.edict(['effect', 'list', '--status', 'uncertain'])).stdout).toContain('no effects');
    expect(await ground.edict(['effect', 'list', '--status', 'lost'])).toMatchObject({ code: 2 });
    expect(await ground.edict(['effect', 'retry-undo', 'r1/isolate/1', '--reason', 'r'])).toMatchObject({ code: 3 });
  });
});
