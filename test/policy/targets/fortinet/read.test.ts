import { describe, expect, it } from '@jest/globals';
import type { NetworkRequest } from '../../../../domain/policy/model.ts';
import { readFortiOs } from '../../../../domain/policy/targets/fortinet/read.ts';
import type { ReadOptions } from '../../../../domain/policy/targets/rulebase-reading/reading.ts';
import { decideRead } from '../../read-decision.ts';

const tcp = (from: string, to: string, port: number, rest: Partial<NetworkRequest> = {}): NetworkRequest => ({
  kind: 'network',
  from,
  to,
  protocol: 'tcp',
  port,
  ...rest,
});

/** As a backup has it: virtual domains, interfaces, settings that decide nothing, a comment over two lines. */
const backup = `#config-version=FGT60F-7.4.4-FW-build2662-240514:opmode=0:vdom=1
config vdom
edit root
next
edit customers
next
end
config global
config system global
    set hostname "edge"
    set timezone "Europe/Zurich"
end
end
config vdom
edit root
config system settings
    set asymroute disable
end
next
edit customers
config firewall address
    edit "office"
        set uuid 6b5e0a2c-0000-51e8-1111-000000000000
        set subnet 10.1.7.7 255.255.0.0
        set comment "first line
end
config firewall policy"
    next
    edit "pool"
        set type iprange
        set start-ip 10.2.0.10
        set end-ip 10.2.0.20
    next
    edit 'db'
        set subnet 10.2.0.5/32
    next
    edit "named"
        set type fqdn
        set fqdn "x.example"
    next
end
config firewall address6
    edit "office"
        set ip6 2001:db8:1::/48
    next
end
config firewall addrgrp
    edit "servers"
        set member "pool" "db"
    next
    edit "some"
        set member "servers"
        set exclude enable
        set exclude-member "db"
    next
end
config firewall service custom
    edit "alt"
        set tcp-portrange 8080 8443-8444:1024-65535
        set udp-portrange 8080
    next
    edit "HTTPS"
        set tcp-portrange 443 4443
    next
end
config firewall schedule recurring
    edit "night"
        set start 22:00
        set end 06:00
        set day monday sunday
    next
end
config firewall policy
    edit 12
        set name "off"
        set status disable
        set srcintf "any"
        set dstintf "any"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
    next
    edit 3
        set srcintf "lan" "wifi"
        set dstintf "wan1"
        set action accept
        set srcaddr "office"
        set dstaddr "some"
        set srcaddr6 "office"
        set dstaddr6 "all"
        set schedule "always"
        set service "HTTPS" "alt"
        set utm-status enable
        set ssl-ssh-profile "certificate-inspection"
        set nat enable
    next
    edit 7
        set srcintf "lan"
        set dstintf "wan1"
        set action accept
        set srcaddr "all"
        set srcaddr-negate enable
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
    next
    edit 8
        set srcintf "any"
        set dstintf "any"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "night"
        set service "PING"
    next
    edit 9
        set srcintf "wan1"
        set dstintf "lan"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "always"
        set service "SSH"
    next
end
next
end
`;

const lineOf = (text: string) => backup.slice(0, backup.indexOf(text)).split('\n').length;

const between = { from: 'lan', to: 'wan1' };
const read = (text: string, options: ReadOptions = { between }) => readFortiOs(text, 'backup.conf', options);

