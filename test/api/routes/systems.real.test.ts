/** Outside systems by the API: secrets go in, and come out nowhere. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../../stack/fixture.ts';
import { openHarness, type Harness } from '../harness.ts';

const secret = 'the client secret of the app';

describeWith(['postgres', 'opa'], 'outside systems by the API', () => {
  let harness: Harness;
  const seen: string[] = [];
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  const entra = {
    name: 'entra',
    kind: 'microsoft-graph',
    settings: { tenant: 'example.com', clientId: 'c-1' },
    secrets: { clientSecret: secret },
  };
  let asked = 0;
  const ask = async (who: string, method: string, url: string, payload?: object) => {
    const headers = { 'idempotency-key': `k-${(asked += 1)}`, 'content-type': 'application/json' };
    const answer = await harness.ask(who, method, url, payload === undefined ? {} : { headers, payload: JSON.stringify(payload) });
    seen.push(answer.body);
    return answer;
  };

  it('are added by an administrator alone', async () => {
    for (const role of ['analyst', 'manager', 'engineer', 'auditor'])
      expect((await ask(role, 'POST', '/v1/systems', entra)).statusCode).toBe(403);
    expect(await harness.store.systems.list()).toEqual([]);
    const made = await ask('admin', 'POST', '/v1/systems', entra);
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({ name: 'entra', kind: 'microsoft-graph', settings: entra.settings, secrets: ['clientSecret'] });
    expect(made.json<{ capabilities: string[] }>().capabilities).toContain('disable-user');
    expect(await harness.store.secrets.get('system/entra/clientSecret')).toBe(secret);
  });

  it('are shown to everybody, without their secrets', async () => {
    expect((await ask('analyst', 'GET', '/v1/systems')).json<{ items: unknown[] }>().items).toHaveLength(1);
    expect((await ask('auditor', 'GET', '/v1/systems/entra')).json()).toMatchObject({ name: 'entra' });
    expect((await ask('analyst', 'GET', '/v1/systems/nothing')).statusCode).toBe(404);
  });

  it('keep a secret that is not given again, and take a new one', async () => {
    const { secrets: _, ...changed } = { ...entra, settings: { tenant: 'other.example', clientId: 'c-1' } };
    expect((await ask('admin', 'POST', '/v1/systems', changed)).statusCode).toBe(201);
    expect(await harness.store.secrets.get('system/entra/clientSecret')).toBe(secret);
    expect((await ask('admin', 'POST', '/v1/systems', { ...changed, secrets: { clientSecret: `${secret} 2` } })).statusCode).toBe(201);
    expect(await harness.store.secrets.get('system/entra/clientSecret')).toBe(`${secret} 2`);
  });

  it.each([
    ['settings of another kind', { settings: { accessKeyId: 'AKIA' } }, '/settings'],
    ['a secret among the settings', { settings: { ...entra.settings, clientSecret: secret } }, '/settings'],
    ['a secret that the kind does not have', { secrets: { password: secret } }, '/secrets/password'],
    ['an address that is none', { settings: { ...entra.settings, url: 'file:///etc/passwd' } }, '/settings/url'],
    ['a kind that there is not', { kind: 'mainframe' }, '/kind'],
    ['a name that is a path', { name: '../entra' }, '/name'],
  ])('are refused with %s, and the refusal does not say the secret', async (_, change, where) => {
    const answer = await ask('admin', 'POST', '/v1/systems', { ...entra, ...change });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ where?: string }>().where).toContain(where);
  });

  it('are refused without the secret that they need, and nothing is stored', async () => {
    const answer = await ask('admin', 'POST', '/v1/systems', { name: 'aws', kind: 'aws', settings: { accessKeyId: 'AKIDEXAMPLE' } });
    expect(answer.json()).toMatchObject({ code: 'input-invalid', where: '/secrets/secretAccessKey' });
    expect(await harness.store.systems.get('aws')).toBeUndefined();
  });

  it('are removed with their secrets', async () => {
    expect((await ask('engineer', 'DELETE', '/v1/systems/entra')).statusCode).toBe(403);
    expect((await ask('admin', 'DELETE', '/v1/systems/entra')).statusCode).toBe(204);
    expect((await ask('admin', 'DELETE', '/v1/systems/entra')).statusCode).toBe(404);
    expect(await harness.store.secrets.get('system/entra/clientSecret')).toBeUndefined();
  });

  it('leave their secrets in no answer and in no row of the chain', async () => {
    for await (const row of harness.store.audit.export()) seen.push(JSON.stringify(row));
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.filter((text) => text.includes(secret))).toEqual([]);
  });
});
