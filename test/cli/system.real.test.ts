/** `edict system` as a process, on an API with a real store. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { openHarness } from '../api/harness.ts';
import type { Harness } from '../api/harness.ts';
import { describeWith } from '../stack/fixture.ts';
import { edictAt } from './edict.ts';

const secret = 'the client secret of the app';

describeWith(['postgres', 'opa'], 'edict system', () => {
  let harness: Harness;
  let url: string;
  const directory = mkdtempSync(join(tmpdir(), 'edict-cli-'));
  const file = join(directory, 'secret.txt');
  beforeAll(async () => {
    writeFileSync(file, `${secret}\n`);
    harness = await openHarness();
    await harness.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await harness.close();
    rmSync(directory, { recursive: true });
  });

  const edict = (...args: readonly string[]) => edictAt({ url, token: harness.tokens['admin'] }, args);
  const add = (...more: readonly string[]) =>
    edict('system', 'add', 'entra', '--kind', 'microsoft-graph', '--setting', 'tenant=example.com', 'clientId=c-1', ...more);

  it('adds, lists, shows and removes a system, and says its secret nowhere', async () => {
    const added = await add('--secret', `clientSecret=@${file}`);
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('entra · microsoft-graph') });
    expect(added.stderr).toContain('edict system test entra');
    expect(await harness.store.secrets.get('system/entra/clientSecret')).toBe(secret);
    const listed = await edict('system');
    expect(listed.stdout).toMatch(/^entra +microsoft-graph +.*disable-user/mu);
    const shown = await edict('system', 'show', 'entra');
    expect(shown.stdout).toContain('tenant "example.com"');
    expect(shown.stdout).toContain('secrets clientSecret');
    expect([added, listed, shown].map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(secret);
    expect(await edict('system', 'remove', 'entra')).toMatchObject({ code: 0, stdout: 'removed entra\n' });
    expect((await edict('system', 'show', 'entra')).code).toBe(3);
  }, 60_000);

  it('takes no secret on the command line, and does not repeat it', async () => {
    const refused = await add('--secret', `clientSecret=${secret}`);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('<role>=@<file>') });
    expect(refused.stdout + refused.stderr).not.toContain(secret);
    expect(await harness.store.systems.list()).toEqual([]);
  }, 60_000);

  it.each([
    { outcome: 'done', outputs: { kind: 'microsoft-graph' }, code: 0, words: 'reached: {"kind":"microsoft-graph"}' },
    {
      outcome: 'failed',
      error: { code: 'system-refused', message: '`entra` refused (401)' },
      code: 5,
      words: 'failed: `entra` refused (401)',
    },
  ] as const)(
    'tests a system by a run, and says how it ended: $outcome',
    async ({ code, words, ...end }) => {
      await add('--secret', `clientSecret=@${file}`);
      const source = readFileSync(new URL('../../playbooks/check-system.yaml', import.meta.url), 'utf8');
      await harness.store.playbooks.publish({ source, plan: compilePlaybook(source, 'check-system.yaml').plan }, 'system:test');
      const known = (await harness.store.runs.list({}, {})).items.length;
      const asked = edict('system', 'test', 'entra');
      const run = async () => (await harness.store.runs.list({}, {})).items.slice(0, -known || undefined).at(0);
      while ((await run()) === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
      const { run: id, inputs } = (await run())!;
      expect(inputs).toEqual({ system: 'entra' });
      await harness.store.runs.finish(id, { run: id, playbook: 'check-system', version: '1.0.0', status: 'ended', steps: [], ...end });
      expect(await asked).toMatchObject({ code, stdout: expect.stringContaining(words) });
    },
    60_000,
  );

  it('says which kinds there are, and which secret is missing', async () => {
    expect(await edict('system', 'add', 'x', '--kind', 'mainframe')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('microsoft-graph, defender, aws'),
    });
    const aws = await edict('system', 'add', 'aws', '--kind', 'aws', '--setting', 'accessKeyId=AKIDEXAMPLE');
    expect(aws).toMatchObject({ code: 2, stderr: expect.stringContaining('secretAccessKey') });
    expect((await edict('system', 'test', 'nothing')).code).toBe(3);
  }, 60_000);
});
