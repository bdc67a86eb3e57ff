/**
 * One end of a probe, run inside a network namespace: `listen` answers on the requests' ports until its input ends, `connect`
 * tries them all at once from their own source addresses. It knows nothing of policies and holds no secrets.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Connect, Listen, Listening, Packet, Tried } from './prober-messages.ts';

/** Answers of the system that mean that the packet never left: the prober's fault, not the firewall's word. */
const impossible = new Set([
  'EADDRNOTAVAIL',
  'EINVAL',
  'EAFNOSUPPORT',
  'ENETUNREACH',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EADDRINUSE',
  'ENETDOWN',
]);

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const line = await lines.next();
  if (line.done === true) return;
  const answer =
    process.argv[2] === 'listen' ? await listenTo(JSON.parse(line.value) as Listen) : await tryAll(JSON.parse(line.value) as Connect);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  // Whoever started this process keeps the pipe open for as long as it is needed; should that one die, the pipe ends too.
  if (process.argv[2] === 'listen') await lines.next();
}

async function listenTo({ packets }: Listen): Promise<Listening> {
  const byEnd = new Map(
    packets.map((packet) => [packet.protocol === 'tcp' ? `tcp ${packet.port}` : `udp ${packet.to} ${packet.port}`, packet]),
  );
  const failed = await Promise.all([...byEnd.values()].map(async (packet) => ({ packet, reason: await open(packet) })));
  return { failed: failed.flatMap(({ packet, reason }) => (reason === undefined ? [] : [{ packet, reason }])) };
}

/** Undefined when something answers there: this process, or whatever held the port before. */
function open(packet: Packet): Promise<string | undefined> {
  return new Promise((resolve) => {
    const ended = (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? undefined : (error.code ?? error.message));
    if (packet.protocol === 'tcp') {
      // Several probes may listen on a port at once: each answers what reaches it.
      const server = createServer((socket) => socket.on('error', () => undefined).end());
      server.on('error', ended).listen({ port: packet.port, host: '::', ipv6Only: false, reusePort: true }, () => resolve(undefined));
    } else {
      const socket = createSocket({ type: packet.to.includes(':') ? 'udp6' : 'udp4', reusePort: true });
      socket.on('message', (data, peer) => socket.send(data, peer.port, peer.address));
      socket.on('error', ended).bind(packet.port, packet.to, () => resolve(undefined));
    }
  });
}

function tryAll({ packets, timeoutMs }: Connect): Promise<readonly Tried[]> {
  return Promise.all(packets.map((packet) => (packet.protocol === 'tcp' ? tryTcp : tryUdp)(packet, timeoutMs)));
}

function tryTcp(packet: Packet, timeoutMs: number): Promise<Tried> {
  return attempt(timeoutMs, (end) => {
    const socket = connect({ host: packet.to, port: packet.port, localAddress: packet.from });
    socket.on('connect', () => end('connected', 'connected'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(...meaning(error)));
    return () => socket.destroy();
  });
}

function tryUdp(packet: Packet, timeoutMs: number): Promise<Tried> {
  return attempt(timeoutMs, (end) => {
    const socket = createSocket(packet.to.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', () => end('connected', 'answered'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(...meaning(error)));
    socket.bind(0, packet.from, () => socket.connect(packet.port, packet.to, () => socket.send('edict')));
    return () => socket.close();
  });
}

function meaning(error: NodeJS.ErrnoException): readonly [Tried['outcome'], string] {
  const code = error.code ?? error.message;
  return [impossible.has(code) ? 'impossible' : 'refused', code];
}

type End = (outcome: Tried['outcome'], detail: string) => void;

function attempt(timeoutMs: number, start: (end: End) => () => void): Promise<Tried> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let stop: (() => void) | undefined;
    let ended = false;
    const end: End = (outcome, detail) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      resolve({ outcome, detail, elapsedMs: Math.round((performance.now() - startedAt) * 10) / 10 });
      setImmediate(() => stop?.());
    };
    // After a stall the timer comes before the answers that have arrived meanwhile: those are looked at first.
    const timer = setTimeout(() => setImmediate(() => setImmediate(() => end('silent', `no answer in ${timeoutMs} ms`))), timeoutMs);
    stop = start(end);
  });
}

await main();
process.exit(0);
