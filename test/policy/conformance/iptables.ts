/** iptables in the conformance suite: both files put in force in a network namespace of their own, not only tested. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkRequest } from '../../../domain/policy/model.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { witnesses } from '../../../domain/policy/witnesses.ts';
import { policyOf, smallInventory } from '../arbitrary.ts';
import { networkRule } from './cases.ts';
import { packetLab } from '../targets/iptables/packet-lab.ts';
import { type Conformance, type ConformanceCase, line, type Mutation, remove } from './conformance.ts';

const rule = (id: string) => new RegExp(`^-A FORWARD .*"planted/${id}".*\\n`, 'm');
const answers = /^-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n/m;
const first = (text: string, found: string) => text.replace(answers, (line) => `${line}${found}`);

/** Moves the first line of a rule in front of all others. */
const moveUp = (id: string) => (text: string) => {
  const [found = ''] = rule(id).exec(text) ?? [];
  return first(text.replace(found, ''), found);
};

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/--dport 5432/, () => '--dport 5433')],
  ['a wider range of ports', 'refuted', line(/--dport 8000:8099/, () => '--dport 8000:8100')],
  ['a narrower range of ports', 'refuted', line(/--dport 8000:8099/, () => '--dport 8001:8099')],
  ['an open range of ports', 'refuted', line(/--dport 8000:8099/, () => '--dport 8000:')],
  ['source ports for destination ports', 'refuted', line(/--dport 5432/, () => '--sport 5432')],
  ['UDP for TCP', 'refuted', line(/-p tcp --dport 5432/, () => '-p udp --dport 5432')],
  ['an allow that drops', 'refuted', line(/(?<="planted\/database" )-j ACCEPT/, () => '-j DROP')],
  ['a deny that accepts', 'refuted', line(/(?<="planted\/no-ssh" )-j edict_refuse/, () => '-j ACCEPT')],
  ['a lost allow', 'refuted', remove(rule('web'))],
  ['a lost claim', 'refuted', remove(rule('only-database'))],
  ['a lost source', 'refuted', line(/-s 10\.1\.0\.10\/32 /, () => '')],
  ['a wider network', 'refuted', line(/-d 10\.2\.0\.5\/32/, () => '-d 10.2.0.4/31')],
  ['a narrower network', 'refuted', line(/-s 10\.9\.0\.0\/16/, () => '-s 10.9.0.0/17')],
  ['a network turned around', 'refuted', line(/-s 10\.9\.0\.0\/16/, () => '! -s 10.9.0.0/16')],
  ['a range that ends one later', 'refuted', line(/10\.4\.0\.10-10\.4\.0\.20/, () => '10.4.0.10-10.4.0.21')],
  ['a range that begins one later', 'refuted', line(/10\.4\.0\.10-10\.4\.0\.20/, () => '10.4.0.11-10.4.0.20')],
  ['source for destination', 'refuted', line(/-d 10\.3\.0\.1\/32/, () => '-s 10.3.0.1/32')],
  ['ICMP of one type only', 'refuted', line(/-p icmp /, () => '-p icmp --icmp-type 8 ')],
  ['a claim ahead of its allow', 'refuted', moveUp('only-database')],
  ['an allow ahead of a deny', 'refuted', moveUp('web')],
  ['an exception left out', 'refuted', remove(/^-A \S+_x .*-j RETURN\n/m)],
  ['an exception for everybody', 'refuted', line(/(?<=^-A \S+_x ).*(?=-j RETURN)/m, () => '')],
  ['a refusal of TCP alone', 'refuted', remove(/^-A edict_refuse -j REJECT.*\n/m)],
  ['a refusal that accepts', 'refuted', line(/-p tcp -j REJECT --reject-with tcp-reset/, () => '-p tcp -j ACCEPT')],
  ['everything accepted first', 'refuted', (text) => first(text, '-A FORWARD -j ACCEPT\n')],
  ['a way that does not come back', 'refuted', line(/-j (?=edict_\w+_x\n)/, () => '-g ')],
  ['new connections accepted as answers', 'refuted', line(/ESTABLISHED,RELATED/, () => 'NEW,ESTABLISHED,RELATED')],
  ['a rule in the chain of another direction', 'refuted', line(/-A FORWARD (?=.*"planted\/web")/, () => '-A INPUT ')],
  ['a rule said twice', 'equivalent', line(rule('database'), (found) => `${found}${found}`)],
  ['drop for reject', 'equivalent', line(/(?<="planted\/only-database" )-j edict_refuse/, () => '-j DROP')],
  ['a long name of an option', 'equivalent', line(/ -s 10\.9\.0\.0\/16/, () => ' --source 10.9.0.0/255.255.0.0')],
  [
    'a network split in two',
    'equivalent',
    line(/^(.*)-s 10\.9\.0\.0\/16(.*\n)/m, (found) => `${found.replace('/16', '/17')}${found.replace('10.9.0.0/16', '10.9.128.0/17')}`),
  ],
  ['a line that only logs', 'equivalent', (text) => first(text, '-A FORWARD -j LOG --log-prefix "x"\n')],
  ['a dropping policy', 'unreadable', line(/:FORWARD ACCEPT/, () => ':FORWARD DROP')],
  ['a limit', 'unreadable', line(/-p icmp /, () => '-p icmp -m limit --limit 1/sec ')],
  ['an interface', 'unreadable', line(/-p icmp /, () => '-p icmp -i eth0 ')],
  ['a jump to nowhere', 'unreadable', line(/-j edict_\w+_x\n/, () => '-j edict_nowhere\n')],
  ['a chain that comes back to itself', 'unreadable', line(/-j RETURN/, () => '-j FORWARD')],
  ['another table behind it', 'unreadable', (text) => `${text}*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n`],
  ['another address family', 'unreadable', line(/-s 10\.9\.0\.0\/16/, () => '-s 2001:db8::/32')],
  ['a port without a protocol', 'unreadable', line(/-p tcp (?=--dport 5432)/, () => '')],
  ['a reset of more than TCP', 'unreadable', line(/-p tcp -j REJECT/, () => '-j REJECT')],
  [
    'a digest of something else',
    'unreadable',
    line(/artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['an octal address', 'unreadable', line(/-d 10\.3\.0\.1/, () => '-d 10.03.0.1')],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

const timed: ConformanceCase = {
  name: 'windows-in-utc',
  inventory: smallInventory,
  policies: [
    policyOf('utc', [
      networkRule(
        'backup',
        { from: 'zone:office', to: 'group:cardholder-db', service: 'tcp/22' },
        { except: [{ during: 'Sat-Mon 22:00-04:30 UTC' }] },
      ),
      networkRule(
        'night',
        { from: 'zone:servers', service: 'udp/53' },
        { effect: 'allow', except: [{ during: 'daily 23:30-00:15 UTC', to: '10.2.0.0/16' }] },
      ),
    ]),
  ],
};

const many: ConformanceCase = {
  name: 'sources-destinations-and-services',
  inventory: smallInventory,
  policies: [
    policyOf('many', [
      networkRule(
        'web',
        {
          from: 'group:admin',
          to: 'service:payments',
          service: 'tcp/22,tcp/80,tcp/443,tcp/8000-8099,udp/53,sctp/2905,icmp/8,icmpv6/128,esp,proto/0',
        },
        { effect: 'allow', except: [{ from: 'asset:ws-17', service: 'tcp/22,udp/53' }] },
      ),
      networkRule('rest', { to: 'service:payments' }, { effect: 'claim' }),
    ]),
  ],
};

/** Puts both files in force twice over, and lists what the kernel then has. */
function apply({ files }: Artifact): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-iptables-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const each = (tool: string, file: string) =>
      `${tool}-restore "$0/${file}" && ${tool}-restore "$0/${file}" && ${tool}-save -t filter >/dev/null`;
    const script = `export XTABLES_LOCKFILE="$0/lock"; ${each('iptables', 'iptables.rules')} && ${each('ip6tables', 'ip6tables.rules')}`;
    const { status, stderr, error } = spawnSync('unshare', ['-rn', 'sh', '-c', script, folder], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    return status === 0 ? '' : stderr || String(error ?? 'it failed without a word');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lab = packetLab();

/** A packet is sent now. */
const now = (request: NetworkRequest): NetworkRequest =>
  request.at === undefined ? request : { ...request, at: new Date().toISOString() };

export const iptables: Conformance = {
  target: 'iptables',
  file: 'iptables.rules',
  mutations,
  cases: [timed, many],
  engine: {
    needs: ['iptables', 'nftables', 'namespaces'],
    validate: apply,
    spoil: line(/-j edict_refuse/, () => '-j edict_nowhere'),
    requests: ({ policies, inventory }) => witnesses(policies, inventory, { most: 120 }).map(({ request }) => now(request)),
    decide: lab.decide,
    stop: lab.stop,
  },
};
