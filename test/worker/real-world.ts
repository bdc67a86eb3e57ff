/** A worker's process on real engines: a database and a Temporal namespace of the test's own, an OPA that fetches its bundles from the store. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { makeSigningKey, publicKeyOf } from '../../connectors/opa/signing-key.ts';
import { canonicalJson } from '../../domain/digest.ts';
import type { ApprovalRecord, SignedVote } from '../../domain/playbook/approval.ts';
import type { Role, Store } from '../../store/port.ts';
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import { messageNames, taskQueues, workflowIds, workflowTypes } from '../../workflows/messages.ts';
import { createLab } from '../../connectors/nftables/lab.ts';
import type { Lab, NoLab } from '../../connectors/nftables/lab.ts';
import { startOpaProcess } from '../connectors/opa-process.ts';
import type { OpaProcess } from '../connectors/opa-process.ts';
import { engineBinary, testDatabase, testTemporal } from '../stack/fixture.ts';

const root = resolve(import.meta.dirname, '..', '..');

export type RealWorld = {
  readonly store: Store;
  readonly client: Client;
  readonly opa: OpaProcess;
  readonly lab: Lab | NoLab;
  readonly startWorker: () => Promise<ChildProcess>;
  /** OPA gets no bundle until what is given back is called. */
  readonly holdBundles: () => () => void;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
};

export const opaPoint = 'opa-1';
export const firewallPoint = 'fw-1';

/** Where the OPA is one for access and the use of models too. */
export const accessPoint = 'access-1';

export async function startRealWorld({ access = false }: { readonly access?: boolean } = {}): Promise<RealWorld> {
  const database = await testDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-worker-'));
  const { address } = testTemporal();
  const connection = await Connection.connect({ address });
  const namespace = await freshNamespace(connection);
  await migrate(database.url);
  const store = await openStore({ databaseUrl: database.url, auditFile: join(dataDir, 'test-audit.jsonl') });
  const service = await serveBundles(store);
  const privateKey = await store.secrets.ensure('bundle-signing-key', makeSigningKey);
  const config = {
    apiUrl: service.url,
    bundleToken: 'bundle-token',
    point: opaPoint,
    ...(access ? { accessPoint } : {}),
    publicKeyPem: publicKeyOf(privateKey),
    keyId: 'edict',
  };
  const opa = await startOpaProcess(engineBinary('opa'), config);
  const lab = await createLab({ name: `worker-${process.pid}` });
  if (lab.supported) {
    const settings = { exec: [...lab.firewallExec], prober: { from: [...lab.clientExec], to: [...lab.serverExec] } };
    await store.points.put({ name: firewallPoint, kind: 'nftables', target: 'nftables', settings }, 'system:test');
  }
  const settings = { url: opa.url, tokenSecret: 'opa-token' };
  await store.points.put({ name: opaPoint, kind: 'opa', target: 'rego', settings }, 'system:test');
  if (access) await store.points.put({ name: accessPoint, kind: 'opa', target: 'rego-access', settings }, 'system:test');
  const env = {
    EDICT_DATABASE_URL: database.url,
    EDICT_TEMPORAL_ADDRESS: address,
    EDICT_TEMPORAL_NAMESPACE: namespace,
    EDICT_OPA_URL: opa.url,
    EDICT_OPA_TOKEN: opa.token,
    EDICT_OPA_PROGRAM: engineBinary('opa'),
    EDICT_DATA_DIR: dataDir,
  };
  const workers: ChildProcess[] = [];
  const output: string[] = [];
  const startWorker = async (): Promise<ChildProcess> => {
    const worker = spawn(process.execPath, [join(root, 'worker', 'main.ts')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    workers.push(worker);
    for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const from = output.length;
    while (!output.slice(from).join('').includes('{"ready":true}')) {
      if (worker.exitCode !== null) throw new Error(`the worker ended:\n${output.join('')}`);
      await sleep(50);
    }
    return worker;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map(endWorker));
    if (lab.supported) await lab.destroy();
    await opa.stop();
    await service.close();
    await store.close();
    await connection.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return {
    store,
    client: new Client({ connection, namespace }),
    opa,
    lab,
    startWorker,
    holdBundles: service.hold,
    log: () => output.join(''),
    stop,
  };
}

async function freshNamespace(connection: Connection): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
  for (;;) {
    try {
      await connection.workflowService.listOpenWorkflowExecutions({ namespace, maximumPageSize: 1 });
      return namespace;
    } catch {
      await sleep(100);
    }
  }
}

async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = new Promise((done) => worker.once('exit', done));
  worker.kill('SIGTERM');
  await ended;
}

