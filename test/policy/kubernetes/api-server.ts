/** A real Kubernetes API server on an etcd of its own, without nodes: what it says of objects is what a cluster would say. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort } from '../../../stack/ports.ts';
import { engineProgram } from '../../engines/engines.ts';

export type ApiServer = {
  /** The server's own complaint; empty where it would take the object. */
  readonly dryRun: (object: KubernetesObject) => Promise<string>;
  readonly createNamespace: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

export async function startApiServer(): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'edict-kubernetes-'));
  const taken = new Set<number>();
  const [client, peer, secure] = [await choosePort(taken), await choosePort(taken), await choosePort(taken)];
  const etcd = spawn(
    engineProgram('etcd'),
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${client}`,
      `--advertise-client-urls=http://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
    ],
    { stdio: 'ignore' },
  );
  const token = randomBytes(16).toString('hex');
  const server = spawn(engineProgram('kube-apiserver'), serverFlags(folder, { etcd: client, secure, token }), { stdio: 'ignore' });
  const call = caller(secure, token);
  await ready(call, server);
  return {
    dryRun: async (object) => {
      const { status, body } = await call('POST', `${pathOf(object)}?dryRun=All&fieldValidation=Strict`, object);
      return status < 300 ? '' : body.message;
    },
    createNamespace: async (name) => {
      await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    },
    stop: async () => {
      // The server first: without its etcd it would wait for it.
      for (const child of [server, etcd]) await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Settings = { readonly etcd: number; readonly secure: number; readonly token: string };

function serverFlags(folder: string, { etcd, secure, token }: Settings): readonly string[] {
  const key = join(folder, 'accounts.key');
  writeFileSync(key, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }));
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${token},tester,1,system:masters\n`);
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    `--secure-port=${secure}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
  ];
}

type Call = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: any }>;

function caller(port: number, token: string): Call {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      // The server made its certificate a moment ago, on this machine.
      const asked = request({ host: '127.0.0.1', port, path, method, headers, rejectUnauthorized: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text }));
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

const plurals: { readonly [kind: string]: string } = {
  NetworkPolicy: 'networkpolicies',
  Pod: 'pods',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
};

function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  return metadata.namespace === undefined ? `${base}/namespaces/default/${plural}` : `${base}/namespaces/${metadata.namespace}/${plural}`;
}

async function ready(call: Call, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`);
    const answered = await call('GET', '/readyz').then(
      ({ status }) => status === 200,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error('kube-apiserver does not get ready');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
}
