/** The tools of the policy core as they are typed, where a server does the work. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { parsePolicyFile } from '../../../domain/policy/policy-file.ts';
import { openHarness } from '../../api/harness.ts';
import type { Harness } from '../../api/harness.ts';
import { describeWith } from '../../stack/fixture.ts';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const document = parsePolicyFile(`policy: database
title: Who reaches the database
owner: payments
requirements: [{ id: r1, text: Payments alone may. }]
rules:
  - { id: payments, requirement: r1, network: { allow: { from: 10.1.0.10, to: 10.2.0.5, service: tcp/5432 } } }
  - { id: nobody-else, requirement: r1, network: { claim: { from: any, to: 10.2.0.5, service: any } } }
tests:
  - { name: payments get in, request: { network: { from: 10.1.0.10, to: 10.2.0.5, protocol: tcp, port: 5432 } }, decision: allow }
`);
const saved = '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -d 10.2.0.5/32 -p tcp -m tcp --dport 5432 -j ACCEPT\nCOMMIT\n';

/** Every call of the command is a process of its own. */
jest.setTimeout(240_000);

describeWith(['postgres', 'opa'], 'the edict command, by a server', () => {
  let harness: Harness;
  let url: string;
  const folder = mkdtempSync(join(tmpdir(), 'edict-policy-server-'));

  beforeAll(async () => {
    harness = await openHarness({ waitMs: 0 });
    url = await harness.app.listen({ port: 0, host: '127.0.0.1' });
    await harness.store.policies.saveDraft(document, 'engineer');
  }, 120_000);
  afterAll(async () => {
    await harness.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const edict = async (
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly output: string; readonly said: string }> => {
    const token = harness.tokens[args[0] === 'context' ? 'admin' : 'engineer'] ?? '';
    const env = { ...process.env, EDICT_URL: url, EDICT_TOKEN: token, EDICT_DATA_DIR: folder };
    const child = spawn(process.execPath, ['--no-warnings', main, ...args], { env, cwd: folder });
    let [output, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, output, said };
  };
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const { output, said } = await edict(...args, '--json');
    return output === '' ? said : JSON.parse(output);
  };

  it('compiles, proves and tests a version that is there', async () => {
    const compiled = await json('policy', 'compile', 'database@1', '--server', '--target', 'nftables', '--out', 'nft');
    expect(compiled).toMatchObject({ artifact: { target: 'nftables' }, losses: [], leftOut: [], out: 'nft' });
    expect(await json('policy', 'prove', 'database', '--server', '--target', 'nftables', '--artifact', 'nft')).toMatchObject({
      equal: true,
    });
    expect(await json('policy', 'test', 'database', '--server')).toMatchObject([{ policy: 'database', tests: [{ passed: true }] }]);
    expect(await edict('policy', 'test', 'database', '--server', '--zones', 'zones.csv')).toMatchObject({ code: 2 });
  });

  it('reads a configuration in, and takes it as a draft', async () => {
    writeFileSync(join(folder, 'save.txt'), saved);
    const importing = ['policy', 'import', 'save.txt', '--from', 'iptables', '--policy', 'read-in', '--server'];
    expect(await json(...importing)).toMatchObject({ policy: { policy: 'read-in', owner: 'engineer' }, unread: [] });
    expect(await harness.store.policies.get('read-in')).toBeUndefined();
    expect(await json(...importing, '--apply')).toMatchObject({ version: 1 });
    expect((await harness.store.policies.get('read-in'))?.draft).toBe(1);
  });

  it('takes people and groups, and decides access and the use of models', async () => {
    writeFileSync(
      join(folder, 'people.json'),
      JSON.stringify([{ uid: { type: 'user', id: 'ann' }, parents: [{ type: 'group', id: 'staff' }] }]),
    );
    expect(await json('context', 'entities', 'people.json')).toMatchObject({ entities: 1 });
    const access = ['decide', 'access', 'user:ann', 'read', 'document:plan', '--context', 'mfa=true', '--from', '10.1.2.3'];
    expect(await json(...access)).toMatchObject({ decision: 'not-applicable', determining: [] });
    expect(await json('decide', 'ai', 'user:ann', 'small', '--data', 'public')).toMatchObject({ decision: 'not-applicable' });
    expect((await edict('decide', 'access', 'ann', 'read', 'document:plan')).output).toContain('deny');
  });
});
