/**
 * aerleon as a second opinion: it makes rulebases for four vendors out of policies in a language of its own, by code that shares nothing
 * with ours. What our readers make of its rulebases must be what the policies say.
 */
import { afterAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDefinitions } from '../../../../domain/policy/import/aerleon/definitions.ts';
import { aerleonMeaning } from '../../../../domain/policy/import/aerleon/meaning.ts';
import { parseAerleon } from '../../../../domain/policy/import/aerleon/parse.ts';
import { readCisco } from '../../../../domain/policy/import/cisco.ts';
import { compareFilters } from '../../../../domain/policy/import/compare.ts';
import { boxOfRegion } from '../../../../domain/policy/import/region.ts';
import { readFortiOs } from '../../../../domain/policy/targets/fortinet/read.ts';
import { readJunos } from '../../../../domain/policy/targets/juniper-srx/read.ts';
import { readPaloAlto } from '../../../../domain/policy/targets/pan-os/read.ts';
import { beginning, type Rulebook } from '../../../../domain/policy/targets/rulebase-reading/reading.ts';
import { describeEngines, engineProgram } from '../../../engines/engines.ts';

const networks = [
  'OFFICE = 10.1.0.0/16\n  2001:db8:1::/48',
  'GUESTS = 10.9.0.0/16',
  'KIOSK = 10.9.0.53/32\n  10.9.0.64/27',
  'SERVERS = 10.2.0.0/24\n  10.2.4.0/22\n  2001:db8:2::/64',
  'DATABASE = 10.2.0.5/32\n  2001:db8:2::5/128',
];
const services = ['WEB = 80/tcp 443/tcp 8000-8099/tcp', 'DNS = 53/tcp 53/udp', 'SQL = 5432/tcp', 'HIGH = 1024-65535/tcp 1024-65535/udp'];

const terms = `
term guests-stay-out {
  source-address:: GUESTS
  destination-address:: SERVERS
  action:: deny
}
term database {
  source-address:: OFFICE
  destination-address:: DATABASE
  destination-port:: SQL
  protocol:: tcp
  action:: accept
}
term nothing-else-to-database {
  destination-address:: DATABASE
  action:: deny
}
term names {
  source-address:: OFFICE
  destination-port:: DNS
  protocol:: tcp udp
  action:: accept
}
term web {
  source-port:: HIGH
  destination-address:: SERVERS
  destination-port:: WEB
  protocol:: tcp
  action:: accept
}
`;

const pings = `
term pings {
  source-address:: OFFICE
  protocol:: icmp
  icmp-type:: echo-request
  action:: accept
}
`;

const pingsOverIpv6 = `
term pings-over-ipv6 {
  source-address:: OFFICE
  protocol:: icmpv6
  icmp-type:: echo-request packet-too-big
  action:: accept
}
`;

const kiosk = `
term guests-but-for-the-kiosk {
  source-address:: GUESTS
  source-exclude:: KIOSK
  destination-address:: SERVERS
  action:: deny
}
`;

const everything = `
term the-rest {
  action:: accept
}
`;

/** By policy: what it says, and for which families. */
const policies = {
  mixed: { family: 'mixed', body: terms },
  ipv6: { family: 'inet6', body: terms.replace(/term guests[^}]*\}\n/, '') },
  pings: { family: 'inet', body: pings + terms },
  'pings over IPv6': { family: 'inet6', body: pingsOverIpv6 + terms.replace(/term guests[^}]*\}\n/, '') },
  open: { family: 'mixed', body: terms + everything },
  kiosk: { family: 'inet', body: kiosk + terms + everything },
} as const;

const between = { from: 'inside', to: 'outside' };

const zones = (family: string) => `from-zone ${between.from} to-zone ${between.to} ${family}`;

/** One list of an ASA, whose end refuses what it does not name. */
function readAsa(text: string): Rulebook {
  const { rules, unread } = readCisco(text);
  return { rules: rules.map(({ region, decision }) => ({ box: { ...boxOfRegion(region), flow: beginning }, decision })), unread };
}

const vendors = {
  srx: { ending: 'srx', read: readJunos, options: zones },
  paloalto: { ending: 'xml', read: readPaloAlto, options: zones },
  fortigate: { ending: 'fgacl', read: readFortiOs, options: zones },
  ciscoasa: { ending: 'asa', read: readAsa, options: () => 'edict' },
} as const;

/** It knows IPv4 alone for ASA. It has no ICMP types for FortiOS, and gives an address that is cut out for PAN-OS to a group without a name. */
const unsaid = new Set([
  'fortigate pings',
  'fortigate pings over IPv6',
  'paloalto kiosk',
  ...['mixed', 'ipv6', 'pings over IPv6', 'open'].map((name) => `ciscoasa ${name}`),
]);

const folder = mkdtempSync(join(tmpdir(), 'edict-aerleon-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cases = Object.keys(vendors)
  .flatMap((vendor) => Object.keys(policies).map((name) => [vendor, name] as const))
  .filter(([vendor, name]) => !unsaid.has(`${vendor} ${name}`)) as readonly (readonly [keyof typeof vendors, keyof typeof policies])[];

const fileName = (vendor: string, name: string) => `${vendor}-${name.replaceAll(' ', '-')}`;

const headerOf = (target: string) => `header {\n  target:: ${target}\n}\n`;

function generate(): void {
  mkdirSync(join(folder, 'policies', 'pol'), { recursive: true });
  for (const part of ['def', 'out']) mkdirSync(join(folder, part));
  writeFileSync(join(folder, 'def', 'networks.net'), `${networks.join('\n')}\n`);
  writeFileSync(join(folder, 'def', 'services.svc'), `${services.join('\n')}\n`);
  for (const [vendor, name] of cases) {
    const { family, body } = policies[name];
    const header = headerOf(`${vendor} ${vendors[vendor].options(family)}`);
    writeFileSync(join(folder, 'policies', 'pol', `${fileName(vendor, name)}.pol`), header + body);
  }
  const places = ['base_directory', 'definitions_directory', 'output_directory'].flatMap((place, index) => [
    `--${place}`,
    join(folder, ['policies', 'def', 'out'][index]!),
  ]);
  const { status, stderr } = spawnSync(engineProgram('aerleon', 'aclgen'), places, { encoding: 'utf8' });
  expect({ status, made: readdirSync(join(folder, 'out')).length, stderr }).toMatchObject({ status: 0, made: cases.length });
}

describeEngines(['aerleon'], "aerleon's rulebases", () => {
  let isGenerated = false;

  it.each(cases)('for %s mean what the policy `%s` says', (vendor, name) => {
    if (!isGenerated) generate();
    isGenerated = true;
    const { family, body } = policies[name];
    const { ending, read } = vendors[vendor];
    const file = `${fileName(vendor, name)}.${ending}`;
    const { rules, unread } = read(readFileSync(join(folder, 'out', file), 'utf8'), file, { between });
    expect(unread).toEqual([]);
    const meant = aerleonMeaning(
      parseAerleon(headerOf(`nftables ${family} forward`) + body),
      { platform: 'nftables', definitions: parseDefinitions(networks, services), today: '2026-01-01' },
      false,
    );
    const said = rules.map(({ box, decision }) => ({ region: box, decision }));
    expect(compareFilters(meant.rules, said, { families: meant.families, states: ['new'], opening: false })).toBeUndefined();
  });
});
