import { describe, expect, it } from '@jest/globals';
import type { NetworkRequest } from '../../../../domain/policy/model.ts';
import { parseJunos } from '../../../../domain/policy/targets/juniper-srx/parse.ts';
import { readJunos } from '../../../../domain/policy/targets/juniper-srx/read.ts';
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

/** As people have it: in braces, between zones, with comments, and with what is not in force. */
const braces = `
## Last changed: 2026-01-05
version 21.4R3;
system {
    host-name edge; # not about sessions
    time-zone Europe/Zurich;
}
security {
    address-book {
        global {
            address office 10.1.0.0/16;
            address db {
                description "the \\"old\\" one; set security policies default-policy permit-all";
                10.2.0.5/32;
            }
            address pool {
                range-address 10.2.0.10 {
                    to {
                        10.2.0.20;
                    }
                }
            }
            address-set inside {
                address office;
                address-set servers;
            }
            address-set servers {
                address db;
                address pool;
            }
        }
        dmz-book {
            address office 192.0.2.0/24;
            attach {
                zone dmz;
            }
        }
    }
    policies {
        /* from the inside */
        from-zone trust to-zone dmz {
            policy ssh {
                match {
                    source-address [ inside 10-host ];
                    destination-address office;
                    application [ junos-ssh web ];
                }
                then {
                    permit;
                    log {
                        session-close;
                    }
                }
            }
            inactive: policy all {
                match {
                    source-address any;
                    destination-address any;
                    application any;
                }
                then {
                    permit;
                }
            }
        }
        global {
            policy night {
                match {
                    source-address any;
                    destination-address any;
                    application junos-icmp-all;
                    from-zone trust;
                    to-zone [ dmz untrust ];
                }
                then {
                    permit;
                }
                scheduler-name night;
            }
        }
    }
    zones {
        security-zone trust {
            interfaces {
                ge-0/0/0.0;
            }
            address-book {
                address 10-host 172.16.0.1/32;
            }
        }
    }
}
applications {
    application web {
        term a protocol tcp destination-port 443;
        term b protocol tcp source-port 1024-65535 destination-port 8000-8099 inactivity-timeout 60;
    }
}
schedulers {
    scheduler night {
        daily {
            start-time 22:00:00 stop-time 23:59:59;
        }
        sunday all-day;
        monday exclude;
    }
}
`;

const read = (text: string, options: ReadOptions = {}) => readJunos(text, 'edge.conf', options);
const refusal = (expected: Partial<Record<'message' | 'where' | 'expected', string>>) =>
  expect.objectContaining({ code: 'artifact-unreadable', ...expected });

describe('an SRX in braces', () => {
  const { rules, unread } = read(braces, { between: { from: 'trust', to: 'dmz' } });

  it.each([
    ['an address of the zone of sources', tcp('172.16.0.1', '192.0.2.9', 22), 'allow'],
    ['a set within a set', tcp('10.2.0.15', '192.0.2.9', 22), 'allow'],
    ['an address that the destination zone calls otherwise', tcp('10.1.0.1', '10.1.0.2', 22), 'deny'],
    ['the first term of an application', tcp('10.1.0.1', '192.0.2.9', 443), 'allow'],
    ['the second term, by its source port', tcp('10.1.0.1', '192.0.2.9', 8000, { sourcePort: 1024 }), 'allow'],
    ['the second term, by another source port', tcp('10.1.0.1', '192.0.2.9', 8000, { sourcePort: 1023 }), 'deny'],
    ['what only an inactive policy permits', tcp('10.9.0.1', '192.0.2.9', 80), 'deny'],
    ['an answer', tcp('192.0.2.9', '10.1.0.1', 50_000, { state: 'established' }), 'allow'],
    ['a packet of no session', tcp('192.0.2.9', '10.1.0.1', 50_000, { state: 'invalid' }), 'deny'],
    ['a message to the device itself', tcp('10.1.0.1', '192.0.2.9', 22, { direction: 'in' }), 'not-applicable'],
  ] as const)('is read: %s', (_, request, decision) => {
    expect(unread).toEqual([]);
    expect(decideRead(rules, request)).toBe(decision);
  });

  it.each([
    ['2026-01-07T22:30:00+01:00', 'allow'],
    ['2026-01-07T21:59:00+01:00', 'deny'],
    ['2026-01-11T12:00:00+01:00', 'allow'],
    ['2026-01-05T22:30:00+01:00', 'deny'],
  ] as const)('has schedulers of which a day of its own takes the place of the daily one: %s', (at, decision) => {
    expect(decideRead(rules, { ...tcp('10.9.0.1', '192.0.2.9', 0), protocol: 'icmp', at })).toBe(decision);
  });

  it('asks policies between other zones of nobody', () => {
    const other = read(braces, { between: { from: 'dmz', to: 'trust' } });
    expect(decideRead(other.rules, tcp('10.1.0.1', '192.0.2.9', 22))).toBe('deny');
  });

  it('is about the one pair of zones that it has policies between, where nobody asks about another', () => {
    expect(read(braces).unread).toEqual([]);
    expect(decideRead(read(braces).rules, tcp('172.16.0.1', '192.0.2.9', 22))).toBe('allow');
  });
});

