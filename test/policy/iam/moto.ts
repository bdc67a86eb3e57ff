/** moto as an AWS account of one's own: users with keys and policies, and requests that are signed by them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { AwsV4Signer } from 'aws4fetch';
import { engineProgram } from '../../engines/engines.ts';

export type Key = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type Moto = { readonly url: string; readonly stop: () => void };

/** It says where it listens, on its error output. */
export function startMoto(): Promise<Moto> {
  const child: ChildProcess = spawn(engineProgram('moto'), ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const url = /http:\/\/127\.0\.0\.1:\d+/u.exec(said)?.[0];
      if (url !== undefined) resolve({ url, stop: () => child.kill('SIGTERM') });
    });
    child.once('exit', () => reject(new Error(`moto ended: ${said}`)));
    child.once('error', reject);
  });
}

const anyKey: Key = { accessKeyId: 'AKIDEXAMPLEEXAMPLE01', secretAccessKey: 's' };

export type Asked = { readonly method: string; readonly service: string; readonly path: string; readonly body?: string };

export async function send(
  { url }: Moto,
  { method, service, path, body }: Asked,
  key: Key = anyKey,
): Promise<{ readonly status: number; readonly text: string }> {
  const signer = new AwsV4Signer({
    method,
    url: `${url}${path}`,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } }),
    ...key,
    service,
    region: 'us-east-1',
  });
  const signed = await signer.sign();
  const answer = await fetch(signed.url, { method, headers: signed.headers, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, text: await answer.text() };
}

export async function iam(moto: Moto, parameters: { readonly [name: string]: string }): Promise<string> {
  const body = new URLSearchParams({ Version: '2010-05-08', ...parameters }).toString();
  const { status, text } = await send(moto, { method: 'POST', service: 'iam', path: '/', body });
  if (status !== 200) throw new Error(text);
  return text;
}

/** A user in a group, with a key. */
export async function makeUser(moto: Moto, user: string, group: string): Promise<Key> {
  await iam(moto, { Action: 'CreateGroup', GroupName: group }).catch(() => undefined);
  await iam(moto, { Action: 'CreateUser', UserName: user });
  await iam(moto, { Action: 'AddUserToGroup', UserName: user, GroupName: group });
  const made = await iam(moto, { Action: 'CreateAccessKey', UserName: user });
  const [accessKeyId = '', secretAccessKey = ''] = ['AccessKeyId', 'SecretAccessKey'].map(
    (name) => new RegExp(`<${name}>([^<]+)</${name}>`, 'u').exec(made)?.[1],
  );
  return { accessKeyId, secretAccessKey };
}

/** From now on, after so many more requests, policies count. */
export async function enforce({ url }: Moto, after: number): Promise<void> {
  const answer = await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: String(after) });
  if (!answer.ok) throw new Error(`moto does not enforce: ${answer.status}`);
}
