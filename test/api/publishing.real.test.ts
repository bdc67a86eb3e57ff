import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const greet = (version: string, more = ''): string => `playbook: greet
version: ${version}
title: Greets a host
triggers: [{ manual: { roles: [analyst] } }]
inputs: { host: { type: asset } }
steps:
  - { id: say, action: incident.note, with: { text: 'hello \${inputs.host.name}' } }
${more}outputs: { name: inputs.host.name, greeted: say.ok }
`;
const holds = `- { name: it greets, manual: { by: ann, inputs: { host: ws-17 } }, expect: { outcome: done, path: [say] } }\n`;
const calls = (with_: string): string => `playbook: caller
version: 1.0.0
title: Calls greet
steps:
  - id: one
    playbook: { name: greet, version: 1.x, with: ${with_} }
  - { id: two, set: { name: one.greeted } }
`;

describeWith(['postgres', 'opa'], 'publishing playbooks', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  }, 60_000);
  afterAll(() => harness.close());

  const post = (who: string, url: string, payload: object) =>
    harness.ask(who, 'POST', url, { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(payload) });
  const publish = (source: string, more: object = {}, who = 'engineer') => post(who, '/v1/playbooks', { source, file: 'p.yaml', ...more });

  it('a dry run checks everything and publishes nothing; then it is published, once', async () => {
    const dry = await publish(greet('1.0.0'), { tests: holds, dryRun: true });
    expect([dry.statusCode, dry.json()]).toMatchObject([
      200,
      { playbook: 'greet', version: '1.0.0', published: false, tests: 1, warnings: [] },
    ]);
    expect((await harness.ask('engineer', 'GET', '/v1/playbooks/greet')).statusCode).toBe(404);
    const first = await publish(greet('1.0.0'), { tests: holds });
    expect([first.statusCode, first.json()]).toMatchObject([201, { published: true, tests: 1 }]);
    expect(first.json()).not.toHaveProperty('against');
    const again = await publish(greet('1.0.0'));
    expect([again.statusCode, again.json()]).toMatchObject([200, { published: false }]);
  });

  it('another text under a published version is a conflict that names the next version', async () => {
    const refused = await publish(greet('1.0.0', '  - { id: more, action: control.noop }\n'));
    expect([refused.statusCode, refused.json()]).toMatchObject([
      409,
      { code: 'conflict', help: 'raise its version: the next one is `1.0.1`' },
    ]);
  });

  it('says what is different from the newest version, and keeps both', async () => {
    const next = await publish(greet('1.1.0', '  - { id: more, action: control.noop }\n'));
    expect(next.json()).toMatchObject({ published: true, against: { version: '1.0.0' } });
    expect(next.json<{ against: { differences: unknown } }>().against.differences).toEqual([
      { change: 'changed', what: 'step say' },
      { change: 'added', what: 'step more' },
    ]);
    const { items } = (await harness.ask('auditor', 'GET', '/v1/playbooks/greet/versions')).json<{ items: { version: string }[] }>();
    expect(items.map(({ version }) => version)).toEqual(['1.1.0', '1.0.0']);
    expect((await harness.ask('analyst', 'GET', '/v1/playbooks/greet?version=1.0.0')).json()).toMatchObject({
      version: '1.0.0',
      source: greet('1.0.0'),
    });
    expect((await harness.ask('analyst', 'GET', '/v1/playbooks/greet')).json()).toMatchObject({ version: '1.1.0' });
    expect((await harness.ask('analyst', 'GET', '/v1/playbooks/greet?version=9.0.0')).statusCode).toBe(404);
    const { plan } = (await harness.store.playbooks.get('greet', '1.0.0'))!;
    expect((await harness.ask('analyst', 'GET', '/v1/playbooks/greet/plan?version=1.0.0')).json()).toMatchObject({
      version: '1.0.0',
      plan,
    });
    expect((await harness.ask('analyst', 'GET', '/v1/playbooks/greet/plan?version=9.0.0')).statusCode).toBe(404);
  });

  it('a run is of the version that was asked for, else of the newest', async () => {
    const inputs = { host: 'ws-17' };
    expect((await post('analyst', '/v1/playbooks/greet/runs', { inputs, version: '1.0.0' })).json()).toMatchObject({ version: '1.0.0' });
    expect((await post('analyst', '/v1/playbooks/greet/runs', { inputs })).json()).toMatchObject({ version: '1.1.0' });
    expect((await post('analyst', '/v1/playbooks/greet/runs', { inputs, version: '7.0.0' })).statusCode).toBe(404);
  });

  it('each fault comes with its place and what was meant, and nothing is published', async () => {
    const refused = await publish(
      greet('2.0.0').replace('incident.note', 'incident.noet').replace('inputs.host.name}', 'inputs.hots.name}'),
    );
    expect(refused.statusCode).toBe(422);
    const { code, faults } = refused.json<{ code: string; faults: object[] }>();
    expect(code).toBe('playbook-invalid');
    expect(faults).toContainEqual({
      where: 'p.yaml:7:24',
      detail: 'unknown action `incident.noet` in step `say`',
      suggestion: 'did you mean `incident.note`?',
    });
    expect(faults.length).toBeGreaterThan(1);
    expect((await harness.ask('engineer', 'GET', '/v1/playbooks/greet?version=2.0.0')).statusCode).toBe(404);
  });

  it('tests that do not hold keep it from being published', async () => {
    const refused = await publish(greet('2.0.0'), { tests: holds.replace('done', 'denied') });
    expect([refused.statusCode, refused.json()]).toMatchObject([
      422,
      {
        code: 'playbook-invalid',
        detail: '1 of 1 tests do not hold',
        faults: [{ where: 'it greets', detail: 'outcome: expected "denied", got "done"' }],
      },
    ]);
  });

  it('what a playbook calls is checked against what is published', async () => {
    const refused = (await publish(calls('{ hosts: ws-17 }'))).json<{ faults: { detail: string; suggestion?: string }[] }>();
    expect(refused.faults.map(({ detail, suggestion }) => [detail, suggestion])).toEqual([
      ['step `one` lacks input `host` of playbook `greet`', undefined],
      ['playbook `greet` takes no `hosts` in step `one`', 'did you mean `host`?'],
    ]);
    expect((await publish(calls('{ host: ws-17 }').replace('1.x', '3.x'))).json()).toMatchObject({
      detail: expect.stringContaining('no version of playbook `greet` fits `3.x`'),
    });
    expect((await publish(calls('{ host: ws-17 }'))).statusCode).toBe(201);
    const round = greet('3.0.0', '  - { id: back, playbook: { name: caller } }\n');
    expect((await publish(round)).json()).toMatchObject({ detail: expect.stringContaining('would come back to `greet`: caller → greet') });
  });

  it('only who may publish, may', async () => {
    for (const who of ['analyst', 'manager', 'auditor', 'admin']) expect((await publish(greet('4.0.0'), {}, who)).statusCode).toBe(403);
  });

  it('schedules follow the newest version, and can be paused, disabled and dropped', async () => {
    const at = (every: string, version: string): string =>
      `playbook: tick\nversion: ${version}\ntitle: t\ntriggers: [{ schedule: { every: ${every} } }]\nsteps: [{ id: a, action: control.noop }]\n`;
    const asked = () => harness.orchestrator.asked.filter(({ what }) => what.endsWith('Schedule')).splice(-1)[0];
    await publish(at('1h', '1.0.0'));
    expect(asked()).toMatchObject({
      what: 'putSchedule',
      about: 'playbook/tick/0',
      with: { times: { everyMs: 3_600_000 }, paused: false },
    });
    await publish(at('2h', '1.1.0'));
    expect(asked()).toMatchObject({ with: { times: { everyMs: 7_200_000 } } });
    await post('manager', '/v1/playbooks/tick/pause', { reason: 'a storm' });
    expect(asked()).toMatchObject({ with: { paused: true } });
    const list = (await harness.ask('auditor', 'GET', '/v1/schedules')).json();
    expect(list).toEqual({ items: [{ playbook: 'tick', version: '1.1.0', trigger: 0, every: '2h', state: 'paused' }] });
    await post('manager', '/v1/playbooks/tick/resume', {});
    expect(asked()).toMatchObject({ with: { paused: false } });
    await post('engineer', '/v1/playbooks/tick/disable', {});
    expect(asked()).toMatchObject({ with: { paused: true } });
    await post('engineer', '/v1/playbooks/tick/enable', {});
    await publish(`playbook: tick\nversion: 2.0.0\ntitle: t\nsteps: [{ id: a, action: control.noop }]\n`);
    expect(asked()).toMatchObject({ what: 'dropSchedule', about: 'playbook/tick/0' });
    expect((await post('engineer', '/v1/playbooks/nothing/pause', {})).statusCode).toBe(404);
    const { items } = await harness.store.audit.list({ subject: 'playbook/tick' }, { limit: 50 });
    expect(items.filter(({ event }) => event === 'playbook-triggers-switched')).toHaveLength(4);
  });
});
