/** Forgets the tracked connections of isolated hosts. They cannot pass any more in any case; this takes their state away too. */
import { familyOf, parseAddresses, printCidrs } from '../../domain/policy/addresses.ts';
import type { Isolation } from '../connector.ts';
import type { Deadline } from '../deadline.ts';
import { finish } from './command.ts';

/** `conntrack` ends with 1 where there was nothing to forget; where it is not installed there is nothing to do. */
const script = `command -v conntrack >/dev/null || exit 0
while read -r family host; do
  conntrack -D -f "$family" -s "$host"
  conntrack -D -f "$family" -d "$host"
done >/dev/null 2>&1`;

export async function forgetConnections(
  point: string,
  exec: readonly string[],
  isolations: readonly Isolation[],
  deadline: Deadline,
): Promise<void> {
  const hosts = new Set(isolations.flatMap(({ addresses }) => addresses.flatMap((text) => printCidrs(parseAddresses(text)))));
  if (hosts.size === 0) return;
  const input = [...hosts].map((host) => `${family(host)} ${host}\n`).join('');
  await finish(point, { prefix: exec, args: ['sh', '-c', script], input }, deadline);
}

function family(cidr: string): 'ipv4' | 'ipv6' {
  const [interval] = parseAddresses(cidr);
  return interval !== undefined && familyOf(interval.low) === 6 ? 'ipv6' : 'ipv4';
}
