/**
 * Tries requests as real packets through the firewall: a process on the one side connects from each request's own source
 * address, another on the other side answers on its port. Since the far end always answers, a refusal is the firewall's.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import ipaddr from 'ipaddr.js';
import { EdictError } from '../../domain/errors.ts';
import type { NetworkRequest, Request } from '../../domain/policy/model.ts';
import type { Probe, ProbeOutcome } from '../connector.ts';
import type { Deadline } from '../deadline.ts';
import { searchPath } from './command.ts';
import type { Connect, Listen, Listening, Packet, Tried } from './prober-messages.ts';
import type { NftablesSettings } from '../../domain/enforcement/point-settings.schema.ts';

export type Prober = NonNullable<NftablesSettings['prober']>;

type Bench = { readonly point: string; readonly prober: Prober; readonly timeoutMs: number; readonly deadline: Deadline };

const batchSize = 256;
const program = fileURLToPath(new URL('prober-process.ts', import.meta.url));
/** A packet is tried now: a request about another moment is not answered by it. */
const momentMs = 60_000;

export async function probePackets(bench: Bench, requests: readonly Request[]): Promise<readonly ProbeOutcome[]> {
  const outcomes: ProbeOutcome[] = requests.map((request) => ({ request, reason: whyNot(request) }));
  const tried = outcomes.flatMap(({ request, reason }, index) =>
    reason === undefined && request.kind === 'network' ? [{ request, index }] : [],
  );
  for (let start = 0; start < tried.length; start += batchSize) {
    const batch = tried.slice(start, start + batchSize);
    const found = await tryBatch(
      bench,
      batch.map(({ request }) => packetOf(request)),
    );
    batch.forEach(({ request, index }, position) => (outcomes[index] = outcomeOf(request, found[position] ?? noAnswer)));
  }
  return outcomes;
}

const noAnswer: Tried = { outcome: 'impossible', detail: 'the prober gave no answer', elapsedMs: 0 };

function outcomeOf(request: NetworkRequest, tried: Tried): ProbeOutcome {
  if (tried.outcome === 'impossible') return { request, reason: `it could not be sent: ${tried.detail}` };
  const probe: Probe = {
    decision: tried.outcome === 'connected' ? 'allow' : 'deny',
    method: 'packet',
    detail: describe(tried),
    elapsedMs: tried.elapsedMs,
  };
  return { request, probe };
}

function describe({ outcome, detail }: Tried): string {
  if (outcome === 'connected') return detail;
  return outcome === 'silent' ? `dropped (${detail})` : `refused (${detail})`;
}

/** Why a request cannot be tried as a packet; undefined when it can. */
function whyNot(request: Request): string | undefined {
  if (request.kind !== 'network') return `no packet asks for what a request of the kind \`${request.kind}\` does`;
  const { from, to, protocol, port, at } = request;
  if (protocol !== 'tcp' && protocol !== 'udp') return `packets of protocol \`${protocol}\` are not tried, only tcp and udp`;
  if (port < 1 || port > 65535) return `no connection goes to port ${port}`;
  if (at !== undefined && Math.abs(Date.parse(at) - Date.now()) > momentMs) return `a packet is tried now, not at ${at}`;
  const strange = [from, to].find((address) => unusable(address));
  return strange === undefined ? whyNoFlow(request) : `\`${strange}\` is no address of a single host`;
}

function whyNoFlow({ sourcePort, direction = 'forward', state = 'new' }: NetworkRequest): string | undefined {
  if (direction !== 'forward') return 'packets are tried through the firewall, not to it or from it';
  if (state !== 'new') return 'only packets that begin a connection are tried';
  return sourcePort === undefined ? undefined : 'packets are tried from whatever port is free';
}

function unusable(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  return (
    ['unspecified', 'loopback', 'multicast', 'broadcast', 'ipv4Mapped'].includes(ipaddr.parse(address).range()) ||
    /^fe[89ab]/iu.test(address)
  );
}

function packetOf({ from, to, protocol, port }: NetworkRequest): Packet {
  return { from, to, port, protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}

async function tryBatch(bench: Bench, packets: readonly Packet[]): Promise<readonly Tried[]> {
  const listener = start(bench, 'listen', bench.prober.to);
  const connector = start(bench, 'connect', bench.prober.from);
  try {
    const listening = await ask<Listening>(bench, listener, { packets });
    const unanswered = new Map(listening.failed.map(({ packet, reason }) => [farEnd(packet), reason]));
    const found = await ask<readonly Tried[]>(bench, connector, { packets, timeoutMs: bench.timeoutMs });
    return packets.map((packet, index) => notListened(unanswered.get(farEnd(packet))) ?? found[index] ?? noAnswer);
  } finally {
    listener.kill('SIGKILL');
    connector.kill('SIGKILL');
  }
}

function farEnd({ protocol, to, port }: Packet): string {
  return protocol === 'tcp' ? `tcp ${port}` : `udp ${to} ${port}`;
}

function notListened(reason: string | undefined): Tried | undefined {
  return reason === undefined
    ? undefined
    : { outcome: 'impossible', detail: `nothing can listen at the other end (${reason})`, elapsedMs: 0 };
}

function start({ deadline }: Bench, role: 'listen' | 'connect', prefix: readonly string[]): ChildProcessWithoutNullStreams {
  const [file, ...args] = [...prefix, process.execPath, program, role];
  deadline.check();
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: searchPath() },
    signal: deadline.signal,
    killSignal: 'SIGKILL',
  });
  // Errors come out where the answer is awaited.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stderr.on('error', () => undefined);
  return child;
}

function ask<Answer>({ point, deadline }: Bench, child: ChildProcessWithoutNullStreams, question: Listen | Connect): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString('utf8')}`.slice(-400)));
    const lines = createInterface({ input: child.stdout });
    lines.once('line', (line) => {
      try {
        resolve(JSON.parse(line) as Answer);
      } catch {
        reject(silent(point, line.slice(0, 80)));
      }
    });
    const ended = () =>
      reject(deadline.signal.aborted ? deadline.explain(undefined) : silent(point, errors.trim().split('\n').at(-1) ?? ''));
    child.once('error', ended);
    child.once('close', ended);
    if (child.pid === undefined || child.exitCode !== null) ended();
    child.stdin.write(`${JSON.stringify(question)}\n`);
  });
}

function silent(point: string, said: string): EdictError {
  return new EdictError('enforcement-point-unreachable', `the prober of \`${point}\` ended without an answer: ${said}`, {
    where: point,
    help: 'are its namespaces there, and can Node be started in them?',
  });
}
