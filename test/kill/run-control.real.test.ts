/** Run control while processes are killed with -9: what was said once is taken once, and nothing is lost or done twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunCommand, RunDetail } from '../../api/contract/runs.ts';
import { hosts, prepareGround } from './ground.ts';
import { insist, untilDefined } from './insist.ts';
import type { Victim } from './round.ts';

const source = `playbook: controlled
version: 1.0.0
title: A host is cut off, and somebody decides what comes next
triggers: [{ manual: { roles: [analyst] } }]
inputs: { host: { type: asset } }
steps:
  - { id: cut, action: network.isolate, with: { asset: '\${inputs.host}' }, undo: network.release }
  - { id: soak, wait: 1h }
  - { id: told, set: { by: run.requester } }
  - { id: after, wait: 1s }
`;

describe('run control, killed with -9 at every word', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-kill-control-'));
  let ground: Awaited<ReturnType<typeof prepareGround>>;

  beforeAll(async () => {
    ground = await prepareGround(dataDir, 'edict-kill-control');
    await ground.engineer.call('playbooks.publish', { body: { source, file: 'controlled.yaml' } });
  }, 120_000);
  afterAll(async () => {
    await ground?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  const shown = (run: string): Promise<RunDetail> => ground.analyst.call('runs.get', { params: { run } });
  const until = (run: string, holds: (detail: RunDetail) => boolean): Promise<RunDetail> =>
    untilDefined('the run', async () => {
      const detail = await shown(run);
      return holds(detail) ? detail : undefined;
    });
  const stands = (step: string, status: string) => (detail: RunDetail) =>
    detail.view?.steps.some((each) => each.step === step && each.status === status) === true;
  const kinds = ({ commands }: RunDetail): readonly string[] => commands.map(({ kind, status }) => `${kind} ${status}`);

  it.each<[Victim, number]>([
    ['worker', 0],
    ['api', 1],
    ['temporal', 2],
    ['postgres', 3],
  ])(
    '%s: a pause, a skip and a resume are each taken once',
    async (victim, index) => {
      const host = hosts[index] ?? hosts[0];
      const { run } = await insist((idempotencyKey) =>
        ground.analyst.call('playbooks.run', { params: { name: 'controlled' }, body: { inputs: { host } } }, { idempotencyKey }),
      );
      await until(run, stands('soak', 'waiting'));
      const say = async (give: (idempotencyKey: string) => Promise<RunCommand>): Promise<void> => {
        const given = insist(give);
        ground.stack.kill(victim);
        const { id } = await given;
        await until(run, ({ commands }) => commands.some((each) => each.id === id && each.status === 'taken'));
        await ground.stack.up(victim);
      };
      const params = { run };
      await say((idempotencyKey) => ground.analyst.call('runs.pause', { params, body: { reason: 'wait' } }, { idempotencyKey }));
      await say((idempotencyKey) =>
        ground.analyst.call('runs.skip', { params, body: { step: 'soak', reason: 'seen enough' } }, { idempotencyKey }),
      );
      expect(await until(run, stands('soak', 'skipped'))).toMatchObject({
        view: { status: 'paused', steps: [{ step: 'cut' }, { step: 'soak' }] },
      });
      await say((idempotencyKey) => ground.analyst.call('runs.resume', { params, body: { reason: 'go on' } }, { idempotencyKey }));
      const ended = await until(run, ({ status }) => status === 'ended');
      expect([ended.outcome, kinds(ended)]).toEqual(['done', ['pause taken', 'skip taken', 'resume taken']]);
      expect(ended.effects).toMatchObject([{ step: 'cut', status: 'confirmed' }]);
      const audit = await ground.auditor.call('audit.list', { query: { subject: `run/${run}` } });
      const taken = audit.items.filter(({ event }) => event === 'run-command-taken');
      expect(taken).toHaveLength(3);
    },
    200_000,
  );
});
