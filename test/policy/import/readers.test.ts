/** Each reader by its language's own words: what a text decides on packets that stand on both sides of a boundary. */
import { describe, expect, it } from '@jest/globals';
import { parseAddress } from '../../../domain/policy/addresses.ts';
import type { Filter } from '../../../domain/policy/import/filter.ts';
import { readCisco } from '../../../domain/policy/import/cisco.ts';
import { readIptables } from '../../../domain/policy/import/iptables.ts';
import { readNftRuleset } from '../../../domain/policy/import/nftables/read.ts';
import { readOpenconfig } from '../../../domain/policy/import/openconfig.ts';
import { readPacketFilter } from '../../../domain/policy/import/packet-filter.ts';
import { wholeOf, wordSet } from '../../../domain/policy/import/region.ts';
import { readWindowsFirewall } from '../../../domain/policy/import/windows-firewall.ts';
import { readWindowsIpsec } from '../../../domain/policy/import/windows-ipsec.ts';
import { holds } from '../../../domain/policy/intervals.ts';
import { flowPoint } from '../../../domain/policy/request/flow.ts';

/** `tcp 10.0.0.1:1024 > 10.0.0.2:80 in new, syn, eth0`: what is not told is the first value of its line. */
type Packet = {
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  readonly detail?: number;
  readonly sourcePort?: number;
  readonly flow?: readonly [Parameters<typeof flowPoint>[0], Parameters<typeof flowPoint>[1]];
  readonly beyond?: { readonly [dimension: string]: number | string };
};

function decide(
  { rules }: Filter,
  { from, to, protocol = 6, detail = 80, sourcePort = 40_000, flow = ['in', 'new'], beyond = {} }: Packet,
): string {
  const values: { readonly [dimension: string]: bigint } = {
    source: parseAddress(from)!,
    destination: parseAddress(to)!,
    service: BigInt(protocol * 65_536 + detail),
    sourcePort: BigInt(sourcePort),
    flow: BigInt(flowPoint(...flow)),
    minute: 0n,
    ...Object.fromEntries(
      Object.entries(beyond).map(([name, value]) => [name, typeof value === 'number' ? BigInt(value) : wordSet([value])[0]!.low]),
    ),
  };
  const found = rules.find(({ region }) =>
    Object.entries(region).every(([name, set]) => holds(set, values[name] ?? wholeOf(name)[0]!.low)),
  );
  return found?.decision ?? 'none';
}

const host: Packet = { from: '10.1.0.1', to: '10.2.0.1' };
const host6: Packet = { from: '2001:db8:1::1', to: '2001:db8:2::1' };
const [syn, ack] = [{ 'tcp-flags': 2 }, { 'tcp-flags': 16 }];

type Row = readonly [text: string, packet: Packet, decision: string];

function check(read: (text: string) => Filter, rows: readonly Row[]): void {
  it.each(rows)('%s | %j: %s', (text, packet, decision) => {
    const filter = read(text);
    expect(filter.unread).toEqual([]);
    expect(decide(filter, packet)).toBe(decision);
  });
}

