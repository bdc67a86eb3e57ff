/** `edict webhook` as a process, on an API with a real store: a secret that it printed opens the door that it is for. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { signWebhook } from '../../api/webhook.ts';
import { openHarness } from '../api/harness.ts';
import type { Harness } from '../api/harness.ts';
import { describeWith } from '../stack/fixture.ts';
import { edictAt } from './edict.ts';

describeWith(['postgres', 'opa'], 'edict webhook', () => {
  let harness: Harness;
  let url: string;
  beforeAll(async () => {
    harness = await openHarness();
    await harness.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => harness.close());

  const edict = (...args: readonly string[]) => edictAt({ url, token: harness.tokens['admin'] }, args);
  const send = async (id: string, secret: string) => {
    const body = JSON.stringify({ kind: 'beacon', severity: 'high', title: 'B', source: 'ws-1' });
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook({ id, timestamp, body, secret }),
    };
    return (await fetch(`${url}/webhooks/edr`, { method: 'POST', headers, body })).status;
  };

  it('makes, rotates, lists and deletes a source, with nothing but the secret on standard output', async () => {
    const made = await edict('webhook', 'create', 'edr');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=\n$/u) });
    expect(made.stderr).toContain('/webhooks/edr');
    const rotated = await edict('webhook', 'rotate', 'edr');
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_/u) });
    expect([await send('m-1', made.stdout.trim()), await send('m-2', rotated.stdout.trim())]).toEqual([202, 202]);
    const listed = await edict('webhook', 'list');
    expect(listed.stdout).toMatch(/^edr +\d{4}-\d\d-\d\d/mu);
    expect(listed.stdout).not.toContain('whsec_');
    expect(await edict('webhook', 'create', 'edr')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('there is a webhook source'),
    });
    expect(await edict('webhook', 'delete', 'edr')).toMatchObject({ code: 0, stdout: 'deleted edr\n' });
    expect(await send('m-3', rotated.stdout.trim())).toBe(401);
    expect((await edict('webhook', 'delete', 'edr')).code).toBe(3);
  }, 60_000);

  it('and an incident says what happened when, and how long it took', async () => {
    const { store } = harness;
    const at = new Date(Date.now() - 5000).toISOString();
    await store.signals.accept({ id: 's-1', kind: 'beacon', severity: 'high', at, title: 'B', key: 'k', attributes: {} }, 'token:analyst');
    const { id } = await store.incidents.upsert({ key: 'k', title: 'B', severity: 'high', signals: ['s-1'] });
    const { stdout } = await edict('incident', 'show', id);
    expect(stdout).toMatch(/detect +\+0ms {2}signal-accepted signal\/s-1/u);
    expect(stdout).toMatch(/took +\d+\.\ds to detect/u);
  }, 60_000);
});
