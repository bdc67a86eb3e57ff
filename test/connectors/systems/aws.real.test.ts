/** The same account against moto, a server that others wrote to speak AWS's protocols. */
import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { queryApi, signedSend } from '../../../connectors/aws/protocol.ts';
import { withDeadline } from '../../../connectors/deadline.ts';
import { textOf } from '../../../connectors/odata.ts';
import { openSystem } from '../../../connectors/open-system.ts';
import type { OutsideSystem } from '../../../connectors/system.ts';
import { openWebClient } from '../../../connectors/web-client.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { moto as program, needs } from '../needs.ts';

const identity = { accessKeyId: 'AKIDEXAMPLEEXAMPLE01', secret: async () => 'secret' };

/** moto says where it listens, on its error output. */
function startMoto(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(program, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const url = /http:\/\/127\.0\.0\.1:\d+/u.exec(said)?.[0];
      if (url !== undefined) resolve({ url, child });
    });
    child.once('exit', () => reject(new Error(`moto ended: ${said}`)));
    child.once('error', reject);
  });
}

needs('moto', () => {
  let moto: { readonly url: string; readonly child: ChildProcess };
  let aws: OutsideSystem;
  let key = '';
  let closeSetup: () => void;

  beforeAll(async () => {
    moto = await startMoto();
    const web = openWebClient('moto', [moto.url]);
    const iam = queryApi(web, { url: moto.url, version: '2010-05-08', scope: { service: 'iam', region: 'us-east-1' }, identity });
    const s3 = signedSend(web, { service: 's3', region: 'us-east-1' }, identity);
    await withDeadline('setup', { timeoutMs: 20_000 }, async (deadline) => {
      await iam('CreateUser', { UserName: 'deployer' }, deadline);
      const made = await iam('CreateAccessKey', { UserName: 'deployer' }, deadline);
      key = textOf((made['AccessKey'] as JsonObject)['AccessKeyId']);
      const answer = await s3({ method: 'PUT', url: `${moto.url}/open-data` }, deadline);
      expect(answer.status).toBe(200);
    });
    closeSetup = web.close;
    aws = openSystem(
      {
        name: 'aws',
        kind: 'aws',
        settings: { accessKeyId: identity.accessKeyId, iamUrl: moto.url, stsUrl: moto.url, s3Url: moto.url },
        secrets: { secretAccessKey: 's' },
      },
      identity.secret,
    );
  }, 60_000);
  afterAll(async () => {
    await aws.close();
    closeSetup();
    moto.child.kill('SIGTERM');
  });

  it('says who we are', async () => {
    expect(await aws.check()).toMatchObject({ account: '123456789012' });
  });

  it('disables a key and gives it back', async () => {
    expect(await aws.read('key-usage', { key })).toMatchObject({ user: 'deployer', active: true });
    const prepared = await aws.prepare('disable-key', { key });
    expect((await aws.perform(prepared, 'r/s/1')).state).toBe('landed');
    expect(await aws.read('key-usage', { key })).toMatchObject({ active: false });
    expect((await aws.undo(prepared, 'r/s/1')).state).toBe('absent');
    expect(await aws.read('key-usage', { key })).toMatchObject({ active: true });
  });

  it('blocks a bucket and gives it back as it was: without a block', async () => {
    expect(await aws.read('public-access', { bucket: 'open-data' })).toMatchObject({ blocked: false });
    const prepared = await aws.prepare('block-public', { bucket: 'open-data' });
    expect((await aws.perform(prepared, 'r/s/2')).state).toBe('landed');
    expect(await aws.read('public-access', { bucket: 'open-data' })).toMatchObject({ blocked: true });
    expect((await aws.undo(prepared, 'r/s/2')).state).toBe('absent');
    expect(prepared.before).toEqual({ bucket: 'open-data', block: null });
  });

  it('knows what is not there', async () => {
    await expect(aws.prepare('disable-key', { key: 'AKIAIOSFODNN7MISSING' })).rejects.toMatchObject({ code: 'system-object-missing' });
    await expect(aws.prepare('block-public', { bucket: 'no-such-bucket' })).rejects.toMatchObject({ code: 'system-object-missing' });
  });
});
