/** A backup taken in the middle of an approval, restored into an empty directory: the run goes on, and what the world already has is not done again. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Approval } from '../../api/contract/approvals.ts';
import type { RunDetail } from '../../api/contract/runs.ts';
import { createClient } from '../../cli/client.ts';
import type { Client } from '../../cli/client.ts';
import { backup } from '../../stack/backup/backup.ts';
import { restore } from '../../stack/backup/restore.ts';
import { startStack } from '../../stack/supervisor.ts';
import type { Stack } from '../../stack/supervisor.ts';
import { prepareGround } from '../kill/ground.ts';
import type { Ground } from '../kill/round.ts';

const host = 'ws-17';
const patienceMs = 60_000;

describe('a backup in the middle of an approval', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edict-backup-approval-'));
  const [first, second, file] = [join(folder, 'first'), join(folder, 'second'), join(folder, 'edict.tar.gz')];
  let ground: Ground & { readonly close: () => Promise<void> };
  let restored: Stack | undefined;

  beforeAll(async () => {
    ground = await prepareGround(first, 'edict-backup');
  }, 120_000);

  afterAll(async () => {
    await restored?.stop();
    await ground?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('goes on where it was: one vote more, one isolation, one release', async () => {
    const inputs = { host, indicator: '203.0.113.9', lease: '6s' };
    const { run } = await ground.analyst.call('playbooks.run', { params: { name: 'contain-host' }, body: { inputs } });
    const approval = await openApproval(ground.managers[0], run);
    expect(approval.quorum).toBe(2);
    await vote(ground.managers[0], approval);
    await backup(first, file);

    // The world goes on after the backup: the second vote, and the host is isolated.
    await vote(ground.managers[1] ?? ground.managers[0], approval);
    await until(
      () => ground.firewallText(),
      (text) => text === '' || text.includes(`${run}/isolate/1`),
    );
    await ground.stack.stop();

    await restore(file, second);
    expect(existsSync(join(second, 'credentials.json'))).toBe(true);
    restored = await startStack({ dataDir: second });
    const as = clientsOf(restored, second);
    const before = await as('analyst').call('runs.get', { params: { run } });
    expect(before.effects).toEqual([]);
    expect((await as('manager-1').call('approvals.get', { params: { id: approval.id } })).votes.map((one) => one.by)).toEqual([
      'manager-1',
    ]);

    await vote(as('manager-2'), approval);
    const ended = await until(
      () => as('analyst').call('runs.get', { params: { run } }),
      (one: RunDetail) => one.status === 'ended',
    );
    expect(ended.outcome).toBe('done');
    expect(ended.effects.map((one) => [one.action, one.status])).toEqual([['network.isolate', 'undone']]);
    expect(await ground.firewallText()).not.toContain(run);
    expect(await as('auditor').call('audit.verify', {})).toMatchObject({ ok: true });
  }, 240_000);
});

function clientsOf(stack: Stack, dataDir: string): (person: string) => Client {
  const { tokens } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as { readonly tokens: Record<string, string> };
  return (person) => createClient({ url: stack.addresses.api, token: tokens[person] ?? '' });
}

async function openApproval(manager: Client, run: string): Promise<Approval> {
  const page = await until(
    () => manager.call('approvals.list', { query: { run, status: 'open' } }),
    ({ items }) => items.length > 0,
  );
  const [approval] = page.items;
  if (approval === undefined) throw new Error(`run ${run} asked for no approval`);
  return approval;
}

async function vote(manager: Client, approval: Approval): Promise<void> {
  await manager.call('approvals.vote', {
    params: { id: approval.id },
    body: { decision: 'approve', digest: approval.digest, reason: 'seen' },
  });
}

async function until<T>(ask: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (good(value) || performance.now() > deadline) return value;
    await sleep(100);
  }
}
