/** Juniper SRX in the conformance suite. No Junos OS is to be had here: its reader is the only one. */
import { policyOf } from '../arbitrary.ts';
import { networkRule } from './cases.ts';
import { type Conformance, type ConformanceCase, line, type Mutation, remove } from './conformance.ts';
import { sessionCases } from './session-firewalls.ts';

const policy = (name: string) => new RegExp(`(?:^set groups edict security policies global policy planted\\.${name} .*\\n)+`, 'm');

const inPolicy = (name: string, from: string, to: string) => line(policy(name), (found) => found.replace(from, to));

/** In front of all policies: the first that matches decides. */
function moveUp(name: string): (text: string) => string {
  return (text) => {
    const [found = ''] = policy(name).exec(text) ?? [];
    return text.replace(found, '').replace(/^set groups edict security policies global/m, (first) => `${found}${first}`);
  };
}

const more = (command: string) => (text: string) => text.replace(/^set apply-groups/m, `set groups edict ${command}\nset apply-groups`);

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/destination-port 5432/, () => 'destination-port 5433')],
  ['a wider range of ports', 'refuted', line(/destination-port 8000-8099/, () => 'destination-port 8000-8100')],
  ['a narrower range of ports', 'refuted', line(/destination-port 8000-8099/, () => 'destination-port 8001-8099')],
  ['UDP for TCP', 'refuted', line(/edict-tcp-5432 protocol tcp/, () => 'edict-tcp-5432 protocol udp')],
  ['a source port that nobody asked for', 'refuted', more('applications application edict-tcp-5432 source-port 1024-65535')],
  ['ICMP of one type', 'refuted', more('applications application edict-icmp icmp-type 8')],
  ['an allow that denies', 'refuted', inPolicy('database', 'then permit', 'then deny')],
  ['a deny that permits', 'refuted', inPolicy('no-ssh-6', 'then deny', 'then permit')],
  ['a lost allow', 'refuted', remove(policy('database'))],
  ['a lost claim', 'refuted', remove(policy('only-database'))],
  ['a lost part of a rule with exceptions', 'refuted', remove(policy('no-guests\\.2'))],
  ['an inactive policy', 'refuted', (text) => `${text}deactivate groups edict security policies global policy planted.no-ssh-6\n`],
  ['a wider prefix', 'refuted', line(/10\.2\.0\.5\/32/, () => '10.2.0.4/31')],
  ['a narrower prefix', 'refuted', line(/2001:db8:dead::\/48/, () => '2001:db8:dead::/49')],
  ['a range that ends one later', 'refuted', line(/10\.4\.0\.10 to 10\.4\.0\.20/, () => '10.4.0.10 to 10.4.0.21')],
  ['a range that begins one later', 'refuted', line(/10\.4\.0\.10 to 10\.4\.0\.20/, () => '10.4.0.11 to 10.4.0.20')],
  ['an address more in a set', 'refuted', more('security address-book global address-set edict-service-payments address edict-10.3.0.1')],
  ['an address less in a set', 'refuted', remove(/^.*address-set edict-service-payments address edict-10\.1\.0\.12\n/m)],
  ['a set that is turned around', 'refuted', more('security policies global policy planted.database match source-address-excluded')],
  [
    'source for destination',
    'refuted',
    inPolicy(
      'web',
      'destination-address edict',
      'destination-address any\nset groups edict security policies global policy planted.web match source-address edict',
    ),
  ],
  ['a claim ahead of its allow', 'refuted', moveUp('only-database')],
  ['an allow ahead of a deny', 'refuted', moveUp('web')],
  ['any application', 'refuted', inPolicy('database', 'application edict-tcp-5432', 'application any')],
  ['a scheduler left out', 'refuted', remove(/^.*planted\.no-ssh\.2\.t1 scheduler-name .*\n/m)],
  ['a window that ends a minute later', 'refuted', line(/stop-time 02:00:00/, () => 'stop-time 02:01:00')],
  ['a day less', 'refuted', remove(/^.*thursday all-day\n/m)],
  ['a day of its own in place of the daily one', 'refuted', line(/thursday all-day/, () => 'thursday exclude')],
  ["the device's own end", 'refuted', remove(/^.*default-policy permit-all\n/m)],
  ['a group that is not applied', 'unreadable', remove(/^set apply-groups edict\n/m)],
  [
    'a policy of another context ahead of all',
    'refuted',
    more(
      'security policies from-zone trust to-zone untrust policy all match source-address any\nset groups edict security policies from-zone trust to-zone untrust policy all match destination-address any\nset groups edict security policies from-zone trust to-zone untrust policy all match application any\nset groups edict security policies from-zone trust to-zone untrust policy all then permit',
    ),
  ],
  ['reject for deny', 'equivalent', inPolicy('no-ssh-6', 'then deny', 'then reject')],
  ['rules of one weight in another order', 'equivalent', moveUp('no-ssh-6')],
  [
    'a prefix split in two',
    'equivalent',
    line(
      /^.*address edict-2001-db8-dead--_48 .*\n/m,
      () =>
        'set groups edict security address-book global address a 2001:db8:dead::/49\nset groups edict security address-book global address b 2001:db8:dead:8000::/49\nset groups edict security address-book global address-set edict-2001-db8-dead--_48 address a\nset groups edict security address-book global address-set edict-2001-db8-dead--_48 address b\n',
    ),
  ],
  ['what is logged', 'equivalent', more('security policies global policy planted.web then log session-init')],
  ['another time zone', 'unreadable', line(/time-zone Europe\/Zurich/, () => 'time-zone UTC')],
  ['no time zone', 'unreadable', remove(/^.*time-zone.*\n/m)],
  ['a zone', 'unreadable', more('security policies global policy planted.web match from-zone trust')],
  ['a user', 'unreadable', more('security policies global policy planted.web match source-identity alice')],
  ['a second action', 'unreadable', more('security policies global policy planted.web then deny')],
  ['a name that nothing defines', 'unreadable', inPolicy('web', 'edict-tcp-8000-8099', 'edict-tcp-9')],
  ['a host by name', 'unreadable', line(/10\.2\.0\.5\/32/, () => 'dns-name db.example')],
  ['an octal address', 'unreadable', line(/10\.2\.0\.5\/32/, () => '012.2.0.5/32')],
  [
    'a set that holds itself',
    'unreadable',
    more('security address-book global address-set edict-service-payments address edict-service-payments'),
  ],
  ['a scheduler with a date', 'unreadable', more('schedulers scheduler edict-time-d8060fccb12a start-date 2026-01-01.00:00')],
  [
    'a digest of something else',
    'unreadable',
    line(/artifact "sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['a command that is none', 'unreadable', (text) => `${text}insert security policies global policy a before policy b\n`],
  ['text cut off in a string', 'unreadable', (text) => text.slice(0, text.indexOf('description "') + 14)],
];

/** Every second address of a network, so that none of them join. */
const tooManyAddresses: ConformanceCase = {
  name: 'too-many-addresses',
  policies: [policyOf('many', [networkRule('crowd', { from: 'group:crowd' })])],
  inventory: {
    zones: [],
    assets: Array.from({ length: 4_097 }, (_, index) => ({
      name: `host-${index}`,
      addresses: [`10.8.${index >> 7}.${(index & 127) * 2}`],
      zone: 'field',
      services: [],
      groups: ['crowd'],
      owner: 'platform',
      criticality: 'low' as const,
    })),
  },
};

export const juniperSrx: Conformance = {
  target: 'juniper-srx',
  file: 'edict.set',
  mutations,
  cases: sessionCases,
  tooLarge: { of: tooManyAddresses, says: /4097 addresses in `edict-group-crowd` are more/ },
};
