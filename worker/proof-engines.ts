/** Targets' own engines for the concrete half of a proof. Each loads the artifact into a process that ends with the answer: nothing is enforced by it. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { NoEngine, ProofEngine } from '../activities/ports.ts';
import { createLab, destroyLab, listLabs } from '../connectors/nftables/lab.ts';
import { openPacketProof } from '../connectors/nftables/packet-proof.ts';
import { EdictError } from '../domain/errors.ts';
import type { Decision, Request } from '../domain/policy/model.ts';
import type { Artifact } from '../domain/policy/targets/target.ts';

const run = promisify(execFile);
const timeoutMs = 60_000;
const decisions: readonly string[] = ['allow', 'deny', 'not-applicable'] satisfies readonly Decision[];
/** One process decides all requests; the array keeps their order. */
const queryOf = (entry: string) => `[answer.decision | some request in input.requests; answer := ${entry} with input as request]`;

/** `program`: a path, or the name on the PATH. */
export async function opaProofEngine(program = 'opa'): Promise<ProofEngine | NoEngine> {
  try {
    const { stdout } = await run(program, ['version'], { timeout: timeoutMs });
    const version = /^Version:\s*(\S+)/m.exec(stdout)?.[1] ?? 'unknown';
    return {
      name: `opa ${version}`,
      tells: 'decisions',
      decideMany: (artifact, requests, options) => evaluate(program, artifact, requests, options?.signal),
    };
  } catch {
    return { unavailable: `\`${program}\` is not there or does not run: set EDICT_OPA_PROGRAM` };
  }
}

async function evaluate(
  program: string,
  artifact: Artifact,
  requests: readonly Request[],
  signal: AbortSignal | undefined,
): Promise<readonly Decision[]> {
  const folder = await mkdtemp(join(tmpdir(), 'edict-proof-'));
  try {
    for (const [path, text] of Object.entries(artifact.files)) await writeFile(join(folder, basename(path)), text);
    const files = Object.keys(artifact.files).flatMap((path) => ['--data', join(folder, basename(path))]);
    const output = await pipe(
      program,
      ['eval', '--format', 'json', '--stdin-input', ...files, queryOf(entryOf(artifact))],
      JSON.stringify({ requests }),
      signal,
    );
    return readDecisions(output, requests.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function entryOf({ target }: Artifact): string {
  return target === 'rego-access' ? 'data.edict.access.decision' : 'data.edict.network.decision';
}

async function pipe(program: string, args: readonly string[], input: string, signal: AbortSignal | undefined): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs, ...(signal ? { signal } : {}) });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code === 0) return Buffer.concat(output).toString('utf8');
  throw new EdictError(
    'proof-failed',
    `the engine does not take the artifact: ${Buffer.concat([...complaints, ...output])
      .toString('utf8')
      .slice(0, 2000)}`,
  );
}

function readDecisions(output: string, expected: number): readonly Decision[] {
  const answer = JSON.parse(output) as { readonly result?: readonly { readonly expressions?: readonly { readonly value?: unknown }[] }[] };
  const value = answer.result?.[0]?.expressions?.[0]?.value;
  if (!Array.isArray(value) || value.length !== expected || !value.every((one) => decisions.includes(String(one)))) {
    throw new EdictError('proof-failed', `the engine answered ${Array.isArray(value) ? value.length : 'no'} of ${expected} requests`);
  }
  return value as readonly Decision[];
}

/** Packets through the kernel, in a laboratory that is made for the proof and gone after it. One proof at a time. */
export async function nftablesProofEngine(): Promise<ProofEngine | NoEngine> {
  await removeLeftovers();
  const name = `${proofLabs}${process.pid}`;
  const trial = await createLab({ name });
  if (!trial.supported) return { unavailable: `no laboratory for packets here: ${trial.reason}` };
  await trial.destroy();
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: 'nftables, by packets',
    tells: 'refusals',
    decideMany: (artifact, requests, options) => {
      const next = last.then(() => tryPackets(name, artifact, requests, options?.signal));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

const proofLabs = 'proof-';

/** Of workers that died in the middle of a proof. */
async function removeLeftovers(): Promise<void> {
  for (const name of await listLabs()) {
    const pid = name.startsWith(proofLabs) ? Number(name.slice(proofLabs.length)) : Number.NaN;
    if (Number.isInteger(pid) && (pid === process.pid || !isAlive(pid))) await destroyLab(name);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function tryPackets(
  name: string,
  artifact: Artifact,
  requests: readonly Request[],
  signal: AbortSignal | undefined,
): Promise<readonly (Decision | undefined)[]> {
  const lab = await createLab({ name });
  if (!lab.supported) throw new EdictError('dependency-unavailable', `the laboratory for packets is not to be had any more: ${lab.reason}`);
  try {
    const proof = openPacketProof(lab.firewallExec, { from: lab.clientExec, to: lab.serverExec });
    const outcomes = await proof.tryMany(artifact, requests, { signal });
    return outcomes.map(({ probe }) => probe?.decision);
  } finally {
    await lab.destroy();
  }
}