describe('iptables', () => {
  const input = (...rules: readonly string[]) =>
    ['*filter', ':INPUT DROP [0:0]', ...rules.map((rule) => `-A ${rule}`), 'COMMIT'].join('\n');
  check(
    (text) => readIptables(text, { accepted: 'allow' }),
    [
      [input('INPUT -s 10.1.0.0/16 -p tcp --dport 80 -j ACCEPT'), host, 'allow'],
      [input('INPUT ! -s 10.1.0.0/16 -p tcp -j ACCEPT'), host, 'deny'],
      [input('INPUT -p tcp -m multiport --dports 22,80:90 -j ACCEPT'), { ...host, detail: 90 }, 'allow'],
      [input('INPUT -p tcp -m multiport --dports 22,80:90 -j ACCEPT'), { ...host, detail: 91 }, 'deny'],
      [input('INPUT -p tcp --sport 1024: -j ACCEPT'), host, 'allow'],
      [input('INPUT -p tcp --dport ! 80 -j ACCEPT'), host, 'deny'],
      [input('INPUT -p icmp --icmp-type host-unreachable -j ACCEPT'), { ...host, protocol: 1, detail: 3 * 256 + 1 }, 'allow'],
      [input('INPUT -p tcp --syn -j ACCEPT'), { ...host, beyond: ack }, 'deny'],
      [input('INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'), { ...host, flow: ['in', 'related'] }, 'allow'],
      [input('INPUT -i eth0 -j ACCEPT'), { ...host, beyond: { 'in-interface': 'eth0' } }, 'allow'],
      [input('INPUT -i eth0 -j ACCEPT'), { ...host, beyond: { 'in-interface': 'eth1' } }, 'deny'],
      ['-P INPUT ACCEPT\n-N x\n-A INPUT -j x\n-A INPUT -j DROP\n-A x -s 10.1.0.0/16 -j RETURN\n-A x -j ACCEPT', host, 'deny'],
      ['-P INPUT ACCEPT\n-N x\n-A INPUT -g x\n-A INPUT -j DROP\n-A x -s 10.9.0.0/16 -j DROP', host, 'allow'],
      ['-P INPUT ACCEPT\n-A INPUT -m comment --comment "-j DROP" -j LOG --log-prefix "x"\n', host, 'allow'],
      ['-P INPUT DROP\n-A INPUT -m --limit 5/minute -j LOG --log-prefix "a b" --log-level 4\n-A INPUT -p tcp -j ACCEPT', host, 'allow'],
      ['create a hash:net\nadd a 10.1.0.0/16\n-P INPUT DROP\n-A INPUT -m set --match-set a src -j ACCEPT', host, 'allow'],
      ['-P INPUT DROP\n-A INPUT -s 2001:db8::/32 -j ACCEPT', host6, 'allow'],
    ],
  );

  it.each([
    ['a limit', 'INPUT -m limit --limit 1/s -j ACCEPT', '-m limit --limit'],
    ['a limit that is none', 'INPUT -m --limit 5/minute -j ACCEPT', 'unexpected `5/minute`'],
    ['what is beside a rule that writes down', 'INPUT -m --limit 5/minute -j ACCEPT -j LOG', 'unexpected `5/minute`'],
    ['a port of no protocol', 'INPUT --dport 80 -j ACCEPT', 'without a protocol'],
    ['a chain that is not there', 'INPUT -j nowhere', 'a jump to `nowhere`'],
    ['a loop', 'INPUT -j INPUT', 'comes back to itself'],
    ['an open quote', 'INPUT -m comment --comment "x -j ACCEPT', 'a quote that is not closed'],
    ['a set that is not told', 'INPUT -m set --match-set a src -j ACCEPT', 'set `a` is not told'],
  ])('says by line that it does not understand %s', (_, rule, reason) => {
    const { unread } = readIptables(input(rule), { accepted: 'allow' });
    expect(unread).toEqual([{ line: 3, text: `-A ${rule}`, reason: expect.stringContaining(reason) }]);
  });

  it('says that other tables than `filter` are not read, once they hold a rule', () => {
    const text = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j DNAT --to 10.0.0.1\nCOMMIT\n';
    expect(readIptables(text, { accepted: 'allow' }).unread).toMatchObject([{ line: 3 }]);
  });
});

