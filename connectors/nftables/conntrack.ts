/** Forgets the tracked connections of isolated hosts. They cannot pass any more in any case; this takes their state away too. */
import { familyOf, parseAddresses, printCidrs } from '../../domain/policy/addresses.ts';
import type { Isolation } from '../connector.ts';
import type { Deadline } from '../deadline.ts';
import { finish } from './command.ts';

/** How many addresses were cleared; undefined where `conntrack` is not to be had. */
export async function forgetConnections(
  point: string,
  exec: readonly string[],
  isolations: readonly Isolation[],
  deadline: Deadline,
): Promise<number | undefined> {
  const hosts = [...new Set(isolations.flatMap(({ addresses }) => addresses.flatMap((text) => printCidrs(parseAddresses(text)))))];
  for (const host of hosts) {
    for (const end of ['-s', '-d']) {
      const args = ['conntrack', '-D', '-f', family(host), end, host] as const;
      // It ends with 1 where there was nothing to forget.
      const done = await finish(point, { prefix: exec, args: [...args] }, deadline).catch(() => undefined);
      deadline.check();
      if (done === undefined || !/flow entries have been deleted/u.test(done.stderr)) return undefined;
    }
  }
  return hosts.length;
}

function family(cidr: string): 'ipv4' | 'ipv6' {
  const [interval] = parseAddresses(cidr);
  return interval !== undefined && familyOf(interval.low) === 6 ? 'ipv6' : 'ipv4';
}
