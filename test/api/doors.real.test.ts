/** What comes in by doors of its own: logs and bundles of OPA, signals, webhooks, tokens; and the outbox behind them. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EdictError } from '../../domain/errors.ts';
import { deliverAll, startOutbox } from '../../api/outbox.ts';
import { signWebhook } from '../../api/webhook.ts';
import { describeWith } from '../stack/fixture.ts';
import { engineToken, openHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { planNamed } from './named-plan.ts';

describeWith(['postgres', 'opa'], 'doors of the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 3000 });
    await harness.store.playbooks.publish({ source: 'playbook: contain', plan: planNamed('contain', ['analyst']) }, 'system:test');
  });
  afterAll(() => harness.close());

  it('keeps the settings of an enforcement point to itself', async () => {
    const answer = await harness.ask('admin', 'POST', '/v1/points', {
      payload: { name: 'opa-1', kind: 'opa', settings: { url: 'http://operator:hunter2-hunter2@127.0.0.1:1' } },
    });
    expect([answer.statusCode, answer.json().target]).toEqual([201, 'rego']);
    expect(answer.body + (await harness.ask('admin', 'GET', '/v1/points')).body).not.toContain('hunter2');
  });

  it.each([
    ['nftables', { exec: 5 }, '/settings/exec'],
    ['nftables', {}, '/settings/exec'],
    ['nftables', { exec: [], prober: { from: [] } }, '/settings/prober/from'],
    ['opa', { url: 'ftp://127.0.0.1' }, '/settings/url'],
    ['opa', { url: 'http://127.0.0.1', token: 'x' }, '/settings'],
  ])('refuses settings that no %s connector could use: %j', async (kind, settings, where) => {
    const answer = await harness.ask('admin', 'POST', '/v1/points', { payload: { name: 'impossible', kind, settings } });
    expect(answer.json()).toMatchObject({ status: 400, code: 'input-invalid', where });
    expect((await harness.ask('admin', 'GET', '/v1/points')).body).not.toContain('impossible');
  });

  it('takes OPA’s gzipped decision log and status, with OPA’s token only', async () => {
    const entry = {
      decision_id: 'd-1',
      timestamp: '2026-11-25T12:00:00Z',
      input: { kind: 'network', from: '10.9.0.4', to: '10.2.0.5', protocol: 'tcp', port: 5432 },
      result: { decision: 'deny', determining: ['p/rest'], erring: [] },
    };
    const log = (payload: Buffer, who = engineToken, encoding = 'gzip') =>
      harness.ask(who, 'POST', '/opa/logs/opa-1', {
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        payload,
      });
    const zipped = gzipSync(JSON.stringify([entry, { ...entry, decision_id: 'd-2', input: { person: {} } }]));
    expect((await log(zipped)).json()).toEqual({ added: 1 });
    expect((await log(zipped)).json()).toEqual({ added: 0 });
    expect((await log(zipped, 'admin')).statusCode).toBe(401);
    expect((await log(Buffer.from('not gzip'))).statusCode).toBe(400);
    expect((await log(zipped, engineToken, 'br')).statusCode).toBe(415);
    expect((await log(gzipSync(Buffer.alloc(64 * 1024 * 1024)))).statusCode).toBe(413);
    expect(await harness.store.context.decisions()).toMatchObject([{ id: 'd-1', decision: 'deny', point: 'opa-1' }]);

    const status = {
      labels: {},
      bundles: { edict: { name: 'edict', active_revision: 'r-7', last_successful_activation: '2026-11-25T12:00:00Z', metrics: {} } },
    };
    expect((await harness.ask(engineToken, 'POST', '/opa/status/opa-1', { payload: status })).statusCode).toBe(204);
    expect((await harness.store.points.get('opa-1'))?.observed).toEqual({
      opa: { bundles: { edict: { active_revision: 'r-7', last_successful_activation: '2026-11-25T12:00:00Z' } } },
    });
    expect((await harness.ask(engineToken, 'POST', '/opa/status/nothing', { payload: status })).statusCode).toBe(404);
  });

  it('serves a bundle with its revision as ETag, and waits for the next one', async () => {
    const get = (headers: Record<string, string>) => harness.ask(engineToken, 'GET', '/opa/bundles/opa-1', { headers });
    expect((await get({})).statusCode).toBe(404);
    await harness.store.bundles.put({ point: 'opa-1', revision: 'r-1', bytes: Buffer.from('one') });
    const first = await get({});
    expect([first.statusCode, first.headers.etag, first.headers['content-type'], first.body]).toEqual([
      200,
      '"r-1"',
      'application/vnd.openpolicyagent.bundles',
      'one',
    ]);
    const waiting = { 'if-none-match': '"r-1"', prefer: 'modes=snapshot,delta;wait=20' };
    const next = get(waiting);
    await harness.store.bundles.put({ point: 'opa-1', revision: 'r-2', bytes: Buffer.from('two') });
    expect((await next).body).toBe('two');
    const unchanged = await get({ 'if-none-match': '"r-2"', prefer: 'wait=1' });
    expect([unchanged.statusCode, unchanged.headers['content-type']]).toEqual([304, 'application/vnd.openpolicyagent.bundles']);
    expect((await harness.ask('admin', 'GET', '/opa/bundles/opa-1')).statusCode).toBe(401);
  });

  it('takes a signal once, hands it to its incident, and counts what it saw', async () => {
    const before = (await harness.ask('analyst', 'GET', '/v1/signals/counts')).json();
    const payload = { id: 's-1', kind: 'beacon', severity: 'high', title: 'B', source: 'ws-17' };
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload })).json()).toEqual({ signal: 's-1', status: 'open' });
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload })).json()).toEqual({ signal: 's-1', status: 'duplicate' });
    expect(harness.orchestrator.asked.filter(({ with: id }) => id === 's-1')).toEqual([
      { what: 'deliverSignal', about: 'beacon:ws-17', with: 's-1' },
    ]);
    const after = (await harness.ask('analyst', 'GET', '/v1/signals/counts')).json();
    expect([after.in - before.in, after.open - before.open, after.duplicate - before.duplicate]).toEqual([2, 1, 1]);
  });

  it('takes a signed webhook, and the same one again as a duplicate; another sender’s message of the same id is another', async () => {
    const secret = 'a-secret-for-the-tests-of-webhooks';
    await harness.store.secrets.ensure('webhook/edr', () => secret);
    await harness.store.secrets.ensure('webhook/other', () => secret);
    const body = JSON.stringify({ kind: 'beacon', severity: 'high', title: 'B', source: 'ws-20' });
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook({ id: 'msg_1', timestamp, body, secret }),
    };
    const send = (source: string, changed: object = {}, payload = body) =>
      harness.ask(undefined, 'POST', `/webhooks/${source}`, { headers: { ...headers, ...changed }, payload });
    expect((await send('edr')).json()).toEqual({ signal: 'edr:msg_1', status: 'open' });
    expect([(await send('edr')).statusCode, (await send('edr')).json().status]).toEqual([202, 'duplicate']);
    expect((await send('other')).json()).toEqual({ signal: 'other:msg_1', status: 'open' });
    expect((await send('unknown')).json()).toMatchObject({ status: 401, code: 'webhook-secret-missing' });
    expect((await send('edr', {}, body.replace('high', 'low'))).json()).toMatchObject({ status: 401, code: 'signature-invalid' });
    expect((await send('edr', { 'webhook-signature': '' })).json()).toMatchObject({ status: 401, code: 'signature-missing' });
    harness.clock.offsetMs = 6 * 60 * 1000;
    expect((await send('edr')).json()).toMatchObject({ status: 401, code: 'signal-too-old' });
    harness.clock.offsetMs = -6 * 60 * 1000;
    expect((await send('edr')).json()).toMatchObject({ status: 401, code: 'signal-too-old' });
    harness.clock.offsetMs = 0;
  });

  it('loses no signal and no order while Temporal is away: the outbox carries them when it is back', async () => {
    const { orchestrator, store } = harness;
    const away = async () => {
      throw new EdictError('dependency-unavailable', 'temporal is away');
    };
    orchestrator.does.deliverSignal = away;
    orchestrator.does.startRun = away;
    expect(
      (
        await harness.ask('analyst', 'POST', '/v1/signals', {
          payload: { id: 's-away', kind: 'drift', severity: 'low', title: 'D', source: 'x' },
        })
      ).statusCode,
    ).toBe(202);
    const { run } = (await harness.ask('analyst', 'POST', '/v1/playbooks/contain/runs', { payload: { inputs: { host: 'ws-21' } } })).json();
    const deps = { store, orchestrator, clock: () => new Date(Date.now() + 60_000) };
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await expect(deliverAll(deps)).rejects.toMatchObject({ code: 'dependency-unavailable' });
    delete orchestrator.does.deliverSignal;
    delete orchestrator.does.startRun;
    // What a workflow ordered is that workflow's child: it starts it itself.
    await store.runs.order(
      { run: 'p-v1-generate-1', playbook: 'generate', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'engineer' },
      'system:test',
    );
    const before = orchestrator.asked.length;
    expect(await deliverAll(deps)).toMatchObject({ signals: 1 });
    expect(orchestrator.asked.slice(before).map(({ about }) => about)).not.toContain('p-v1-generate-1');
    expect(orchestrator.asked.slice(before)).toEqual(
      expect.arrayContaining([
        { what: 'deliverSignal', about: 'drift:x', with: 's-away' },
        { what: 'startRun', about: run },
      ]),
    );
    expect((await deliverAll(deps)).signals).toBe(0);
  });

  it('tells a lifecycle of its draft again where nobody was there to hear it, and not more often than once a minute', async () => {
    const lost = await openHarness({ waitMs: 0 });
    try {
      lost.orchestrator.does.drafted = async () => {
        throw new EdictError('dependency-unavailable', 'temporal is away');
      };
      const answer = await lost.ask('engineer', 'POST', '/v1/policies/draft', {
        payload: { policy: 'lost', requirement: 'Nobody may use SSH.' },
      });
      expect(answer.statusCode).toBe(202);
      delete lost.orchestrator.does.drafted;
      const deps = { store: lost.store, orchestrator: lost.orchestrator, clock: () => new Date(Date.now() + 60_000) };
      const told = () => lost.orchestrator.asked.filter(({ what }) => what === 'drafted').length;
      const outbox = startOutbox(deps);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await outbox.stop();
      expect(told()).toBe(2);
    } finally {
      await lost.close();
    }
  });

  it('makes and revokes tokens: a revoked one stops at once', async () => {
    await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'guest', name: 'Guest', roles: ['analyst'] } });
    const { id, secret } = (await harness.ask('admin', 'POST', '/v1/people/guest/tokens', { payload: { label: 'laptop' } })).json();
    expect((await harness.ask(secret, 'GET', '/v1/me')).json()).toMatchObject({ id: 'guest' });
    expect((await harness.ask('admin', 'DELETE', `/v1/people/guest/tokens/${id}`)).statusCode).toBe(204);
    expect((await harness.ask(secret, 'GET', '/v1/me')).statusCode).toBe(401);
    expect(
      (await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'system:lifecycle', name: 'x', roles: ['admin'] } })).statusCode,
    ).toBe(400);
  });

  it('keeps the last administrator', async () => {
    const demote = () => harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'admin', name: 'A', roles: ['auditor'] } });
    expect((await demote()).json()).toMatchObject({ status: 409, code: 'conflict' });
    expect(
      (await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'admin', name: 'A', roles: ['admin'], disabled: true } }))
        .statusCode,
    ).toBe(409);
    expect((await harness.ask('admin', 'GET', '/v1/me')).json()).toMatchObject({ roles: ['admin'] });
  });

  it.each([
    ['text where JSON is due', { 'content-type': 'text/plain' }, '{}', 415, 'input-type-unsupported'],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }, '{}', 415, 'input-type-unsupported'],
    ['no content type', {}, '{}', 415, 'input-type-unsupported'],
    ['compression', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}', 415, 'input-type-unsupported'],
    ['two megabytes', { 'content-type': 'application/json' }, `"${'x'.repeat(2 * 1024 * 1024)}"`, 413, 'input-too-large'],
    ['an unknown key', { 'content-type': 'application/json' }, '{"requirement":"x","rules":[]}', 400, 'input-invalid'],
    [
      'an idempotency key that is too long',
      { 'content-type': 'application/json', 'idempotency-key': 'x'.repeat(256) },
      '{"requirement":"x"}',
      400,
      'input-invalid',
    ],
  ])('refuses %s with a problem that says what is wrong', async (...[, headers, payload, status, code]) => {
    const answer = await harness.ask('engineer', 'POST', '/v1/policies/draft', { headers: headers as Record<string, string>, payload });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.json()).toMatchObject({ status, code, type: `urn:edict:error:${code}`, request: answer.headers['x-request-id'] });
    expect(answer.body).not.toMatch(/node_modules|\.ts:|select |insert /iu);
  });

  it('answers an unknown path and an unknown method as a problem', async () => {
    for (const [method, url] of [
      ['GET', '/v2/nothing'],
      ['PUT', '/v1/me'],
      ['GET', '/v1/%ff'],
      ['HEAD', '/v1/me'],
    ] as const) {
      const answer = await harness.ask('admin', method, url);
      expect([url, answer.statusCode]).toEqual([url, url.includes('%') ? 400 : 404]);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('tells anyone whether it is healthy, and nothing else', async () => {
    harness.orchestrator.does.ping = async () => {
      throw new Error('away');
    };
    await new Promise((resolve) => setTimeout(resolve, 550));
    const answer = await harness.ask(undefined, 'GET', '/health');
    expect([answer.statusCode, answer.json()]).toEqual([200, { live: true, ready: false, store: true, temporal: false, opa: true }]);
    delete harness.orchestrator.does.ping;
  });
});
