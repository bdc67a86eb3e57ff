/** RFC 8519 in the conformance suite: validated against the YANG modules by yanglint. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';
import { widerCases } from './wider-cases.ts';

const lists = (change: (ipv4: any[], ipv6: any[], all: any[]) => void) =>
  json((value) => {
    const { acl } = value['ietf-access-control-list:acls'];
    change(acl[0].aces.ace, acl[1].aces.ace, acl);
  });
const of = (entries: any[], rule: string) => entries.find(({ name }) => name.startsWith(`planted.${rule}.`));
const drop = (entries: any[], rule: string) => entries.splice(entries.indexOf(of(entries, rule)), 1);
const header = (entry: any) => entry.matches.ipv4 ?? entry.matches.ipv6;
const accept = 'ietf-access-control-list:accept';
const reject = 'ietf-access-control-list:reject';

function move(entries: any[], rule: string): void {
  const [first] = drop(entries, rule);
  entries.unshift(first);
}

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', lists((ipv4) => (of(ipv4, 'database').matches.tcp['destination-port'].port = 5433))],
  ['a wider range of ports', 'refuted', lists((ipv4) => (of(ipv4, 'web').matches.tcp['destination-port']['upper-port'] = 8100))],
  ['a narrower range of ports', 'refuted', lists((ipv4) => (of(ipv4, 'web').matches.tcp['destination-port']['lower-port'] = 8001))],
  ['every port but one', 'refuted', lists((ipv4) => (of(ipv4, 'database').matches.tcp['destination-port'].operator = 'neq'))],
  ['every port from there', 'refuted', lists((ipv4) => (of(ipv4, 'database').matches.tcp['destination-port'].operator = 'gte'))],
  ['every port up to there', 'refuted', lists((ipv4) => (of(ipv4, 'database').matches.tcp['destination-port'].operator = 'lte'))],
  [
    'a source port for the destination port',
    'refuted',
    lists((ipv4) => {
      const { tcp } = of(ipv4, 'database').matches;
      tcp['source-port'] = tcp['destination-port'];
      delete tcp['destination-port'];
    }),
  ],
  ['no port at all', 'refuted', lists((ipv4) => delete of(ipv4, 'database').matches.tcp)],
  ['another protocol', 'refuted', lists((ipv4) => (header(ipv4.find(({ matches }) => matches?.ipv4?.protocol === 47)).protocol = 48))],
  ['UDP for TCP, which no packet is at once', 'refuted', lists((ipv4) => (header(of(ipv4, 'database')).protocol = 17))],
  ['an allow that drops', 'refuted', lists((ipv4) => (of(ipv4, 'database').actions.forwarding = reject))],
  ['a deny that accepts', 'refuted', lists((_, ipv6) => (of(ipv6, 'no-ssh-6').actions.forwarding = accept))],
  ['a lost allow', 'refuted', lists((ipv4) => drop(ipv4, 'database'))],
  ['a lost claim', 'refuted', lists((ipv4) => drop(ipv4, 'only-database'))],
  ['a lost claim of IPv6', 'refuted', lists((_, ipv6) => drop(ipv6, 'only-database'))],
  ['a lost deny', 'refuted', lists((_, ipv6) => drop(ipv6, 'no-ssh-6'))],
  ['a wider network', 'refuted', lists((ipv4) => (header(of(ipv4, 'database'))['source-ipv4-network'] = '10.1.0.10/31'))],
  ['a narrower network', 'refuted', lists((ipv4) => (header(of(ipv4, 'no-guests'))['destination-ipv4-network'] = '10.0.0.0/9'))],
  ['a network of all', 'refuted', lists((ipv4) => delete header(of(ipv4, 'only-database'))['destination-ipv4-network'])],
  [
    'source for destination',
    'refuted',
    lists((ipv4) => {
      const found = header(of(ipv4, 'only-database'));
      found['source-ipv4-network'] = found['destination-ipv4-network'];
      delete found['destination-ipv4-network'];
    }),
  ],
  ['a claim ahead of its allow', 'refuted', lists((ipv4) => move(ipv4, 'only-database'))],
  ['an allow ahead of a deny', 'refuted', lists((ipv4) => move(ipv4, 'web'))],
  ['ICMP of one type only', 'refuted', lists((ipv4) => (of(ipv4, 'ping').matches.icmp = { type: 8 }))],
  ['everything accepted first', 'refuted', lists((ipv4) => ipv4.unshift({ name: 'first', actions: { forwarding: accept } }))],
  [
    'dropped in silence for refused with an answer',
    'equivalent',
    lists((ipv4) => (of(ipv4, 'only-database').actions.forwarding = 'ietf-access-control-list:drop')),
  ],
  ['a rule said twice', 'equivalent', lists((ipv4) => ipv4.unshift({ ...of(ipv4, 'no-guests'), name: 'again' }))],
  [
    'bits behind a prefix, which do not count',
    'equivalent',
    lists((ipv4) => (header(of(ipv4, 'no-guests'))['destination-ipv4-network'] = '10.1.2.3/8')),
  ],
  [
    'a port without an operator: equal to',
    'equivalent',
    lists((ipv4) => delete of(ipv4, 'database').matches.tcp['destination-port'].operator),
  ],
  [
    'a port as a range of one',
    'equivalent',
    lists((ipv4) => (of(ipv4, 'database').matches.tcp['destination-port'] = { 'lower-port': 5432, 'upper-port': 5432 })),
  ],
  ['no end', 'unreadable', lists((ipv4) => ipv4.pop())],
  ['an end that refuses', 'unreadable', lists((ipv4) => (ipv4.at(-1).actions.forwarding = reject))],
  ['a list that is gone', 'unreadable', lists((_, __, all) => all.pop())],
  ['two lists of IPv4', 'unreadable', lists((_, __, all) => (all[1].type = all[0].type))],
  ['IPv6 in the list of IPv4', 'unreadable', lists((ipv4, ipv6) => ipv4.unshift(of(ipv6, 'no-ssh-6')))],
  ['TCP and UDP together', 'unreadable', lists((ipv4) => (of(ipv4, 'web').matches.udp = {}))],
  ['a port and a range together', 'unreadable', lists((ipv4) => (of(ipv4, 'web').matches.tcp['destination-port'].port = 80))],
  ['a field that we do not read', 'unreadable', lists((ipv4) => (header(of(ipv4, 'web')).ttl = 1))],
  ['an action of its own', 'unreadable', lists((ipv4) => (of(ipv4, 'web').actions.forwarding = 'vendor:mirror'))],
  ['two entries of one name', 'unreadable', lists((ipv4) => (ipv4[1].name = ipv4[0].name))],
  ['a port that is none', 'unreadable', lists((ipv4) => (of(ipv4, 'database').matches.tcp['destination-port'].port = 99_999))],
  ['an octal address', 'unreadable', lists((ipv4) => (header(of(ipv4, 'no-guests'))['destination-ipv4-network'] = '010.0.0.0/8'))],
  ['no JSON', 'unreadable', (text) => text.slice(1)],
];

const modules = fileURLToPath(new URL('../../fixtures/rfc8519/', import.meta.url));
const features = ['ipv4', 'ipv6', 'match-on-ipv4', 'match-on-ipv6', 'match-on-tcp', 'match-on-udp', 'match-on-icmp'];

function lint({ files }: Artifact): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-acls-'));
  try {
    const file = join(folder, 'acls.json');
    writeFileSync(file, files['acls.json']!);
    const { status, stderr } = spawnSync(
      engineProgram('yanglint'),
      [
        '-p',
        modules,
        '-F',
        `ietf-access-control-list:${features.join(',')}`,
        '-t',
        'config',
        join(modules, 'ietf-access-control-list.yang'),
        file,
      ],
      { encoding: 'utf8' },
    );
    return status === 0 ? stderr : stderr || `yanglint ends with ${status}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const rfc8519: Conformance = {
  target: 'rfc8519',
  file: 'acls.json',
  mutations,
  cases: widerCases,
  engine: { needs: ['yanglint'], validate: lint, spoil: line(/"upper-port": (\d+)|"port": (\d+)/, () => '"port": 99999') },
};
