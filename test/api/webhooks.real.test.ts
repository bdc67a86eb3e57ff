/** Webhook sources and other replies with secrets, over HTTP on a real store and OPA. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { signWebhook } from '../../api/webhook.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

describeWith(['postgres', 'opa'], 'webhook sources', () => {
  let harness: Harness;
  let database: Client;
  beforeAll(async () => {
    harness = await openHarness();
    database = new Client({ connectionString: harness.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await harness.close();
  });

  let messages = 0;
  const send = async (source: string, secret: string) => {
    const body = JSON.stringify({ kind: 'beacon', severity: 'high', title: 'B', source: 'ws-1' });
    const [id, timestamp] = [`msg_${(messages += 1)}`, Math.floor(Date.now() / 1000)];
    const signature = signWebhook({ id, timestamp, body, secret });
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
    const answer = await harness.ask(undefined, 'POST', `/webhooks/${source}`, {
      headers: { 'content-type': 'application/json', ...headers },
      payload: body,
    });
    return answer.statusCode === 202 ? 'taken' : answer.json<{ code: string }>().code;
  };
  const create = (source: string, headers = {}) => harness.ask('admin', 'POST', '/v1/webhooks', { headers, payload: { source } });
  const sources = async () => (await harness.ask('auditor', 'GET', '/v1/webhooks')).json<{ items: { source: string }[] }>().items;

  it('are made by an administrator, and take what is signed with the secret that was shown', async () => {
    const made = await create('edr');
    expect([made.statusCode, made.json()]).toEqual([201, { source: 'edr', secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/u) }]);
    expect(await send('edr', made.json().secret)).toBe('taken');
    expect(await send('edr', 'whsec_AAAA')).toBe('signature-invalid');
    const again = await create('edr');
    expect([again.statusCode, again.json().code]).toEqual([409, 'conflict']);
    expect(await send('edr', made.json().secret)).toBe('taken');
    expect((await create('edr/previous')).statusCode).toBe(400);
    expect((await harness.ask('analyst', 'POST', '/v1/webhooks', { payload: { source: 'mine' } })).statusCode).toBe(403);
  });

  it('take both secrets for a day after a rotation, and the new one alone after that', async () => {
    const old = (await create('siem')).json().secret;
    expect(await sources()).toContainEqual({ source: 'siem', madeAt: expect.any(String) });
    const rotated = await harness.ask('admin', 'POST', '/v1/webhooks/siem/rotate');
    expect(rotated.statusCode).toBe(200);
    const { secret, previousUntil } = rotated.json();
    expect(secret).not.toBe(old);
    expect(Math.abs(Date.parse(previousUntil) - Date.now() - 86_400_000)).toBeLessThan(60_000);
    expect([await send('siem', old), await send('siem', secret)]).toEqual(['taken', 'taken']);
    expect(await sources()).toContainEqual({
      source: 'siem',
      madeAt: expect.any(String),
      rotatedAt: expect.any(String),
      previousUntil,
    });
    await database.query(`update secrets set expires_at = clock_timestamp() where name = 'webhook/siem/previous'`);
    expect([await send('siem', old), await send('siem', secret)]).toEqual(['signature-invalid', 'taken']);
    expect((await harness.ask('admin', 'POST', '/v1/webhooks/none/rotate')).json()).toMatchObject({
      code: 'not-found',
      detail: 'there is no webhook source `none`',
    });
  });

  it('are listed without secrets, and other secrets of the installation are not sources', async () => {
    await harness.store.secrets.ensure('statement-key', () => 'not-a-webhook');
    const answer = await harness.ask('auditor', 'GET', '/v1/webhooks');
    expect(answer.json().items.map(({ source }: { source: string }) => source)).toEqual(['edr', 'siem']);
    expect(answer.body).not.toMatch(/whsec_|statement/u);
  });

  it('that were deleted take nothing, with neither secret', async () => {
    const old = (await create('gone')).json().secret;
    const { secret } = (await harness.ask('admin', 'POST', '/v1/webhooks/gone/rotate')).json();
    expect((await harness.ask('admin', 'DELETE', '/v1/webhooks/gone')).statusCode).toBe(204);
    expect([await send('gone', old), await send('gone', secret)]).toEqual(['webhook-secret-missing', 'webhook-secret-missing']);
    expect((await harness.ask('admin', 'DELETE', '/v1/webhooks/gone')).statusCode).toBe(404);
    expect((await sources()).map(({ source }) => source)).not.toContain('gone');
  });

  it.each([
    ['a token', '/v1/people/analyst/tokens', { label: 'x' }, 201],
    ['a webhook secret', '/v1/webhooks', { source: 'once' }, 201],
    ['a rotated webhook secret', '/v1/webhooks/once/rotate', {}, 200],
  ])('show %s once: the same idempotency key again is refused, and the table holds no secret', async (what, url, payload, status) => {
    const headers = { 'idempotency-key': `k-${what.replaceAll(' ', '-')}` };
    const ask = (body: object = payload) => harness.ask('admin', 'POST', url, { headers, payload: body });
    const first = await ask();
    expect(first.statusCode).toBe(status);
    const again = await ask();
    expect(again.json()).toMatchObject({ status: 409, code: 'conflict', detail: 'made already; its secret was shown once' });
    const { rows } = await database.query<{ status: number; row: string }>(
      `select status, idempotency::text as row from idempotency where key = $1`,
      [headers['idempotency-key']],
    );
    expect(rows).toMatchObject([{ status }]);
    const { secret } = first.json<{ secret: string }>();
    const { rows: whole } = await database.query<{ found: boolean }>(
      `select exists (select from idempotency where strpos(idempotency::text, $1) > 0) as found`,
      [secret.replace(/^(?:whsec|edict)_/u, '')],
    );
    expect(whole).toEqual([{ found: false }]);
  });

  it('of which a refused request with a key made none can be made with the same key', async () => {
    const headers = { 'idempotency-key': 'k-late' };
    const rotate = () => harness.ask('admin', 'POST', '/v1/webhooks/late/rotate', { headers });
    expect((await rotate()).statusCode).toBe(404);
    await create('late');
    expect((await rotate()).statusCode).toBe(200);
  });
});

describeWith(['postgres', 'opa'], 'tokens', () => {
  it('belong to a person: listed there without secrets, and revoked there alone', async () => {
    const harness = await openHarness();
    try {
      const { id, secret } = (await harness.ask('admin', 'POST', '/v1/people/analyst/tokens', { payload: { label: 'laptop' } })).json();
      const elsewhere = await harness.ask('admin', 'DELETE', `/v1/people/manager/tokens/${id}`);
      expect([elsewhere.statusCode, elsewhere.json().code]).toEqual([404, 'not-found']);
      expect((await harness.ask(secret, 'GET', '/v1/me')).statusCode).toBe(200);
      expect((await harness.ask('admin', 'DELETE', `/v1/people/analyst/tokens/${id}`)).statusCode).toBe(204);
      expect((await harness.ask(secret, 'GET', '/v1/me')).statusCode).toBe(401);
      const listed = await harness.ask('auditor', 'GET', '/v1/people/analyst/tokens');
      expect(listed.json().items).toMatchObject([{ id, label: 'laptop', revokedAt: expect.any(String) }, { label: 'test' }]);
      expect(listed.json().items[1].revokedAt).toBeUndefined();
      expect(listed.body).not.toContain('edict_');
      expect((await harness.ask('auditor', 'GET', '/v1/people/none/tokens')).statusCode).toBe(404);
    } finally {
      await harness.close();
    }
  });
});