describe('nftables', () => {
  const chain = (rule: string, rest = '') =>
    `table inet f {\n${rest}\nchain i {\ntype filter hook input priority 0; policy drop;\n${rule}\n}\n}`;
  check(
    (text) => readNftRuleset(text, { accepted: 'allow' }),
    [
      [chain('ip saddr 10.1.0.0/16 tcp dport { 22, 80-90 } accept'), host, 'allow'],
      [chain('ip saddr 10.1.0.0/16 accept'), host6, 'deny'],
      [chain('ip saddr != 10.1.0.0/16 accept'), host6, 'deny'],
      [chain('tcp dport != 80 accept'), host, 'deny'],
      [chain('tcp dport != 80 accept'), { ...host, protocol: 17 }, 'deny'],
      [chain('tcp dport > 79 accept'), host, 'allow'],
      [chain('meta l4proto { tcp, udp } th dport 80 accept'), { ...host, protocol: 17 }, 'allow'],
      [
        chain('ip saddr @ours accept', 'set ours { type ipv4_addr; flags interval; elements = { 10.1.0.0/24, 10.1.1.1-10.1.1.9 } }'),
        { ...host, from: '10.1.1.9' },
        'allow',
      ],
      [chain('tcp dport vmap { 22 : drop, 80 : goto web }', 'chain web {\nip saddr 10.9.0.1 drop\n}'), host, 'deny'],
      [chain('tcp dport vmap { 22 : drop, 80 : jump web }\naccept', 'chain web {\nip saddr 10.9.0.1 drop\n}'), host, 'allow'],
      [chain('tcp flags & (syn | ack) == syn accept'), { ...host, beyond: ack }, 'deny'],
      [chain('tcp flags syn / syn,ack accept'), { ...host, beyond: syn }, 'allow'],
      [chain('icmpv6 type nd-neighbor-solicit accept'), { ...host6, protocol: 58, detail: 135 * 256 }, 'allow'],
      [
        `${chain('accept')}\ntable ip g { chain i { type filter hook input priority 10; policy accept; tcp dport 80 drop\n} }`,
        host,
        'deny',
      ],
      [
        `${chain('accept')}\ntable ip g { chain i { type filter hook input priority 10; policy accept; tcp dport 80 drop\n} }`,
        host6,
        'allow',
      ],
      [`${chain('accept')}\ndelete table inet f`, host, 'none'],
    ],
  );

  it.each([
    ['a limit', 'tcp dport 80 limit rate 1/second accept', '`limit`'],
    ['several fields at once', 'ip saddr . tcp dport { 10.0.0.1 . 80 } accept', 'together with another'],
    ['a variable', 'ip saddr $ours accept', 'variable `$ours`'],
    ['a mark that is set', 'meta mark set 1', '`meta mark set`'],
    ['a set that is not there', 'ip saddr @nowhere accept', 'set `nowhere` is not there'],
  ])('says by line that it does not understand %s', (_, rule, reason) => {
    const { unread } = readNftRuleset(chain(rule), { accepted: 'allow' });
    expect(unread).toEqual([{ line: 5, text: rule, reason: expect.stringContaining(reason) }]);
  });
});

