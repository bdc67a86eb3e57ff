/** Cisco IOS in the conformance suite. No IOS can be had here: FRR's own reading of Cisco-like lists checks the addresses and masks. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import { policyOf, smallInventory } from '../arbitrary.ts';
import { networkRule } from './cases.ts';
import { type Conformance, type ConformanceCase, line, type Mutation, remove } from './conformance.ts';

/** A rule's remark and the entries below it. */
const rule = (id: string) => new RegExp(`^ remark planted/${id}\\n(?: (?:permit|deny).*\\n)+`, 'm');
const answers = / permit tcp any any established\n/;
const first = (text: string, found: string) => text.replace(answers, (line) => `${line}${found}`);

const moveUp = (id: string) => (text: string) => {
  const [found = ''] = rule(id).exec(text) ?? [];
  return first(text.replace(found, ''), found);
};

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/eq 5432/, () => 'eq 5433')],
  ['a wider range of ports', 'refuted', line(/range 8000 8099/, () => 'range 8000 8100')],
  ['a narrower range of ports', 'refuted', line(/range 8000 8099/, () => 'range 8001 8099')],
  ['all ports above', 'refuted', line(/range 8000 8099/, () => 'gt 7999')],
  ['all ports but one', 'refuted', line(/eq 5432/, () => 'neq 5432')],
  ['UDP for TCP', 'refuted', line(/permit tcp (?=object-group)/, () => 'permit udp ')],
  ['a permit that denies', 'refuted', line(/permit icmp/, () => 'deny icmp')],
  ['a deny that permits', 'refuted', line(/deny tcp/, () => 'permit tcp')],
  ['a lost permit', 'refuted', remove(rule('web'))],
  ['a lost claim', 'refuted', remove(rule('only-database'))],
  ['a wider network', 'refuted', line(/10\.0\.0\.0 0\.255\.255\.255/, () => '10.0.0.0 1.255.255.255')],
  ['a narrower network', 'refuted', line(/10\.0\.0\.0 0\.255\.255\.255/, () => '10.0.0.0 0.127.255.255')],
  ['a netmask for a wildcard', 'refuted', line(/10\.0\.0\.0 0\.255\.255\.255/, () => '10.0.0.0 0.0.255.255')],
  ['a wildcard with a hole', 'refuted', line(/10\.0\.0\.0 0\.255\.255\.255/, () => '10.0.0.0 0.255.0.255')],
  ['another host', 'refuted', line(/host 10\.3\.0\.1/, () => 'host 10.3.0.2')],
  ['a range that ends one later', 'refuted', line(/range 10\.4\.0\.10 10\.4\.0\.20/, () => 'range 10.4.0.10 10.4.0.21')],
  ['a host more in a group', 'refuted', line(/ host 10\.1\.0\.10\n/, (found) => `${found} host 10.1.0.77\n`)],
  ['a host less in a group', 'refuted', remove(/ host 10\.1\.0\.10\n/)],
  ['source for destination', 'refuted', line(/permit icmp any host 10\.3\.0\.1/, () => 'permit icmp host 10.3.0.1 any')],
  ['ICMP of one type only', 'refuted', line(/(?<=permit icmp any host 10\.3\.0\.1)/, () => ' echo')],
  ['a claim ahead of its permit', 'refuted', moveUp('only-database')],
  ['a permit ahead of a deny', 'refuted', moveUp('web')],
  ['everything permitted first', 'refuted', (text) => first(text, ' permit ip any any\n')],
  ['a rule of one list of IPv6 less', 'refuted', remove(/^ remark planted\/only-database\n deny ipv6.*\n/m)],
  ['answers that need not be answers', 'refuted', line(/ established/, () => '')],
  ['a rule said twice', 'equivalent', line(rule('database'), (found) => `${found}${found}`)],
  ['a number for a protocol', 'equivalent', line(/permit icmp/, () => 'permit 1')],
  ['a sequence number', 'equivalent', line(/ permit icmp/, () => ' 40 permit icmp')],
  ['an entry that logs', 'equivalent', line(/eq 5432/, () => 'eq 5432 log')],
  ['a host as a network', 'equivalent', line(/host 10\.3\.0\.1/, () => '10.3.0.1 0.0.0.0')],
  ['no answers: only new connections are compared', 'equivalent', remove(answers)],
  ['a list that does not end with a permit', 'unreadable', remove(/ permit ip any any\n/)],
  ['a group that is not there', 'unreadable', line(/(?<= any )object-group EDICT-\w+/, () => 'object-group EDICT-nowhere')],
  ['an entry for fragments', 'unreadable', line(/permit icmp any host 10\.3\.0\.1/, (found) => `${found} fragments`)],
  ['an entry for a code point', 'unreadable', line(/permit icmp any host 10\.3\.0\.1/, (found) => `${found} dscp 46`)],
  ['a time range that is not there', 'unreadable', line(/eq 5432/, () => 'eq 5432 time-range night')],
  ['ports of a protocol that has none', 'unreadable', line(/permit tcp (?=any object-group)/, () => 'permit icmp ')],
  ['a reflexive entry', 'unreadable', line(/eq 5432/, () => 'eq 5432 reflect back')],
  ['another list beside them', 'unreadable', line(/^end$/m, () => 'ip access-list extended OTHER\n permit ip any any\n!\nend')],
  [
    'a digest of something else',
    'unreadable',
    line(/artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['an octal address', 'unreadable', line(/host 10\.3\.0\.1/, () => 'host 10.03.0.1')],
  ['text cut off', 'unreadable', (text) => text.slice(0, (text.length * 2) / 3)],
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

const grouped: ConformanceCase = {
  name: 'groups',
  inventory: smallInventory,
  policies: [
    policyOf('many', [
      networkRule(
        'web',
        { from: 'group:admin', to: 'service:payments', service: 'tcp/22,tcp/80,tcp/8000-8099,udp/53,icmp/8,icmpv6/128,esp' },
        { effect: 'allow' },
      ),
      networkRule('rest', { to: 'service:payments' }, { effect: 'claim' }),
    ]),
  ],
};

const masked = /(\d+\.\d+\.\d+\.\d+ \d+\.\d+\.\d+\.\d+|any|host \d\S+\.\S+)/;
const ports = /(?: (?:eq \S+|range \S+ \S+))?/;
const ofIpv4 = new RegExp(`^ (permit|deny) \\S+ ${masked.source}${ports.source} ${masked.source}`);
const ofIpv6 = /(?<= )(?:host )?([0-9a-f]*:[0-9a-f:]*(?:\/\d+)?)/g;

/**
 * FRR has lists by number for IPv4, with a source and a destination but without ports, groups and protocols, and lists by name for IPv6
 * with one network an entry: the rest is left out.
 */
function forFrr(text: string): string {
  const lines = text.split('\n').flatMap((each) => {
    const [, action, from, to] = ofIpv4.exec(each) ?? [];
    if (action !== undefined && !each.includes(':')) return [`access-list 150 ${action} ip ${from} ${to}`];
    return [...each.matchAll(ofIpv6)].map(
      ([, network = '']) => `ipv6 access-list edict permit ${network.includes('/') ? network : `${network}/128`}`,
    );
  });
  return lines.join('\n');
}

function check({ files }: Artifact): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-ios-'));
  try {
    const file = join(folder, 'frr.conf');
    writeFileSync(file, `${forFrr(files['edict.ios'] ?? '')}\n`);
    const { status, stdout, stderr } = spawnSync(engineProgram('frr'), ['-C', '-f', file], { encoding: 'utf8' });
    return status === 0 ? '' : `${stdout}${stderr}` || 'refused without a word';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const ciscoIos: Conformance = {
  target: 'cisco-ios',
  file: 'edict.ios',
  mutations,
  cases: [timed, grouped],
  engine: { needs: ['frr'], validate: check, spoil: line(/any host 10\.3\.0\.1/, () => 'any host 10.3.0.999') },
};
