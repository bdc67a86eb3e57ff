/** aerleon's language: what a policy means for a platform, against text that says the same, and text that does not. */
import { describe, expect, it } from '@jest/globals';
import { parseDefinitions, UndefinedName } from '../../../domain/policy/import/aerleon/definitions.ts';
import { aerleonMeaning } from '../../../domain/policy/import/aerleon/meaning.ts';
import { parseAerleon } from '../../../domain/policy/import/aerleon/parse.ts';
import { readCisco } from '../../../domain/policy/import/cisco.ts';
import { compareFilters } from '../../../domain/policy/import/compare.ts';
import type { Filter } from '../../../domain/policy/import/filter.ts';
import { readIptables } from '../../../domain/policy/import/iptables.ts';
import { readPacketFilter } from '../../../domain/policy/import/packet-filter.ts';
import { readWindowsIpsec } from '../../../domain/policy/import/windows-ipsec.ts';

const definitions = parseDefinitions(
  ['OFFICE = 10.1.0.0/16 2001:db8:1::/48 # both', 'GUESTS = 10.1.200.0/24', 'ALL = OFFICE', '  192.0.2.0/24'],
  ['WEB = 80/tcp 443/tcp', 'DNS = 53/udp 53/tcp'],
);

function meaningOf(target: string, ...terms: readonly string[]) {
  const text = `header {\n comment:: "x { y"\n target:: ${target}\n}\n${terms.map((term, index) => `term t${index} {\n${term}\n}`).join('\n')}`;
  return aerleonMeaning(parseAerleon(text), { platform: target.split(' ')[0]!, definitions, today: '2026-01-01' }, true);
}

const cisco = 'cisco x extended';
const web = 'protocol:: tcp\ndestination-port:: WEB\nsource-address:: OFFICE\naction:: accept';

const same: readonly (readonly [name: string, target: string, terms: readonly string[], text: string, read: (text: string) => Filter])[] = [
  [
    'addresses of the header’s family alone',
    cisco,
    [web],
    'ip access-list extended x\n permit tcp 10.1.0.0 0.0.255.255 any eq 80 443',
    readCisco,
  ],
  [
    'both families in a mixed list',
    'cisco x mixed',
    [web],
    'ip access-list extended x\n permit tcp 10.1.0.0 0.0.255.255 any eq 80 443\nipv6 access-list ipv6-x\n permit tcp 2001:db8:1::/48 any eq 80 443',
    readCisco,
  ],
  [
    'an exclusion',
    cisco,
    ['source-address:: OFFICE\nsource-exclude:: GUESTS\naction:: deny', 'action:: accept'],
    'ip access-list extended x\n permit ip 10.1.200.0 0.0.0.255 any\n deny ip 10.1.0.0 0.0.255.255 any\n permit ip any any',
    readCisco,
  ],
  [
    'established packets, on unprivileged ports',
    cisco,
    ['protocol:: tcp\noption:: established\naction:: accept'],
    'ip access-list extended x\n permit tcp any any gt 1023 established',
    readCisco,
  ],
  [
    'either side of an address',
    cisco,
    ['address:: GUESTS\naction:: accept'],
    'ip access-list extended x\n permit ip 10.1.200.0 0.0.0.255 any\n permit ip any 10.1.200.0 0.0.0.255',
    readCisco,
  ],
  [
    'terms that have expired, or are for others',
    cisco,
    [
      'expiration:: 2025-12-31\naction:: accept',
      'platform:: juniper\naction:: accept',
      'platform-exclude:: cisco\naction:: accept',
      'verbatim:: juniper "x"',
      'action:: deny',
    ],
    'ip access-list extended x\n deny ip any any',
    readCisco,
  ],
  [
    'a term that has not expired yet',
    cisco,
    ['expiration:: 2026-1-2\naction:: accept'],
    'ip access-list extended x\n permit ip any any',
    readCisco,
  ],
  [
    'states where connections are tracked',
    'iptables INPUT DROP',
    ['option:: established\naction:: accept'],
    '-P INPUT DROP\n-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT',
    (text) => readIptables(text, { accepted: 'allow' }),
  ],
  [
    '`next`',
    'iptables INPUT ACCEPT',
    ['source-address:: GUESTS\naction:: next', 'source-address:: OFFICE\naction:: deny'],
    '-P INPUT ACCEPT\n-A INPUT -s 10.1.0.0/16 -j DROP',
    (text) => readIptables(text, { accepted: 'allow' }),
  ],
  [
    'the packet that opens a connection',
    'packetfilter x in',
    ['protocol:: tcp\naction:: deny'],
    'block in quick inet proto tcp all flags S/SA',
    (text) => readPacketFilter(text, { accepted: 'allow' }),
  ],
  [
    'a refusal of every packet, beside one of an option',
    'packetfilter x in',
    ['protocol:: tcp\noption:: rst\naction:: accept', 'protocol:: tcp\naction:: deny'],
    'pass in quick inet proto tcp all flags R/R keep state\nblock in quick inet proto tcp all',
    (text) => readPacketFilter(text, { accepted: 'allow' }),
  ],
  [
    'answers beside what it names, where filters are mirrored',
    'windows_ipsec x',
    ['protocol:: tcp\ndestination-port:: WEB\nsource-address:: OFFICE\naction:: accept', 'option:: tcp-established\naction:: accept'],
    [
      'netsh ipsec static add filteraction name=a action=permit',
      ...[80, 443].map(
        (port) => `netsh ipsec static add filter filterlist=l srcaddr=10.1.0.0 srcmask=16 dstaddr=any dstport=${port} protocol=tcp`,
      ),
      'netsh ipsec static add rule name=r policy=p filterlist=l filteraction=a',
    ].join('\n'),
    readWindowsIpsec,
  ],
];

