/** Cisco ASA in the conformance suite. */
import { type Conformance, line, type Mutation, remove } from './conformance.ts';
import { sessionCases } from './session-firewalls.ts';

/** A rule's remark and its entries. */
const rule = (name: string) => new RegExp(`^access-list edict remark planted/${name}\\n(?:access-list edict extended .*\\n)+`, 'm');

const inRule = (name: string, from: string | RegExp, to: string) => line(rule(name), (found) => found.replace(from, to));

const begin = 'clear configure access-list edict\n';

const moveUp =
  (name: string) =>
  (text: string): string => {
    const [found = ''] = rule(name).exec(text) ?? [];
    return text.replace(found, '').replace(begin, `${begin}${found}`);
  };

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/eq 5432/, () => 'eq 5433')],
  ['a wider range of ports', 'refuted', line(/range 8000 8099/, () => 'range 8000 8100')],
  ['a narrower range of ports', 'refuted', line(/range 8000 8099/, () => 'range 8001 8099')],
  ['all ports but one', 'refuted', line(/eq 5432/, () => 'neq 5432')],
  ['UDP for TCP', 'refuted', inRule('database', 'permit tcp', 'permit udp')],
  ['a port of the source', 'refuted', inRule('no-ssh-6', ' any eq 22', ' eq 22 any')],
  ['every service', 'refuted', inRule('database', /permit tcp (.*) eq 5432/, 'permit ip $1')],
  ['ICMP of one type', 'refuted', inRule('ping', /permit object-group \S+ (.*)/, 'permit icmp $1 8')],
  [
    'a protocol by another number',
    'refuted',
    line(/service-object icmp\n service-object icmp6/, () => 'service-object icmp\n service-object 59'),
  ],
  ['a permit that denies', 'refuted', inRule('database', 'permit', 'deny')],
  ['a deny that permits', 'refuted', inRule('no-ssh-6', 'deny', 'permit')],
  ['a lost permit', 'refuted', remove(rule('database'))],
  ['a lost claim', 'refuted', remove(rule('only-database'))],
  ['an entry that is inactive', 'refuted', inRule('no-ssh-6', /eq 22$/m, 'eq 22 inactive')],
  ['a lost entry of a rule with exceptions', 'refuted', inRule('no-guests', /access-list edict extended deny ip .*\n/, '')],
  ['a wider host', 'refuted', line(/host 10\.2\.0\.5/, () => '10.2.0.4 255.255.255.254')],
  ['a wildcard for a mask', 'refuted', inRule('no-guests', '10.0.0.0 255.0.0.0', '10.0.0.0 0.255.255.255')],
  ['a narrower prefix', 'refuted', line(/2001:db8:dead::\/48/, () => '2001:db8:dead::/49')],
  ['a range that ends one later', 'refuted', line(/range 10\.4\.0\.10 10\.4\.0\.20/, () => 'range 10.4.0.10 10.4.0.21')],
  ['a range that begins one later', 'refuted', line(/range 10\.4\.0\.10 10\.4\.0\.20/, () => 'range 10.4.0.11 10.4.0.20')],
  [
    'an address more in a group',
    'refuted',
    line(/ network-object host 10\.1\.0\.10\n/, (found) => `${found} network-object host 10.1.0.11\n`),
  ],
  ['an address less in a group', 'refuted', remove(/ network-object host 10\.1\.0\.12\n/)],
  ['one family of any', 'refuted', inRule('only-database', 'ip any', 'ip any4')],
  ['a claim ahead of its permit', 'refuted', moveUp('only-database')],
  ['a permit ahead of a deny', 'refuted', moveUp('web')],
  ['a time range left out', 'refuted', inRule('no-ssh', / time-range \S+/, '')],
  ['a time range that ends a minute later', 'refuted', line(/Sunday 0:00 to 1:59/, () => 'Sunday 0:00 to 2:00')],
  ['a day less', 'refuted', remove(/ Thursday/)],
  ['an end that is a rule', 'refuted', line(/remark edict-end: .*/, () => 'remark planted/everything')],
  ["the device's own end", 'refuted', remove(/.*remark edict-end.*\n.*permit ip any any\n/)],
  [
    'an end that is not the last',
    'refuted',
    line(/(.*remark edict-end.*\n.*\n)/, (found) => `${found}access-list edict extended deny tcp any any\n`),
  ],
  ['a list that is emptied again', 'refuted', line(rule('database'), (found) => `${begin}${found}`)],
  ['rules of one weight in another order', 'equivalent', moveUp('no-ssh-6')],
  ['a mask for a host', 'equivalent', line(/network-object host 10\.2\.0\.5/, () => 'network-object 10.2.0.5 255.255.255.255')],
  ['an entry said twice', 'equivalent', line(/.*extended permit tcp any object .*\n/, (found) => `${found}${found}`)],
  ['an address said twice', 'equivalent', line(/ network-object host 10\.1\.0\.12\n/, (found) => `${found}${found}`)],
  ['what is logged', 'equivalent', inRule('no-ssh-6', /eq 22$/m, 'eq 22 log 4 interval 60')],
  ['a port by its name', 'equivalent', inRule('no-ssh-6', 'eq 22', 'eq ssh')],
  ['another time zone', 'unreadable', line(/^! edict clock .*$/m, () => '! edict clock UTC')],
  ['a clock of no zone', 'unreadable', remove(/^! edict clock .*\n/m)],
  ['a name that nothing defines', 'unreadable', inRule('web', 'edict-10.4', 'edict-10.5')],
  ['a host by name', 'unreadable', line(/ network-object host 10\.2\.0\.5/, () => ' network-object fqdn db.example')],
  ['an octal address', 'unreadable', line(/host 10\.2\.0\.5/, () => 'host 012.2.0.5')],
  ['a user', 'unreadable', inRule('database', 'permit tcp ', 'permit tcp user CORP\\alice ')],
  [
    'a group that holds itself',
    'unreadable',
    line(
      /(object-group network (edict-service-payments-\S+)\n)/,
      (found) => `${found} group-object ${/edict-service\S+/.exec(found)![0]}\n`,
    ),
  ],
  ['a second list', 'unreadable', (text) => text.replace(begin, `access-list other extended permit ip any any\n${begin}`)],
  ['a list that is not emptied first', 'unreadable', (text) => text.replace(begin, '')],
  ['a list that is not in force', 'unreadable', remove(/^access-group edict global\n/m)],
  ['ICMP that is not inspected', 'unreadable', remove(/^ {2}inspect icmp\n/m)],
  ['a command of something else', 'unreadable', (text) => text.replace(begin, `same-security-traffic permit inter-interface\n${begin}`)],
  [
    'a digest of something else',
    'unreadable',
    line(/edict artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

export const ciscoAsa: Conformance = { target: 'cisco-asa', file: 'edict.asa', mutations, cases: sessionCases };
