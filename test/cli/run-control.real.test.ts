/** Run control as people type it, on a whole stack: pause, skip, rerun, migrate, and a cancellation that shows itself first. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { RunDetail } from '../../api/contract/runs.ts';
import { describeWith } from '../stack/fixture.ts';
import { loadDemoData, openGround, refusal, until, type Ground } from './edict.ts';

/** Every call of the command is a process of its own. */
jest.setTimeout(120_000);

const playbook = (version: string, after: string): string => `playbook: controlled
version: ${version}
title: A host is cut off, and somebody decides what comes next
triggers: [{ manual: { roles: [analyst] } }]
inputs: { host: { type: asset } }
steps:
  - { id: cut, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release }
  - { id: soak, wait: 1h }
  - { id: ${after}, set: { name: inputs.host.name } }
`;

describeWith(['postgres', 'temporal', 'opa'], 'edict run, on a run that is under way', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
    await loadDemoData(ground);
    for (const [version, after] of [
      ['1.0.0', 'told'],
      ['1.1.0', 'written'],
    ] as const) {
      const file = join(ground.folder, `controlled-${version}.yaml`);
      writeFileSync(file, playbook(version, after));
      await ground.json('--as', 'engineer', 'playbook', 'publish', file, '--no-tests');
      if (version === '1.0.0') run = await started();
    }
  }, 180_000);
  afterAll(() => ground?.close(), 60_000);

  let run = '';
  const started = async (): Promise<string> =>
    (await ground.json<{ run: string }>('--as', 'analyst', 'playbook', 'run', 'controlled', 'host=ws-17')).run;
  const shown = (id: string): Promise<RunDetail> => ground.json<RunDetail>('run', 'show', id);
  const stands = (id: string, step: string, status: string) =>
    until(
      () => shown(id),
      ({ view }) => view?.steps.some((each) => each.step === step && each.status === status) === true,
    );
  const analyst = (...args: readonly string[]) => ground.edict(['--as', 'analyst', 'run', ...args]);

  it('pauses, and says so; a second pause is refused with the reason', async () => {
    await stands(run, 'soak', 'waiting');
    expect(await analyst('pause', run, '--reason', 'the owner asks to wait')).toMatchObject({ code: 0, stdout: `paused ${run}\n` });
    expect((await ground.edict(['run', 'show', run])).stdout).toContain('paused by analyst: the owner asks to wait');
    expect(await refusal(ground, ['--as', 'analyst', 'run', 'pause', run, '--reason', 'again'])).toMatchObject({
      exit: 5,
      code: 'run-state-wrong',
      message: `run \`${run}\` was paused already by \`analyst\``,
    });
    expect(await refusal(ground, ['--as', 'auditor', 'run', 'pause', run, '--reason', 'x'])).toMatchObject({
      exit: 4,
      code: 'access-denied',
    });
  });

  it('shows what a cancellation would do, and does nothing until somebody agrees', async () => {
    const preview = await ground.edict(['run', 'cancel', run, '--preview']);
    expect(preview.stdout).toMatch(/is undone, in this order\n\s+cut +network\.release · in force/u);
    expect(preview.stdout).toMatch(/is stopped\n\s+soak +wait/u);
    expect(await refusal(ground, ['--as', 'analyst', 'run', 'cancel', run, '--reason', 'x'])).toMatchObject({
      exit: 2,
      help: 'say --yes to cancel without being asked, or --preview to look',
    });
    expect((await shown(run)).view?.status).toBe('paused');
  });

  it('takes the run to another version, for an engineer, after a look at what that means', async () => {
    const preview = await ground.edict(['run', 'migrate', run, '--to', '1.1.0', '--preview']);
    expect(preview.stdout).toContain('from 1.0.0 to 1.1.0: it can');
    expect(await refusal(ground, ['--as', 'analyst', 'run', 'migrate', run, '--to', '1.1.0', '--reason', 'x'])).toMatchObject({ exit: 4 });
    const migrated = await ground.edict(['--as', 'engineer', 'run', 'migrate', run, '--to', '1.1.0', '--reason', 'the other name']);
    expect(migrated).toMatchObject({ code: 0, stdout: `migrated ${run} to 1.1.0\n` });
    expect((await ground.edict(['run', 'show', run])).stdout).toContain('ordered with 1.0.0; migrated to 1.1.0 by engineer');
  });

  it('skips the step that waits, and goes on when it is resumed, by the new version', async () => {
    expect(await analyst('skip', run, 'soak', '--reason', 'seen enough')).toMatchObject({ code: 0, stdout: 'skipped soak\n' });
    expect(await analyst('resume', run)).toMatchObject({ code: 0 });
    const ended = await until(
      () => shown(run),
      ({ status }) => status === 'ended',
    );
    expect(ended).toMatchObject({ outcome: 'done', version: '1.1.0', effects: [{ status: 'confirmed' }] });
    expect(ended.view?.steps.map(({ step, status }) => `${step} ${status}`)).toEqual(['cut done', 'soak skipped', 'written done']);
    const text = (await ground.edict(['run', 'show', run])).stdout;
    expect(text).toMatch(/soak +skipped +wait by analyst: seen enough/u);
    expect(await refusal(ground, ['--as', 'analyst', 'run', 'skip', run, 'soak', '--reason', 'x'])).toMatchObject({ exit: 5 });
  });

  it('reruns from a step: a new run, linked both ways, that does not isolate again', async () => {
    const { run: fork } = await ground.json<{ run: string }>('--as', 'analyst', 'run', 'rerun', run, '--from', 'written');
    const ended = await until(
      () => shown(fork),
      ({ status }) => status === 'ended',
    );
    expect(ended).toMatchObject({ outcome: 'done', effects: [], forkOf: { run, from: 'written' } });
    expect((await shown(run)).forks).toEqual([fork]);
    expect((await ground.edict(['run', 'show', fork])).stdout).toContain(`began at \`written\` of ${run}`);
    expect((await ground.edict(['run', 'show', run])).stdout).toContain(`rerun as ${fork}`);
    expect(await refusal(ground, ['--as', 'analyst', 'run', 'rerun', run, '--from', 'nothing'])).toMatchObject({
      exit: 3,
      code: 'not-found',
    });
  });

  it('cancels when told to, and takes back what it did', async () => {
    const other = await started();
    await stands(other, 'soak', 'waiting');
    expect(await analyst('cancel', other, '--reason', 'false alarm', '--yes')).toMatchObject({ code: 0 });
    const ended = await until(
      () => shown(other),
      ({ status }) => status === 'ended',
    );
    expect(ended).toMatchObject({ outcome: 'cancelled', effects: [{ status: 'undone' }] });
  });
});
