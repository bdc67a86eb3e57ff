/** The list of runs by what they are, what Temporal says of one, and the tests that a playbook was published with. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { openHarness, type Harness } from './harness.ts';

const order = (run: string, playbook: string, requester: string) => ({
  run,
  playbook,
  version: '1.0.0',
  planDigest: `sha256:${'1'.repeat(64)}`,
  inputs: {},
  requester,
});

describeWith(['postgres', 'opa'], 'runs and playbooks as pages show them', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
    await harness.store.runs.order(order('r1', 'contain-host', 'ann'), 'ann');
    await harness.store.runs.order(order('r2', 'contain-host', 'ben'), 'ben');
    await harness.store.runs.order(order('r3', 'report', 'ann'), 'ann');
    const view = { run: 'r3', playbook: 'report', version: '1.0.0', status: 'ended' as const, outcome: 'denied', steps: [] };
    await harness.store.runs.finish('r3', view);
  }, 60_000);
  afterAll(() => harness.close());

  it.each([
    ['playbook=contain-host', ['r1', 'r2']],
    ['requester=ann', ['r1', 'r3']],
    ['playbook=contain-host&requester=ann', ['r1']],
    ['outcome=denied', ['r3']],
  ])('lists the runs with %s', async (query, expected) => {
    const answer = await harness.ask('auditor', 'GET', `/v1/runs?${query}`);
    expect(
      answer
        .json<{ items: { run: string }[] }>()
        .items.map(({ run }) => run)
        .toSorted(),
    ).toEqual(expected);
  });

  it('says which actions are tried again, and when', async () => {
    const attempt = { action: 'network.isolate', attempt: 3, most: 5, state: 'waiting' as const, nextAt: '2026-11-26T03:00:00.000Z' };
    harness.orchestrator.does.attempts = async () => [attempt];
    expect((await harness.ask('auditor', 'GET', '/v1/runs/r1/workflow')).json()).toEqual({
      run: 'r1',
      workflow: 'run/r1',
      attempts: [attempt],
      stale: false,
    });
    harness.orchestrator.does.attempts = async () => undefined;
    expect((await harness.ask('auditor', 'GET', '/v1/runs/r1/workflow')).json()).toMatchObject({ attempts: [], stale: true });
    expect((await harness.ask('auditor', 'GET', '/v1/runs/r3/workflow')).json()).toMatchObject({ attempts: [], stale: false });
    expect((await harness.ask('auditor', 'GET', '/v1/runs/nothing/workflow')).statusCode).toBe(404);
  });

  it('a playbook is listed with what it does, and shown with its tests, also those that came later', async () => {
    const source = `playbook: greet\nversion: 1.0.0\ntitle: Greets\nowner: soc\ndescription: Says hello.\ntriggers: [{ manual: { roles: [analyst] } }]\nsteps:\n  - { id: say, action: incident.note, with: { text: hello } }\n`;
    const tests = '- { name: it greets, manual: { by: ann }, expect: { outcome: done } }\n';
    const publish = (payload: object) => harness.ask('engineer', 'POST', '/v1/playbooks', { payload });
    const shown = async () => (await harness.ask('auditor', 'GET', '/v1/playbooks/greet')).json<{ tests?: string }>();
    expect((await publish({ source })).statusCode).toBe(201);
    expect(await shown()).toMatchObject({
      owner: 'soc',
      description: 'Says hello.',
      starts: ['manual'],
      steps: 1,
      actions: ['incident.note'],
      asksPeople: false,
    });
    expect(await shown()).not.toHaveProperty('tests');
    expect((await publish({ source, tests })).json()).toMatchObject({ published: false, tests: 1 });
    expect((await shown()).tests).toBe(tests);
    await publish({ source, tests: `${tests}# changed\n` });
    expect((await shown()).tests).toBe(tests);
  });
});
