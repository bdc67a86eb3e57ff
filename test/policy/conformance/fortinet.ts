/** FortiOS in the conformance suite. No firewall is to be had here: what it takes is checked by what Fortinet's Ansible modules say of it. */
import { type Conformance, line, type Mutation, remove } from './conformance.ts';
import { sessionCases } from './session-firewalls.ts';
import { ansibleSpecs } from './vendor-models.ts';

const policy = (name: string) => new RegExp(` {4}edit \\d+\\n {8}set name "planted\\.${name}"\\n(?: {8}.*\\n)+ {4}next\\n`);

const inPolicy = (name: string, from: string | RegExp, to: string) => line(policy(name), (found) => found.replace(from, to));

function moveUp(name: string): (text: string) => string {
  return (text) => {
    const [found = ''] = policy(name).exec(text) ?? [];
    return text.replace(found, '').replace('    purge\n', (start) => `${start}${found}`);
  };
}

const numberOf = (text: string, name: string) => new RegExp(`edit (\\d+)\\n {8}set name "planted\\.${name}"`).exec(text)![1]!;

const inEntry = (name: string, from: string | RegExp, to: string) =>
  line(new RegExp(` {4}edit "${name}"\\n(?: {8}.*\\n)+`), (found) => found.replace(from, to));

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/tcp-portrange 5432/, () => 'tcp-portrange 5433')],
  ['a wider range of ports', 'refuted', line(/tcp-portrange 8000-8099/, () => 'tcp-portrange 8000-8100')],
  ['a narrower range of ports', 'refuted', line(/tcp-portrange 8000-8099/, () => 'tcp-portrange 8001-8099')],
  ['a port more', 'refuted', line(/tcp-portrange 5432/, () => 'tcp-portrange 5432 5433')],
  ['UDP for TCP', 'refuted', line(/tcp-portrange 5432/, () => 'udp-portrange 5432')],
  ['a source port that nobody asked for', 'refuted', line(/tcp-portrange 5432/, () => 'tcp-portrange 5432:1024-65535')],
  ['ICMP of one type', 'refuted', line(/set protocol ICMP\n/, (found) => `${found}        set icmptype 8\n`)],
  ['a protocol by number', 'refuted', line(/set protocol ICMP6\n/, () => 'set protocol IP\n        set protocol-number 59\n')],
  [
    'protocol number 0, which is all of them',
    'refuted',
    line(/set protocol ICMP6\n/, () => 'set protocol IP\n        set protocol-number 0\n'),
  ],
  ['an accept that denies', 'refuted', inPolicy('database', 'set action accept', 'set action deny')],
  ['an accept left out: a policy denies unless told', 'refuted', inPolicy('database', /.*set action accept\n/, '')],
  ['a deny that accepts', 'refuted', inPolicy('no-ssh-6', 'set action deny', 'set action accept')],
  ['a lost accept', 'refuted', remove(policy('database'))],
  ['a lost claim', 'refuted', remove(policy('only-database'))],
  ['a lost family', 'refuted', inPolicy('only-database', /.*set dstaddr6 .*\n/, '')],
  ['a disabled policy', 'refuted', inPolicy('no-ssh-6', 'set action', 'set status disable\n        set action')],
  ['a wider subnet', 'refuted', inEntry('edict-10\\.2\\.0\\.5', '10.2.0.5 255.255.255.255', '10.2.0.4 255.255.255.254')],
  ['a narrower prefix', 'refuted', line(/2001:db8:dead::\/48/, () => '2001:db8:dead::/49')],
  ['a range that ends one later', 'refuted', line(/end-ip 10\.4\.0\.20/, () => 'end-ip 10.4.0.21')],
  ['a range that begins one later', 'refuted', line(/start-ip 10\.4\.0\.10/, () => 'start-ip 10.4.0.11')],
  ['an address more in a group', 'refuted', line(/set member "edict-10\.1\.0\.10"/, (found) => `${found} "edict-10.3.0.1"`)],
  [
    'an address less in a group',
    'refuted',
    line(/(set member .*) "edict-10\.1\.0\.12"/, (found) => found.replace(' "edict-10.1.0.12"', '')),
  ],
  ['a source that is turned around', 'refuted', inPolicy('database', 'set schedule', 'set srcaddr-negate enable\n        set schedule')],
  ['services that are turned around', 'refuted', inPolicy('web', 'set schedule', 'set service-negate enable\n        set schedule')],
  ['services that are not turned around', 'refuted', remove(/.*set service-negate enable\n/)],
  ['a claim ahead of its accept', 'refuted', moveUp('only-database')],
  ['an accept ahead of a deny', 'refuted', moveUp('web')],
  ['any service', 'refuted', inPolicy('database', 'set service "edict-tcp-5432"', 'set service "ALL"')],
  ['a schedule left out', 'refuted', inPolicy('no-ssh\\.2', /set schedule ".*"/, 'set schedule "always"')],
  ['a window that ends a minute later', 'refuted', line(/set end 02:00/, () => 'set end 02:01')],
  [
    'a window that goes on until the next day',
    'refuted',
    line(/set start 00:00\n {8}set end 02:00/, () => 'set start 03:00\n        set end 02:00'),
  ],
  ['a day less', 'refuted', remove(/ thursday/)],
  ["the device's own end", 'refuted', remove(/ {4}edit \d+\n {8}set name "edict-end"\n(?: {8}.*\n)+ {4}next\n/)],
  ['an end that is a rule', 'refuted', line(/"edict-end"/, () => '"all"')],
  [
    'an end that is not the last',
    'refuted',
    (text) =>
      text.replace(
        /( {4}edit )\d+(\n {8}set name ")edict-end("\n(?: {8}.*\n)+ {4}next\n)/,
        (found) => `${found}${found.replace('"edict-end"', '"again"').replace(/edit \d+/, 'edit 7')}`,
      ),
  ],
  ['policies that are taken back', 'refuted', (text) => text.replace(/end\n$/, `    delete ${numberOf(text, 'no-ssh-6')}\nend\n`)],
  ['rules of one weight in another order', 'equivalent', moveUp('no-ssh-6')],
  [
    'a range for a subnet',
    'equivalent',
    line(/set subnet 10\.0\.0\.0 255\.0\.0\.0/, () => 'set type iprange\n        set start-ip 10.0.0.0\n        set end-ip 10.255.255.255'),
  ],
  ['a prefix for a mask', 'equivalent', line(/set subnet 10\.0\.0\.0 255\.0\.0\.0/, () => 'set subnet 10.0.0.0/8')],
  [
    'a setting said twice: the last counts',
    'equivalent',
    inPolicy('web', 'set action accept', 'set action deny\n        set action accept'),
  ],
  ['another number', 'equivalent', (text) => text.replace(numberOf(text, 'no-ssh-6'), '5')],
  ['what is logged', 'equivalent', inPolicy('web', 'set action', 'set logtraffic all\n        set action')],
  ['quotes of the other kind', 'equivalent', inPolicy('web', 'set service "edict-tcp-8000-8099"', "set service 'edict-tcp-8000-8099'")],
  ['another time zone', 'unreadable', line(/Europe\/Zurich/, () => 'UTC')],
  ['a time zone by number', 'unreadable', line(/"Europe\/Zurich"/, () => '26')],
  ['a user group', 'unreadable', inPolicy('web', 'set action', 'set groups "staff"\n        set action')],
  ['an internet service', 'unreadable', inPolicy('web', 'set action', 'set internet-service enable\n        set action')],
  ['an interface beside the others', 'unreadable', (text) => inPolicy('web', 'set srcintf "any"', 'set srcintf "port1" "port2"')(text)],
  ['a name that nothing defines', 'unreadable', inPolicy('web', 'edict-tcp-8000-8099', 'edict-tcp-9')],
  ['a host by name', 'unreadable', inEntry('edict-10\\.2\\.0\\.5', /set subnet .*/, 'set type fqdn')],
  ['an octal address', 'unreadable', line(/subnet 10\.2\.0\.5 /, () => 'subnet 012.2.0.5 ')],
  ['a netmask with gaps', 'unreadable', line(/subnet 10\.0\.0\.0 255\.0\.0\.0/, () => 'subnet 10.0.0.0 255.0.255.0')],
  ['a group that holds itself', 'unreadable', line(/set member "edict-10\.1\.0\.10"/, (found) => `${found} "edict-service-payments"`)],
  [
    'a group that leaves out',
    'refuted',
    line(
      /set member "edict-10\.1\.0\.10"/,
      (found) => `set exclude enable\n        set exclude-member "edict-10.1.0.12"\n        ${found}`,
    ),
  ],
  [
    'a digest of something else',
    'unreadable',
    line(/edict artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['a table of something else', 'unreadable', (text) => `${text}config firewall local-in-policy\nend\n`],
  ['a move', 'unreadable', (text) => text.replace(/end\n$/, '    move 5 before 6\nend\n')],
  ['an entry within an entry', 'unreadable', inPolicy('web', / {4}next\n/, '')],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

export const fortinet: Conformance = {
  target: 'fortinet',
  file: 'edict.conf',
  mutations,
  cases: sessionCases,
  slowEngine: ansibleSpecs(line(/set action accept/, () => 'set action akzept')),
};