describe('a backup of FortiOS', () => {
  const { rules, unread } = read(backup);

  it.each([
    ['a service that the configuration says itself', tcp('10.1.0.1', '10.2.0.15', 4443), 'allow'],
    ['what a group leaves out', tcp('10.1.0.1', '10.2.0.5', 4443), 'deny'],
    ['a port of UDP', tcp('10.1.0.1', '10.2.0.15', 8080, { protocol: 'udp' }), 'allow'],
    ['a source port', tcp('10.1.0.1', '10.2.0.15', 8443, { sourcePort: 1024 }), 'allow'],
    ['a source port that is not asked for', tcp('10.1.0.1', '10.2.0.15', 8443, { sourcePort: 80 }), 'deny'],
    ['IPv6, by addresses of its own', tcp('2001:db8:1::1', '2001:db8:9::1', 443), 'allow'],
    ['IPv6 of which the IPv4 addresses say nothing', tcp('2001:db8:2::1', '2001:db8:9::1', 443), 'deny'],
    ['what a disabled policy accepts, and what one accepts of nobody', tcp('10.9.0.1', '10.9.0.2', 22), 'deny'],
    ['what a policy between other interfaces accepts', tcp('10.1.0.1', '10.9.0.2', 22), 'deny'],
    ['a packet of a session', tcp('10.9.0.2', '10.1.0.1', 40_000, { state: 'established' }), 'allow'],
  ] as const)('is read: %s', (_, request, decision) => {
    expect(unread).toEqual([]);
    expect(decideRead(rules, request)).toBe(decision);
  });

  it.each([
    ['2026-01-05T23:00:00+01:00', 'allow'],
    ['2026-01-06T05:59:00+01:00', 'allow'],
    ['2026-01-06T23:00:00+01:00', 'deny'],
    ['2026-01-05T05:00:00+01:00', 'allow'],
    ['2026-01-05T07:00:00+01:00', 'deny'],
  ] as const)('has schedules that go on until the next day: %s', (at, decision) => {
    expect(decideRead(rules, { ...tcp('10.9.0.1', '10.9.0.2', 0), protocol: 'icmp', at })).toBe(decision);
  });

  it('is not read where policies speak of several interfaces and nobody says which are asked about', () => {
    expect(() => read(backup, {})).toThrow(
      expect.objectContaining({ code: 'artifact-unreadable', where: `backup.conf:${lineOf('edit 3')}` }),
    );
    expect(read(backup, { isLenient: true }).unread.map(({ text }) => text)).toEqual(['policy 3', 'policy 7', 'policy 9']);
  });
});

const policy = (settings: string) =>
  `config firewall policy
    edit 1
        set srcintf "any"
        set dstintf "any"
        set action accept
        set srcaddr "all"
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
        ${settings}
    next
end
`;

describe('a policy of FortiOS', () => {
  it('denies unless it says otherwise, and so does the end', () => {
    expect(decideRead(read(policy('')).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('allow');
    expect(decideRead(read(policy('unset action')).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('deny');
    expect(decideRead(read(policy('')).rules, tcp('2001:db8::1', '2001:db8::2', 1))).toBe('deny');
  });

  it('is taken for the end of an artifact by its name, its place and what it accepts, and by nothing less', () => {
    const end = policy('set name "edict-end"\n        set srcaddr6 "all"\n        set dstaddr6 "all"');
    const ask = (text: string) => decideRead(read(text).rules, tcp('10.0.0.1', '10.0.0.2', 1));
    expect(ask(end)).toBe('not-applicable');
    expect(ask(end.replace('edict-end', 'edict-ends'))).toBe('allow');
    expect(ask(end.replace('service "ALL"', 'service "ALL_TCP"'))).toBe('allow');
    expect(ask(end.replace('        set srcaddr6 "all"\n', ''))).toBe('allow');
    expect(ask(end.replace('set action accept', 'set action deny'))).toBe('deny');
  });

  it.each([
    ['users', policy('set groups "staff"'), 2],
    ['an internet service', policy('set internet-service enable'), 2],
    ['a tunnel', policy('set action ipsec'), 2],
    ['an address that nothing defines', policy('set srcaddr "x"'), 2],
    ['a schedule on no clock', policy('set schedule "x"'), 2],
    ['a word that is neither', policy('set status perhaps'), 2],
    ['a command that is none', policy('move 1 before 2'), 10],
    ['a string that does not end', policy('set comments "x'), 10],
    ['a setting without a value', policy('set comments'), 10],
    ['an end too much', `${policy('')}end\n`, 13],
    ['quotes within a word', policy('set comments a"b"'), 10],
  ])('is refused for %s, with its line', (_, text, line) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'artifact-unreadable', where: `backup.conf:${line}` }));
  });
});