const other: readonly (readonly [name: string, target: string, terms: readonly string[], text: string])[] = [
  ['a port', cisco, [web], 'ip access-list extended x\n permit tcp 10.1.0.0 0.0.255.255 any eq 80 444'],
  [
    'the order',
    cisco,
    ['source-address:: GUESTS\naction:: deny', 'action:: accept'],
    'ip access-list extended x\n permit ip any any\n deny ip 10.1.200.0 0.0.0.255 any',
  ],
  [
    'a lost exclusion',
    cisco,
    ['source-address:: OFFICE\nsource-exclude:: GUESTS\naction:: accept'],
    'ip access-list extended x\n permit ip 10.1.0.0 0.0.255.255 any',
  ],
  ['a list of another name', 'cisco x mixed', [web], 'ip access-list extended x\n permit tcp 10.1.0.0 0.0.255.255 any eq 80 443'],
];

describe('a policy in aerleon’s language', () => {
  it.each(same)('means the same as its text: %s', (...[, target, terms, text, read]) => {
    const meaning = meaningOf(target, ...terms);
    const { rules, unread } = read(text);
    expect(unread).toEqual([]);
    expect(compareFilters(meaning.rules, rules, meaning)).toBeUndefined();
  });

  it.each(other)('differs from other text, with a packet to show for it: %s', (_, target, terms, text) => {
    const meaning = meaningOf(target, ...terms);
    const difference = compareFilters(meaning.rules, readCisco(text).rules, meaning);
    expect(difference?.text).not.toBe('');
    expect(difference?.first).not.toBe(difference?.second);
  });

  it('reads the same in YAML', () => {
    const yaml = [
      'filters:',
      '  - header: { comment: x, targets: { cisco: x extended, juniper: y } }',
      '    terms:',
      '      - { name: t0, protocol: tcp, destination-port: WEB, source-address: [OFFICE], action: accept }',
      '      - { name: t1, verbatim: { juniper: some text } }',
    ].join('\n');
    const meaning = aerleonMeaning(parseAerleon(yaml), { platform: 'cisco', definitions, today: '2026-01-01' }, true);
    const text = meaningOf(cisco, web);
    expect(compareFilters(meaning.rules, text.rules, meaning)).toBeUndefined();
    expect(meaning.rules.map(({ where }) => where?.line)).toEqual([4, undefined]);
    expect(() => parseAerleon('filters:\n  - header: { targets: { cisco: x } }\n    terms: [{ include: more.yaml }]')).toThrow(
      expect.objectContaining({ code: 'artifact-unreadable' }),
    );
  });

  it('keeps lists of their own apart by name', () => {
    const header = (name: string, action: string) => `header { target:: cisco ${name} }\nterm t { action:: ${action} }\n`;
    const meaning = aerleonMeaning(
      parseAerleon(header('a', 'accept') + header('b', 'deny')),
      { platform: 'cisco', definitions, today: '2026-01-01' },
      true,
    );
    const list = (name: string, action: string) => `ip access-list extended ${name}\n ${action} ip any any\n`;
    expect(compareFilters(meaning.rules, readCisco(list('a', 'permit') + list('b', 'deny')).rules, meaning)).toBeUndefined();
    expect(compareFilters(meaning.rules, readCisco(list('b', 'permit') + list('a', 'deny')).rules, meaning)).toBeDefined();
  });

  it('cannot be read where it cites what is not defined', () => {
    expect(() => meaningOf(cisco, 'source-address:: NOWHERE\naction:: accept')).toThrow(UndefinedName);
    expect(() => meaningOf(cisco, 'protocol:: tcp\ndestination-port:: NOTHING\naction:: accept')).toThrow(UndefinedName);
  });

  it.each([
    ['a keyword', 'sauce-address:: OFFICE\naction:: accept'],
    ['an option', 'option:: wobbly\naction:: accept'],
    ['an action', 'action:: perhaps'],
    ['verbatim text', 'verbatim:: cisco "permit ip any any"'],
    ['a protocol', 'protocol:: tcq\naction:: accept'],
    ['established ICMP', 'protocol:: icmp\noption:: established\naction:: accept'],
  ])('refuses %s that it does not know', (_, term) => {
    expect(() => meaningOf(cisco, term)).toThrow(expect.objectContaining({ code: 'artifact-unreadable' }));
  });

  it.each([
    'term x { action:: accept }',
    'header { target:: cisco x',
    'header { x }',
    'header { target:: cisco x }\nterm { action:: accept }',
    'heather {}',
  ])('refuses text that is no policy: %s', (text) => {
    expect(() => parseAerleon(text)).toThrow(expect.objectContaining({ code: 'artifact-unreadable' }));
  });
});