const start = `set security address-book global address h 10.0.0.1/32
set security policies global policy p match source-address h destination-address any application any
`;

describe('an SRX in commands', () => {
  const policy = (name: string, rest: string) =>
    ['source-address any', 'destination-address any', 'application any', rest]
      .map((text) => `set security policies global policy ${name} ${text.startsWith('then') ? text : `match ${text}`}\n`)
      .join('');

  it('means what is left when commands have taken others back', () => {
    const text = `${policy('a', 'then deny')}${policy('b', 'then permit')}`;
    expect(decideRead(read(text).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('deny');
    expect(decideRead(read(`${text}delete security policies global policy a\n`).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('allow');
    expect(decideRead(read(`${text}deactivate security policies global policy a\n`).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('allow');
  });

  it('takes what a group says only where it is applied, behind what is said without one', () => {
    const group = policy('a', 'then permit').replaceAll('set security', 'set groups g security');
    expect(decideRead(read(group).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('deny');
    expect(decideRead(read(`${group}set apply-groups g\n`).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe('allow');
    expect(decideRead(read(`${group}set apply-groups g\n${policy('b', 'then reject')}`).rules, tcp('10.0.0.1', '10.0.0.2', 1))).toBe(
      'deny',
    );
  });

  it('keeps a quoted word in one piece, whatever it holds', () => {
    expect(parseJunos('set a description "x \\"y\\" ; } set b"\n')).toEqual([{ words: ['a', 'description', 'x "y" ; } set b'], line: 1 }]);
  });

  it.each([
    ['a match with too many words', start, 'edge.conf:2'],
    [
      'a host by name',
      policy('p', 'then permit').replace('source-address any', 'source-address h') +
        'set security address-book global address h dns-name x.example\n',
      'edge.conf:1',
    ],
    ['a word that nobody knows', 'set security policies global policy p match planet earth\n', 'edge.conf:1'],
    ['part of a configuration that nobody knows', 'set security intelligence on\n', 'edge.conf:1'],
    [
      'zones that nobody asks about',
      policy('p', 'then permit') + 'set security policies global policy p match from-zone trust\n',
      'edge.conf:1',
    ],
    ['a list that does not end', 'set security policies [ a\n', 'edge.conf:1'],
    ['a command that is none', 'set a\nrename a to b\n', 'edge.conf:2'],
    [
      'an application without a protocol',
      policy('p', 'then permit').replace('application any', 'application x') + 'set applications application x destination-port 1\n',
      'edge.conf:1',
    ],
    ['a permit with conditions', policy('p', 'then permit application-services idp'), 'edge.conf:4'],
    ['a policy without an action', policy('p', 'then log session-init'), 'edge.conf:1'],
    ['braces that do not match', 'security { policies { default-policy { permit-all; } }\n', 'edge.conf:1'],
  ])('refuses %s, with its line', (_, text, where) => {
    expect(() => read(text)).toThrow(refusal({ where }));
  });

  it('goes on without what it does not understand where somebody asks for that, and says what and where', () => {
    const text = `${policy('a', 'then permit application-services idp')}${policy('b', 'then permit')}`;
    const { rules, unread } = read(text, { isLenient: true });
    expect(unread.map(({ line, text: said }) => [line, said])).toEqual([
      [4, 'security policies global policy a then permit application-services idp'],
      [1, 'policy a'],
    ]);
    expect(rules.filter(({ where }) => where !== undefined).map(({ where }) => where?.text)).toEqual(['b']);
  });
});
