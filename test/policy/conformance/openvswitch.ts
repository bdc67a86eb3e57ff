/**
 * Open vSwitch without a network: a database, a switch with a dummy datapath, both in a folder of their own, and packets traced through
 * its flows over its control socket (`ovs-appctl ofproto/trace`).
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision, NetworkRequest, Request } from '../../../domain/policy/model.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';

const schema = '/usr/share/openvswitch/vswitch.ovsschema';

type Running = { readonly folder: string; readonly children: readonly ChildProcess[] };

export function openSwitch(): {
  readonly parse: (artifact: Artifact) => string;
  readonly decide: (artifact: Artifact, requests: readonly Request[]) => Promise<readonly (Decision | undefined)[]>;
  readonly stop: () => Promise<void>;
} {
  let running: Running | undefined;
  return {
    parse: parseFlows,
    decide: async (artifact, requests) => {
      running ??= await start();
      return decideAll(running, artifact, requests);
    },
    stop: async () => {
      for (const child of running?.children ?? []) await ended(child);
      if (running !== undefined) rmSync(running.folder, { recursive: true, force: true });
    },
  };
}

/** "normalization changed" is only a warning of `ovs-ofctl`: a field was dropped because what it presupposes is not said. */
function parseFlows({ files }: Artifact): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-flows-'));
  try {
    const file = join(folder, 'edict.flows');
    writeFileSync(file, files['edict.flows']!);
    const { status, stdout, stderr } = spawnSync(engineProgram('openvswitch'), ['-O', 'OpenFlow13', 'parse-flows', file], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const count = files['edict.flows']!.split('\n').filter((each) => each.startsWith('table=')).length;
    const taken = stdout.split('\n').filter((each) => each.includes('FLOW_MOD')).length;
    return status === 0 && stderr === '' && taken === count ? '' : `${stderr}${stdout.slice(-500)} (${taken} of ${count} flows)`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'edict-ovs-'));
  const env = { ...process.env, OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder };
  const program = (name: string) => engineProgram('openvswitch', name);
  const options = { env, stdio: 'ignore' as const };
  execFileSync(program('ovsdb-tool'), ['create', join(folder, 'conf.db'), schema], options);
  const database = spawn(
    program('ovsdb-server'),
    [`--remote=punix:${join(folder, 'db.sock')}`, `--unixctl=${join(folder, 'db.ctl')}`, join(folder, 'conf.db')],
    options,
  );
  await appeared(join(folder, 'db.sock'));
  const daemon = spawn(
    program('ovs-vswitchd'),
    ['--enable-dummy=override', '--disable-system', `--unixctl=${join(folder, 'switch.ctl')}`, `unix:${join(folder, 'db.sock')}`],
    options,
  );
  const bridge = ['add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath-type=dummy', 'fail-mode=secure', 'protocols=OpenFlow13'];
  const port = (name: string) => ['--', 'add-port', 'br0', name, '--', 'set', 'interface', name, 'type=dummy'];
  await appeared(join(folder, 'switch.ctl'));
  execFileSync(
    program('ovs-vsctl'),
    [`--db=unix:${join(folder, 'db.sock')}`, '--timeout=20', ...bridge, ...port('p1'), ...port('p2')],
    options,
  );
  return { folder, children: [daemon, database] };
}

async function decideAll(
  { folder }: Running,
  { files }: Artifact,
  requests: readonly Request[],
): Promise<readonly (Decision | undefined)[]> {
  const file = join(folder, 'edict.flows');
  writeFileSync(file, `${files['edict.flows']!}table=1,priority=0,actions=all\n`);
  execFileSync(engineProgram('openvswitch'), ['-O', 'OpenFlow13', 'replace-flows', `unix:${join(folder, 'br0.mgmt')}`, file]);
  const decisions: (Decision | undefined)[] = [];
  for (const request of requests) {
    const packet = request.kind === 'network' ? packetOf(request) : undefined;
    decisions.push(
      packet === undefined ? undefined : decisionOf(await control(join(folder, 'switch.ctl'), 'ofproto/trace', ['br0', packet])),
    );
  }
  return decisions;
}

const named: { readonly [protocol: string]: readonly [string, string] } = {
  tcp: ['tcp', 'tcp6'],
  udp: ['udp', 'udp6'],
  sctp: ['sctp', 'sctp6'],
};

const numbers: { readonly [protocol: string]: number } = {
  igmp: 2,
  ipip: 4,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  udplite: 136,
  other: 255,
};

/** As `ofproto/trace` reads packets: unlike flows, they have ports and types by the protocol's own name, behind it. */
function packetOf(request: NetworkRequest): string | undefined {
  const { from, to, protocol, direction = 'forward' } = request;
  if (direction !== 'forward') return undefined;
  const family = from.includes(':') ? 1 : 0;
  const addresses = family === 1 ? `ipv6_src=${from},ipv6_dst=${to}` : `nw_src=${from},nw_dst=${to}`;
  return `in_port=p1,${withPorts(request, family) ?? withTypes(request, family) ?? withNumber(protocol, family)},${addresses}`;
}

function withPorts({ protocol, port, sourcePort = 40_000 }: NetworkRequest, family: 0 | 1): string | undefined {
  const word = named[protocol]?.[family];
  return word === undefined ? undefined : `${word},${protocol}_src=${sourcePort},${protocol}_dst=${port}`;
}

function withTypes({ protocol, icmpType, icmpCode = 0 }: NetworkRequest, family: 0 | 1): string | undefined {
  if (protocol !== 'icmp' && (protocol !== 'icmpv6' || family === 0)) return undefined;
  const [word, field, echo] = family === 1 ? ['icmp6', 'icmpv6', 128] : ['icmp', 'icmp', 8];
  return `${word},${field}_type=${icmpType ?? echo},${field}_code=${icmpCode}`;
}

function withNumber(protocol: string, family: 0 | 1): string {
  return `${family === 1 ? 'ipv6' : 'ip'},nw_proto=${numbers[protocol] ?? protocol.replace('proto/', '')}`;
}

/** Which flow of table 0 the packet met, and what became of it. */
function decisionOf(trace: string): Decision {
  const [, priority] = /^ 0\. .*priority (\d+)/m.exec(trace) ?? [];
  const [, actions] = /^Datapath actions: (.*)$/m.exec(trace) ?? [];
  if (actions === undefined) throw new Error(`no trace: ${trace}`);
  if (actions === 'drop') return 'deny';
  return priority === '0' ? 'not-applicable' : 'allow';
}

/** One call of JSON-RPC, as `ovs-appctl` makes it. */
function control(socket: string, method: string, params: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = connect(socket, () => client.write(JSON.stringify({ id: 0, method, params })));
    let answer = '';
    client.setEncoding('utf8').on('data', (text) => {
      answer += text;
      try {
        const { result, error } = JSON.parse(answer);
        client.end();
        if (typeof result === 'string') resolve(result);
        else reject(new Error(`${method} ${params.join(' ')}: ${JSON.stringify(error)}`));
      } catch {
        // The answer goes on.
      }
    });
    client.on('error', reject);
  });
}

async function appeared(path: string): Promise<void> {
  for (let tries = 0; !existsSync(path); tries += 1) {
    if (tries > 200) throw new Error(`${path} did not appear`);
    await sleep(50);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
}
