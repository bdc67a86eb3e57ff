/**
 * The table that isolates hosts, in front of the policy and over established connections too: each isolation is a pair of
 * chains, entered by what leaves the host and by what goes to it. What is allowed returns and meets the next isolation, and
 * then the policy; the rest is dropped and counted under the isolation's key.
 */
import { familyOf, parseAddresses, printCidrs } from '../../domain/policy/addresses.ts';
import type { Isolation } from '../connector.ts';
import { normalIsolations } from '../desired.ts';
import { tableNames } from './listing.ts';

/** Longer comments are refused by nft (128 bytes with their header). */
const maxComment = 120;

export function isolationTable(isolations: readonly Isolation[]): string {
  const ordered = normalIsolations(isolations);
  const jumps = ordered.flatMap(({ addresses }, index) =>
    cidrs(addresses).flatMap((host) => [`${match('saddr', host)} jump from_${index + 1}`, `${match('daddr', host)} jump to_${index + 1}`]),
  );
  const chains = ordered.flatMap((isolation, index) => [
    ...chain(`from_${index + 1}`, 'daddr', isolation),
    ...chain(`to_${index + 1}`, 'saddr', isolation),
  ]);
  return [
    `table inet ${tableNames.isolation} {`,
    ...chains,
    '  chain forward {',
    '    type filter hook forward priority filter - 10; policy accept;',
    ...jumps.map((jump) => `    ${jump}`),
    '  }',
    '}',
    '',
  ].join('\n');
}

function chain(name: string, peer: 'saddr' | 'daddr', { key, allow }: Isolation): readonly string[] {
  const returns = cidrs(allow).map((network) => `    ${match(peer, network)} return`);
  return [`  chain ${name} {`, ...returns, `    counter drop comment "${isolationComment(key)}"`, '  }'];
}

/** The key as a comment: cut where nft has no room for it; the seal has it whole. */
export function isolationComment(key: string): string {
  return `isolation ${key.replaceAll(/[^A-Za-z0-9/._:[\]-]/gu, '_')}`.slice(0, maxComment);
}

function cidrs(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => printCidrs(parseAddresses(text)));
}

function match(field: 'saddr' | 'daddr', cidr: string): string {
  const [interval] = parseAddresses(cidr);
  const family = interval === undefined ? 4 : familyOf(interval.low);
  return `${family === 4 ? 'ip' : 'ip6'} ${field} ${cidr}`;
}
