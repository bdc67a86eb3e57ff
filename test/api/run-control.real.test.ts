/** Run control through the API: recorded first, carried by the outbox where it did not get there, refused where the right is missing. */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { deliverAll } from '../../api/outbox.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { commandRoles } from '../../domain/playbook/control/command.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness, roles, type Harness } from './harness.ts';

const source = (version: string, last = ''): string => `playbook: steps
version: ${version}
title: t
triggers: [{ manual: { roles: [analyst] } }]
inputs: { n: { type: int, default: 1 } }
steps:
  - { id: a, set: { x: inputs.n } }
  - { id: b, action: control.noop, with: { value: '\${a.x}' } }
${last}`;
const view = (run: string): RunView => ({
  run,
  playbook: 'steps',
  version: '1.0.0',
  status: 'ended',
  outcome: 'done',
  steps: [
    { step: 'a', kind: 'set', status: 'done', startedAtMs: 1, endedAtMs: 1, outputs: { x: 5 } },
    { step: 'b', kind: 'action', action: 'control.noop', status: 'done', startedAtMs: 1, endedAtMs: 2 },
  ],
});

describeWith(['postgres', 'opa'], 'run control by the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 50 });
    for (const text of [source('1.0.0'), source('1.1.0', '  - { id: c, action: control.noop }\n')]) {
      await harness.store.playbooks.publish({ source: text, plan: compilePlaybook(text, 'p.yaml').plan }, 'ann');
    }
  }, 60_000);
  afterAll(() => harness.close());

  let runs = 0;
  async function started(inputs: JsonObject = {}): Promise<string> {
    const run = `run-${String(++runs).padStart(16, '0')}`;
    const { digest } = (await harness.store.playbooks.get('steps', '1.0.0'))!;
    await harness.store.runs.order({ run, playbook: 'steps', version: '1.0.0', planDigest: digest, inputs, requester: 'ann' }, 'ann');
    await harness.store.runs.started(run);
    return run;
  }
  const post = (who: string, run: string, what: string, payload: object) =>
    harness.ask(who, 'POST', `/v1/runs/${run}/${what}`, { payload });
  const asked = (run: string) => harness.orchestrator.asked.filter(({ what, about }) => what === 'command' && about === run);

  it('records a command, tells the run its id, and shows what became of it', async () => {
    const run = await started();
    const answer = await post('analyst', run, 'pause', { reason: 'wait for the owner' });
    expect([answer.statusCode, answer.json()]).toMatchObject([202, { run, kind: 'pause', by: 'analyst', status: 'ordered' }]);
    const { id } = answer.json<{ id: string }>();
    expect(asked(run)).toMatchObject([{ with: id }]);
    await harness.store.commands.answer(id, { status: 'refused', error: { code: 'run-state-wrong', message: 'it is paused already' } });
    expect((await harness.ask('auditor', 'GET', `/v1/runs/${run}/commands`)).json()).toMatchObject({
      items: [{ id, status: 'refused', error: { message: 'it is paused already' } }],
    });
    expect((await harness.ask('auditor', 'GET', `/v1/runs/${run}`)).json()).toMatchObject({
      commands: [{ id }],
      forks: [],
      migrations: [],
    });
  });

  it('the same idempotency key is the same command', async () => {
    const run = await started();
    const key = { 'idempotency-key': 'once' };
    const once = () => harness.ask('analyst', 'POST', `/v1/runs/${run}/pause`, { payload: { reason: 'x' }, headers: key });
    const ids = [await once(), await once()];
    expect(new Set(ids.map((each) => each.json<{ id: string }>().id)).size).toBe(1);
    expect(await harness.store.commands.list(run)).toHaveLength(1);
  });

  it('what did not get to the run is carried by the outbox, and what the run can no longer answer is refused', async () => {
    const run = await started();
    harness.orchestrator.does.command = async () => {
      throw new EdictError('dependency-unavailable', 'temporal is away');
    };
    expect((await post('manager', run, 'resume', { reason: 'go on' })).statusCode).toBe(202);
    delete harness.orchestrator.does.command;
    const before = asked(run).length;
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    const deps = { store: harness.store, orchestrator: harness.orchestrator, clock: () => new Date(Date.now() + 60_000) };
    expect((await deliverAll(deps)).commands).toBeGreaterThan(0);
    expect(asked(run).length).toBe(before + 1);
    harness.orchestrator.does.command = async () => {
      throw new EdictError('run-state-wrong', 'it has ended, or has not started yet');
    };
    await deliverAll(deps);
    delete harness.orchestrator.does.command;
    expect(await harness.store.commands.list(run)).toMatchObject([{ status: 'refused', error: { code: 'run-state-wrong' } }]);
  });

  it('refuses what is no reason, no step, no version, no run and a run that has ended', async () => {
    const run = await started();
    expect((await post('analyst', run, 'pause', {})).statusCode).toBe(400);
    expect((await post('analyst', run, 'skip', { reason: 'x' })).statusCode).toBe(400);
    expect((await post('analyst', 'none', 'pause', { reason: 'x' })).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await post('engineer', run, 'migrate', { version: '9.9.9', reason: 'x' })).json()).toMatchObject({ status: 404 });
    expect((await post('analyst', run, 'migrate', { version: '1.1.0', reason: 'x' })).statusCode).toBe(403);
    await harness.store.runs.finish(run, view(run));
    expect((await post('analyst', run, 'pause', { reason: 'x' })).json()).toMatchObject({ status: 409, code: 'run-state-wrong' });
    expect((await harness.ask('analyst', 'GET', `/v1/runs/${run}/cancel-preview`)).statusCode).toBe(409);
  });

  it('asks the run itself for its previews', async () => {
    const run = await started();
    harness.orchestrator.does.cancelPreview = async () => ({
      run,
      undone: [{ step: 'a', by: 'network.release', params: {}, effect: 'done' }],
      kept: [],
      stopped: [],
      first: [],
      approvals: [],
      tasks: [],
    });
    expect((await harness.ask('auditor', 'GET', `/v1/runs/${run}/cancel-preview`)).json()).toMatchObject({ undone: [{ step: 'a' }] });
    const preview = await harness.ask('auditor', 'GET', `/v1/runs/${run}/migration-preview?version=1.1.0`);
    expect(preview.json()).toMatchObject({ run, to: { version: '1.1.0' }, blocks: [] });
    expect((await harness.ask('auditor', 'GET', `/v1/runs/${run}/migration-preview`)).statusCode).toBe(400);
  });

  it('reruns from a step with the recorded outputs, linked both ways, for who may order the playbook', async () => {
    const run = await started({ n: 5 });
    await harness.store.runs.finish(run, view(run));
    expect((await post('manager', run, 'rerun', { from: 'b' })).json()).toMatchObject({ status: 403, code: 'access-denied' });
    const answer = await post('analyst', run, 'rerun', { from: 'b', inputs: { n: 6 }, version: '1.1.0' });
    expect([answer.statusCode, answer.json()]).toMatchObject([201, { version: '1.1.0', forkOf: { run, from: 'b' } }]);
    const fork = answer.json<{ run: string }>().run;
    expect(await harness.store.runs.get(fork)).toMatchObject({
      requester: 'analyst',
      inputs: { n: 6 },
      fork: { of: run, from: 'b', steps: [{ step: 'a', outputs: { x: 5 } }] },
    });
    expect((await harness.ask('auditor', 'GET', `/v1/runs/${run}`)).json()).toMatchObject({ forks: [fork] });
    expect((await harness.ask('auditor', 'GET', `/v1/runs/${fork}`)).json()).toMatchObject({ forkOf: { run, from: 'b' } });
    expect((await post('analyst', run, 'rerun', { from: 'zz' })).json()).toMatchObject({ status: 404, expected: 'one of a, b' });
    expect((await post('analyst', run, 'rerun', { from: 'b', inputs: { unknown: 1 } })).json()).toMatchObject({ status: 400 });
  });

  it('is the same run when a call comes again whose first answer got lost, and another when it is another call', async () => {
    const run = await started({ n: 5 });
    await harness.store.runs.finish(run, view(run));
    const again = async (from: string) => {
      const headers = { 'idempotency-key': 'lost' };
      const answer = await harness.ask('analyst', 'POST', `/v1/runs/${run}/rerun`, { payload: { from }, headers });
      // As when the server dies before it could keep its answer.
      const client = new Client({ connectionString: harness.databaseUrl });
      await client.connect();
      await client.query('delete from idempotency');
      await client.end();
      return answer.json<{ run: string }>().run;
    };
    const first = await again('b');
    expect([await again('b'), await harness.store.runs.forks(run)]).toEqual([first, [first]]);
    expect(await again('a')).not.toBe(first);
  });

  it('starts a playbook that waits before its first step', async () => {
    const answer = await harness.ask('analyst', 'POST', '/v1/playbooks/steps/runs', { payload: { paused: 'not before noon' } });
    expect(answer.statusCode).toBe(201);
    const { run } = answer.json<{ run: string }>();
    expect(await harness.store.commands.list(run)).toMatchObject([{ kind: 'pause', by: 'analyst', reason: 'not before noon' }]);
    expect((await harness.ask('manager', 'POST', '/v1/playbooks/steps/runs', { payload: {} })).statusCode).toBe(403);
  });

  it('lets those give a command at the door whose word counts when the run takes it', async () => {
    const run = await started();
    const payloads = {
      pause: { reason: 'x' },
      resume: { reason: 'x' },
      skip: { step: 'a', reason: 'x' },
      migrate: { version: '1.1.0', reason: 'x' },
    };
    for (const [kind, payload] of Object.entries(payloads) as [keyof typeof payloads, object][]) {
      for (const role of roles) {
        const { statusCode } = await post(role, run, kind, payload);
        expect([kind, role, statusCode]).toEqual([kind, role, commandRoles[kind].includes(role) ? 202 : 403]);
      }
    }
  });
});