describe('Cisco', () => {
  const list = (...entries: readonly string[]) => ['ip access-list extended x', ...entries.map((entry) => ` ${entry}`)].join('\n');
  check(readCisco, [
    [list('permit tcp 10.1.0.0 0.0.255.255 host 10.2.0.1 eq www'), host, 'allow'],
    [list('permit tcp any any range 81 90'), host, 'deny'],
    [list('permit tcp any gt 1023 any eq 22 80'), host, 'allow'],
    [list('permit tcp any any neq 80'), host, 'deny'],
    [list('permit ip 10.1.0.1 0.0.255.0 any'), { ...host, from: '10.1.77.1' }, 'allow'],
    [list('permit ip 10.1.0.1 0.0.255.0 any'), { ...host, from: '10.1.77.2' }, 'deny'],
    [list('permit tcp any any established'), { ...host, beyond: syn }, 'deny'],
    [list('permit tcp any any established'), { ...host, beyond: ack }, 'allow'],
    [list('permit icmp any any echo-reply'), { ...host, protocol: 1, detail: 0 }, 'allow'],
    [list('permit icmp any any 3 4'), { ...host, protocol: 1, detail: 3 * 256 + 4 }, 'allow'],
    ['ipv6 access-list y\n permit icmp any any 135', { ...host6, protocol: 58, detail: 135 * 256 }, 'allow'],
    ['access-list 10 permit 10.1.0.0 0.0.255.255', host, 'allow'],
    ['access-list out extended permit tcp 10.1.0.0 255.255.0.0 any4 eq 80', host, 'allow'],
    ['access-list out extended permit ip any any inactive', host, 'deny'],
    ['access-list out extended ! permit ip any any', host, 'deny'],
    [list('permit tcp any any dscp ef'), { ...host, beyond: { dscp: 46 } }, 'allow'],
    [list('permit tcp any any dscp af31'), { ...host, beyond: { dscp: 26 } }, 'allow'],
    [list('permit tcp any any dscp cs3'), { ...host, beyond: { dscp: 25 } }, 'deny'],
    ['ip access-list x\n permit tcp 10.1.0.0/16 any eq 80', host, 'allow'],
    ['ipv4 access-list x\n 10 permit ipv4 any any nexthop1 ipv4 10.0.0.1', host, 'allow'],
    [
      'object-group network A\n host 10.1.0.1\n range 10.3.0.1 10.3.0.9\nip access-list extended x\n permit ip object-group A any',
      { ...host, from: '10.3.0.9' },
      'allow',
    ],
    ['object-group service S\n tcp eq 80\n udp range 50 60\nip access-list extended x\n permit object-group S any any', host, 'allow'],
    [
      'object-group network A\n 10.1.0.0 255.255.0.0\nobject-group network B\n group-object A\nip access-list extended x\n permit ip object-group B any',
      host,
      'allow',
    ],
    [
      'object-group icmp-type I\n icmp-object echo\n icmp-object 3\naccess-list o extended permit icmp any any object-group I',
      { ...host, protocol: 1, detail: 3 * 256 + 7 },
      'allow',
    ],
    [
      'object-group icmp-type I\n icmp-object echo\naccess-list o extended permit icmp any any object-group I',
      { ...host, protocol: 1, detail: 0 },
      'deny',
    ],
    ['object-group protocol P\n protocol-object udp\naccess-list o extended permit object-group P any any', host, 'deny'],
    ['object-group protocol P\n protocol-object tcp\naccess-list o extended permit object-group P any any eq 80', host, 'allow'],
    [
      'object-group service S\n service-object icmp 3 4\naccess-list o extended permit object-group S any any',
      { ...host, protocol: 1, detail: 3 * 256 + 4 },
      'allow',
    ],
    ['object service W\n service tcp destination eq 80\naccess-list o extended permit object W any any', host, 'allow'],
    [`${list('permit ip any any')}\nno ip access-list extended x\n${list('deny ip any any')}`, host, 'deny'],
  ]);

  it.each([
    ['a reflexive entry', 'permit tcp any any reflect back', '`reflect`'],
    ['a group that is not there', 'permit ip object-group nowhere any', 'object group `nowhere` is not there'],
    ['ports of a protocol that has none', 'permit icmp any eq 80 any', 'has none'],
    ['a wildcard that frees too much', 'permit ip 10.0.0.0 0.255.255.254 any', 'scattered free bits'],
  ])('says by line that it does not understand %s', (_, entry, reason) => {
    expect(readCisco(list(entry)).unread).toEqual([{ line: 2, text: ` ${entry}`, reason: expect.stringContaining(reason) }]);
  });
});

describe('pf', () => {
  check(
    (text) => readPacketFilter(text, { accepted: 'allow' }),
    [
      ['block all\npass proto tcp from 10.1.0.0/16 to any port 80', { ...host, beyond: syn }, 'allow'],
      ['block all\npass proto tcp from 10.1.0.0/16 to any port 80', { ...host, beyond: ack }, 'deny'],
      ['pass quick proto tcp from any to any port { 79, 81:90 } no state\nblock quick all', host, 'deny'],
      ['block quick all\npass all', host, 'deny'],
      ['table <t> { 10.0.0.0/8, !10.1.0.0/16 }\nblock quick from <t> to any', host, 'allow'],
      ['block quick from { !10.9.0.0/16, 10.8.0.0/16 } to any', host, 'deny'],
      ['block out quick all', host, 'allow'],
      ['block in quick on em0 inet all', { ...host, beyond: { 'in-interface': 'em0' } }, 'deny'],
      ['block quick proto tcp from any to any port != 80', host, 'allow'],
    ],
  );
});

