/** Votes while a process is killed with -9: each that was answered counts, each person counts once, and what was approved is done once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Approval } from '../../api/contract/approvals.ts';
import type { Client } from '../../cli/client.ts';
import { EdictError } from '../../domain/errors.ts';
import { prepareGround } from './ground.ts';
import { insist, untilDefined } from './insist.ts';
import type { Victim } from './round.ts';

const source = `playbook: two-managers
version: 1.0.0
title: Isolate a host that two managers agree on
triggers: [{ manual: { roles: [analyst] } }]
inputs: { host: { type: asset } }
steps:
  - { id: ask, approval: { of: [isolate], roles: [manager], quorum: 2, expires: 10m } }
  - { id: isolate, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release, lease: 1s }
`;

/** `afterMs`: from when the votes are on their way. */
const kills: readonly (readonly [Victim, number, string])[] = [
  ['worker', 0, 'ws-17'],
  ['worker', 60, 'ws-18'],
  ['api', 20, 'ws-42'],
  ['postgres', 10, 'ws-43'],
  ['postgres', 80, 'printer-3'],
  ['temporal', 20, 'ws-17'],
];

describe('killed with -9 while people vote', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-votes-test-'));
  let ground: Awaited<ReturnType<typeof prepareGround>>;

  beforeAll(async () => {
    ground = await prepareGround(dataDir, 'edict-votes-test');
    await insist((idempotencyKey) => ground.engineer.call('playbooks.publish', { body: { source } }, { idempotencyKey }));
  }, 180_000);
  afterAll(async () => {
    await ground?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  async function ask(host: string): Promise<Approval> {
    const { run } = await insist((idempotencyKey) =>
      ground.analyst.call('playbooks.run', { params: { name: 'two-managers' }, body: { inputs: { host } } }, { idempotencyKey }),
    );
    return untilDefined(
      `an approval of ${run}`,
      async () => (await ground.managers[0].call('approvals.list', { query: { run } })).items[0],
    );
  }

  /** As a person does who gets no answer: again, with the same key. */
  function vote(manager: Client, { id, digest }: Approval): Promise<string> {
    return insist(async (idempotencyKey) => {
      try {
        const body = { decision: 'approve' as const, digest, reason: 'agreed' };
        return (await manager.call('approvals.vote', { params: { id }, body }, { idempotencyKey })).status;
      } catch (error) {
        if (error instanceof EdictError && ['approval-vote-repeated', 'approval-closed'].includes(error.code)) return error.code;
        throw error;
      }
    });
  }

  it.each(kills)(
    '%s after %i ms: votes are counted once',
    async (victim, afterMs, host) => {
      const approval = await ask(host);
      await ground.stack.up(victim);
      const votes = ground.managers.map((manager) => vote(manager, approval));
      await sleep(afterMs);
      ground.stack.kill(victim);
      const answers = await Promise.all(votes);
      expect(answers).not.toContain('approval-closed');
      const run = await untilDefined(`the end of ${approval.run}`, async () => {
        const detail = await ground.analyst.call('runs.get', { params: { run: approval.run } });
        return detail.status === 'ended' ? detail : undefined;
      });
      expect(run.outcome).toBe('done');
      expect(run.effects).toMatchObject([{ action: 'network.isolate', status: 'undone' }]);
      const after = await insist(() => ground.analyst.call('approvals.get', { params: { id: approval.id } }));
      expect(after.status).toBe('approved');
      expect(after.votes.map(({ by }) => by).toSorted()).toEqual(['manager-1', 'manager-2']);
      const { items } = await insist(() =>
        ground.auditor.call('audit.list', { query: { subject: `approval/${approval.id}`, limit: '100' } }),
      );
      expect(items.filter(({ event }) => event === 'approval-voted')).toHaveLength(2);
      expect(items.filter(({ event }) => event === 'approval-approved')).toHaveLength(1);
      expect(await insist(() => ground.auditor.call('audit.verify', {}))).toMatchObject({ ok: true });
    },
    200_000,
  );

  it('answers a vote that is sent again after the approval closed: as it was then by the same key, as repeated by another', async () => {
    const approval = await ask('ws-17');
    const body = { decision: 'approve' as const, digest: approval.digest, reason: 'agreed' };
    const vote = (manager: number, idempotencyKey: string) =>
      ground.managers[manager]!.call('approvals.vote', { params: { id: approval.id }, body }, { idempotencyKey });
    const first = await vote(0, 'first');
    expect(await vote(1, 'second')).toMatchObject({ status: 'approved' });
    await untilDefined(`the end of ${approval.run}`, async () =>
      (await ground.analyst.call('runs.get', { params: { run: approval.run } })).status === 'ended' ? true : undefined,
    );
    expect(await vote(0, 'first')).toEqual(first);
    await expect(vote(0, 'another')).rejects.toMatchObject({ code: 'approval-vote-repeated' });
  }, 120_000);
});