/** What the API does for OPA, without the API. */
async function serveBundles(store: Store) {
  const stop = new AbortController();
  let held: Promise<void> | undefined;
  const hold = () => {
    let release = () => {};
    held = new Promise((done) => (release = done));
    return release;
  };
  const server = createServer((request, response) => {
    const [, , kind, point = ''] = (request.url ?? '').split('/');
    request.resume();
    if (kind !== 'bundles') return void response.end('{}');
    const known = /"([^"]+)"/u.exec(request.headers['if-none-match'] ?? '')?.[1];
    store.bundles.waitFor(point, known, 5000, stop.signal).then(
      async (bundle) => {
        await held;
        response.setHeader('content-type', 'application/vnd.openpolicyagent.bundles');
        if (bundle === undefined) response.writeHead(known === undefined ? 404 : 304).end();
        else response.setHeader('etag', `"${bundle.revision}"`).end(bundle.bytes);
      },
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = async (): Promise<void> => {
    stop.abort();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hold, close };
}

export async function person(store: Store, id: string, ...roles: Role[]): Promise<void> {
  await store.people.put({ id, name: id, roles, disabled: false }, 'system:test');
}

/** As a door signs it. */
export async function signedVote(store: Store, approval: ApprovalRecord, by: string, denial?: string): Promise<SignedVote> {
  const decision = denial === undefined ? ('approve' as const) : ('deny' as const);
  const reason = { reason: denial ?? 'seen, and agreed' };
  const vote = { approval: approval.id, digest: approval.digest, decision, by, at: new Date().toISOString(), ...reason };
  const key = (await store.secrets.get('statement-key')) ?? '';
  return { vote, signature: createHmac('sha256', key).update(canonicalJson(vote)).digest('base64url') };
}

export async function castVote(world: RealWorld, approval: ApprovalRecord, vote: SignedVote): Promise<unknown> {
  return world.client.workflow.getHandle(workflowIds.playbookRun(approval.run)).executeUpdate(messageNames.vote, { args: [vote] });
}

export async function startRun(world: RealWorld, run: string, workflowId = workflowIds.playbookRun(run)) {
  return world.client.workflow.start(workflowTypes.playbookRun, { workflowId, taskQueue: taskQueues.main, args: [{ run }] });
}

export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(100)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}

export async function opaDecision(opa: OpaProcess, from: string, to: string, port: number): Promise<string | undefined> {
  const input = { kind: 'network', from, to, protocol: 'tcp', port };
  const answer = await fetch(`${opa.url}/v1/data/edict/network/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${opa.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  });
  return ((await answer.json()) as { readonly result?: { readonly decision?: string } }).result?.decision;
}

/** `EDICT_RECORD_HISTORIES=1` keeps what histories look like today, for test/workflows/replay.long.test.ts. Names of machines and their paths stay out. */
export async function recordHistory(world: RealWorld, workflowId: string, name: string, runId?: string): Promise<void> {
  if (!process.env['EDICT_RECORD_HISTORIES']) return;
  const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const text = historyToJSON(history).replaceAll(/\d+@[\w.-]+/g, 'worker');
  writeFileSync(join(root, 'test', 'histories', `${name}.json`), `${JSON.stringify(JSON.parse(text)).replaceAll(root, '/edict')}\n`);
}
