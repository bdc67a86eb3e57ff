/** Real packets to and from one host: an artifact in a network namespace of its own, connections and echo requests over its loopback. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact } from '../../domain/policy/targets/target.ts';

export type Attempt =
  | { readonly from: string; readonly to: string; readonly port: number; readonly sourcePort: number }
  | { readonly from: string; readonly to: string; readonly ping: true };

/** Answers on every port that is tried; says of each attempt whether it came through. */
const client = `
const net = require('node:net'); const { spawnSync } = require('node:child_process');
const attempts = JSON.parse(process.env.ATTEMPTS);
const listening = new Map(attempts.filter((a) => a.port).map((a) => [a.to + ' ' + a.port, a]));
const listen = ({ to, port }) => new Promise((done) => { const s = net.createServer((c) => c.end()); s.listen(port, to, () => done(s)); });
const connect = ({ from, to, port, sourcePort }) => new Promise((done) => {
  const socket = net.connect({ host: to, port, localAddress: from, localPort: sourcePort, timeout: 1500 });
  const end = (outcome) => { socket.destroy(); done(outcome); };
  socket.on('connect', () => end(true)); socket.on('error', () => end(false)); socket.on('timeout', () => end(false));
});
const ping = ({ from, to }) => spawnSync('perl', ['-e', process.env.ECHO, from, to]).status === 0;
(async () => {
  const servers = await Promise.all([...listening.values()].map(listen));
  const outcomes = [];
  for (const attempt of attempts) outcomes.push(attempt.ping ? ping(attempt) : await connect(attempt));
  for (const server of servers) server.close();
  console.log(JSON.stringify(outcomes));
})();
`;

/** An echo request from one address to another (RFC 792); ends well when the reply is there within a second. */
const echo = String.raw`
use Socket; my ($from, $to) = map { inet_aton($_) } @ARGV;
socket(my $s, PF_INET, SOCK_RAW, 1) or exit 2; bind($s, sockaddr_in(0, $from)) or exit 2;
my $body = pack('C2n3', 8, 0, 0, $$ & 0xffff, 1); my $sum = 0; $sum += $_ for unpack('n*', $body);
$sum = ($sum & 0xffff) + ($sum >> 16); substr($body, 2, 2) = pack('n', ~$sum & 0xffff);
send($s, $body, 0, sockaddr_in(0, $to)) or exit 1;
my $until = time + 2; my $bits = ''; vec($bits, fileno($s), 1) = 1;
while (time < $until) { select(my $ready = $bits, undef, undef, 1) or next; recv($s, my $got, 200, 0);
  exit 0 if unpack('C', substr($got, 20)) == 0 && substr($got, 12, 4) eq $to; }
exit 1;
`;

export function tryOnLoopback({ files }: Artifact, addresses: readonly string[], attempts: readonly Attempt[]): readonly boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'edict-loopback-'));
  try {
    writeFileSync(join(folder, 'edict.nft'), files['edict.nft']!);
    writeFileSync(join(folder, 'client.cjs'), client);
    const own = addresses.map((address) => `ip addr add ${address} dev lo nodad`).join(' && ');
    const script = `ip link set lo up && ${own} && nft -f "$0/edict.nft" && exec "$1" "$0/client.cjs"`;
    const { status, stdout, stderr } = spawnSync('unshare', ['-rn', 'sh', '-c', script, folder, process.execPath], {
      encoding: 'utf8',
      env: { ...process.env, ATTEMPTS: JSON.stringify(attempts), ECHO: echo },
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
