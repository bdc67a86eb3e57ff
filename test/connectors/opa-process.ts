/** A real OPA on a free port with a token, configured by connectors/opa/config.ts. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfText } from '../../domain/digest.ts';
import { opaConfig, type OpaConfigInput } from '../../connectors/opa/config.ts';

export type OpaProcess = {
  readonly url: string;
  readonly token: string;
  readonly output: () => string;
  /** Stops it without ending it, as a machine that hangs. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Kills it and starts it again on the same port and folder. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const token = 'opa-token-for-tests-0123456789abcdef';
const authorization = `package system.authz
default allow := false
allow if input.path == ["health"]
allow if input.identity == "${token}"
`;

/** The decision point before effects is on the same OPA. */
const guardPolicy = join(import.meta.dirname, '..', '..', 'activities', 'effect', 'guard.rego');
const guardDigest = digestOfText(readFileSync(guardPolicy, 'utf8'));

export async function startOpaProcess(program: string, config: Omit<OpaConfigInput, 'persistenceDir'>): Promise<OpaProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'edict-opa-'));
  const settings = opaConfig({ ...config, persistenceDir: join(folder, 'kept') });
  await writeFile(join(folder, 'config.json'), JSON.stringify(settings));
  await writeFile(join(folder, 'authz.rego'), authorization);
  await writeFile(join(folder, 'policies.json'), JSON.stringify({ edict_system: { policies: { 'guard.rego': guardDigest } } }));
  const port = await freePort();
  const args = [
    'run',
    '--server',
    '--addr',
    `127.0.0.1:${port}`,
    '--config-file',
    join(folder, 'config.json'),
    '--authentication=token',
    '--authorization=basic',
    '--log-level=error',
    join(folder, 'authz.rego'),
    join(folder, 'policies.json'),
    guardPolicy,
  ];
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  let child = launch();
  function launch() {
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return started;
  }
  const serving = async () => {
    for (let tries = 0; !(await answers(`${url}/health`)); tries += 1) {
      if (tries > 200 || child.exitCode !== null) throw new Error(`OPA did not start:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const kill = async () => {
    const ended = new Promise<unknown>((resolve) => child.once('close', resolve));
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
  };
  await serving();
  return {
    url,
    token,
    output: () => output,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    restart: async () => {
      await kill();
      child = launch();
      await serving();
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
