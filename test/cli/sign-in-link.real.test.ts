/** `edict console` and `edict people sign-in-link` as processes: the address that they print opens the door. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { browser, passwordOf } from '../api/browser.ts';
import { openHarness } from '../api/harness.ts';
import type { Harness } from '../api/harness.ts';
import { describeWith } from '../stack/fixture.ts';
import { edictAt } from './edict.ts';

describeWith(['postgres', 'opa'], 'a one-time link from the command line', () => {
  let harness: Harness;
  let url: string;
  beforeAll(async () => {
    harness = await openHarness();
    await harness.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => harness.close());

  const edict = (who: string, ...args: readonly string[]) => edictAt({ url, token: harness.tokens[who] }, args);
  const signIn = async (address: string, person: string) => {
    const link = new URL(address).hash.slice('#link='.length);
    return (await browser(harness).ask('POST', '/v1/session', { payload: { link, password: passwordOf(person) } })).statusCode;
  };

  it('is an address and nothing else on standard output, and ends what it gave in an instant', async () => {
    const first = await edict('admin', 'console');
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/sign-in#link=[\w-]{43}\n$/u) });
    expect(await signIn(first.stdout.trim(), 'admin')).toBe(201);
    const other = await edict('admin', '--json', 'people', 'sign-in-link', 'manager');
    expect(await signIn((JSON.parse(other.stdout) as { url: string }).url, 'manager')).toBe(201);
    expect((await edict('admin', 'people', 'sign-out', 'manager')).stdout).toBe('1 ended\n');
    expect((await edict('analyst', 'console', 'admin')).code).toBe(4);
    expect((await edict('admin', 'console', 'no-such')).code).toBe(3);
  }, 60_000);
});