describe('Windows Defender firewall', () => {
  const rule = (words: string) => `netsh advfirewall firewall add rule name="a b" ${words}`;
  check(readWindowsFirewall, [
    [rule('dir=in remoteip=10.1.0.0/16 localport=80 protocol=tcp action=allow'), host, 'allow'],
    [rule('dir=out remoteip=10.1.0.0/16 protocol=tcp action=allow'), { ...host, flow: ['out', 'new'] }, 'none'],
    [`${rule('dir=in action=allow')}\n${rule('dir=in protocol=6 action=block')}`, host, 'deny'],
    [rule('dir=in protocol=icmpv4:8,any action=allow'), { ...host, protocol: 1, detail: 8 * 256 }, 'allow'],
  ]);
});

describe('Windows IPsec', () => {
  const add = (what: string) => `netsh ipsec static add ${what}`;
  const policy = (action: string, ...filters: readonly string[]) =>
    [
      add(`filteraction name=${action} action=${action}`),
      ...filters.map((filter) => add(`filter filterlist=of-${action} ${filter}`)),
      add(`rule name=r policy=p filterlist=of-${action} filteraction=${action}`),
    ].join('\n');
  const web = 'srcaddr=10.1.0.0 srcmask=16 dstaddr=any dstport=80 protocol=tcp';
  const answer: Packet = { from: host.to, to: host.from, sourcePort: 80, detail: 40_000 };
  check(readWindowsIpsec, [
    [policy('permit', web), host, 'allow'],
    [policy('permit', web), { ...host, detail: 81 }, 'none'],
    [policy('permit', web), { ...host, protocol: 17 }, 'none'],
    [policy('permit', web), answer, 'allow'],
    [policy('permit', web), { ...answer, sourcePort: 81 }, 'none'],
    [policy('permit', `${web} mirrored=no`), answer, 'none'],
    [policy('permit', web, web.replace('80', '443')), { ...host, detail: 443 }, 'allow'],
    [policy('permit', web.replace('srcmask=16', 'srcmask=255.255.0.0')), host, 'allow'],
    [policy('permit', 'srcaddr=any dstaddr=any protocol=icmp'), { ...host, protocol: 1 }, 'allow'],
    [policy('permit', 'srcaddr=any dstaddr=any'), { ...host6 }, 'none'],
    [`${policy('block', 'srcaddr=any dstaddr=any')}\n${policy('permit', web)}`, host, 'allow'],
    [`${policy('permit', web)}\n${policy('block', 'srcaddr=any dstaddr=any')}`, host, 'allow'],
    [`${policy('permit', web)}\n${policy('block', 'srcaddr=any dstaddr=any')}`, { ...host, detail: 22 }, 'deny'],
  ]);

  it.each([
    [
      'filters of which neither is the more specific one',
      `${policy('permit', web)}\n${policy('block', 'srcaddr=any dstaddr=10.2.0.1 protocol=tcp')}`,
    ],
    ['an action that negotiates', policy('negotiate', web)],
    ['an address of the machine itself', policy('permit', 'srcaddr=me dstaddr=any')],
    ['a port without a protocol that has ports', policy('permit', 'srcaddr=any dstaddr=any dstport=80 protocol=icmp')],
    ['a rule of an action that is not there', add('rule name=r policy=p filterlist=l filteraction=a')],
    ['a command that adds nothing', 'netsh ipsec static delete all'],
  ])('tells what it does not understand: %s', (_, text) => {
    expect(readWindowsIpsec(text).unread).not.toEqual([]);
  });
});

describe('OpenConfig', () => {
  const list = (entry: object) =>
    JSON.stringify([
      {
        name: 'x',
        'acl-entries': { 'acl-entry': [{ 'sequence-id': 5, actions: { config: { 'forwarding-action': 'ACCEPT' } }, ...entry }] },
      },
    ]);
  check(readOpenconfig, [
    [
      list({ ipv4: { config: { protocol: 6, 'source-address': '10.1.0.0/16' } }, transport: { config: { 'destination-port': '80..90' } } }),
      host,
      'allow',
    ],
    [list({ ipv4: { config: { protocol: 'IP_UDP' } } }), host, 'none'],
    [list({ ipv6: { config: {} } }), host, 'none'],
  ]);
});
