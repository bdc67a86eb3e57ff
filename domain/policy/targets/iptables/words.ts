/** Sets of addresses, services and minutes in the words of iptables(8): one entry of a list for each line that is needed, any of which may match. */
import { type Family, familyLine, inFamily, printAddress, printCidrs } from '../../addresses.ts';
import { type IntervalSet, isEqual, isSubset } from '../../intervals.ts';
import { anyService, hasPorts, isIcmp, maxPort, protocolNumbers, type Service, servicesOf } from '../../service-selector.ts';
import { minutesOfWeek } from '../../time-window.ts';

/** Matches that end with a blank, or nothing where everything matches. */
export type Alternatives = readonly string[];

export function addressWords(set: IntervalSet, side: 'source' | 'destination', family: Family): Alternatives {
  const own = inFamily(set, family);
  if (isEqual(own, [familyLine[family]])) return [''];
  const [flag, range] = side === 'source' ? ['-s', '--src-range'] : ['-d', '--dst-range'];
  return own.map((interval) => {
    const [cidr, ...more] = printCidrs([interval]);
    if (cidr !== undefined && more.length === 0) return `${flag} ${cidr} `;
    return `-m iprange ${range} ${printAddress(interval.low)}-${printAddress(interval.high)} `;
  });
}

/** At most this many places in `-m multiport`; a range takes two (iptables-extensions(8), "multiport"). */
const mostPorts = 15;

export function serviceWords(service: IntervalSet, sourcePort: IntervalSet, family: Family): Alternatives {
  const sources = isSubset(allPorts, sourcePort) ? undefined : sourcePort.filter(({ low }) => low <= maxPort);
  if (sources === undefined && isSubset(anyService, service)) return [''];
  const asked = servicesOf(service).filter(({ protocol }) => (sources === undefined || hasPorts(protocol)) && protocol !== foreign[family]);
  const protocols = [...new Set(asked.map(({ protocol }) => protocol))];
  return protocols.flatMap((protocol) =>
    protocolWords(
      asked.filter((each) => each.protocol === protocol),
      sources,
      family,
    ),
  );
}

const allPorts: IntervalSet = [{ low: 0n, high: BigInt(maxPort) }];

const foreign: Readonly<Record<Family, number>> = { 4: protocolNumbers.icmpv6, 6: protocolNumbers.icmp };

/** `-p 0` is every protocol: the number zero is looked for in the header itself, in octet 9 of IPv4 and octet 6 of IPv6. */
const zeroWord: Readonly<Record<Family, string>> = { 4: '-m u32 --u32 6&0xFF=0x0 ', 6: '-m u32 --u32 3&0xFF=0x0 ' };

function protocolWords(services: readonly Service[], sources: IntervalSet | undefined, family: Family): Alternatives {
  const protocol = services[0]?.protocol ?? 0;
  const word = protocol === 0 ? zeroWord[family] : `-p ${printed.get(protocol) ?? protocol} `;
  if (isIcmp(protocol)) return services.flatMap(icmpWords).map((message) => `${word}${message}`);
  if (!hasPorts(protocol)) return [word];
  const isWhole = services.length === 1 && services[0]?.low === 0 && services[0].high === maxPort;
  const to = isWhole ? [''] : portWords('--dport', services, protocol);
  const from =
    sources === undefined
      ? ['']
      : portWords(
          '--sport',
          sources.map(({ low, high }) => ({ low: Number(low), high: Number(high) })),
          protocol,
        );
  return from.flatMap((source) => to.map((destination) => `${word}${source}${destination}`));
}

/** Names that every version of iptables knows by itself. */
const printed: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'ipv6-icmp'],
]);

function portWords(
  flag: '--dport' | '--sport',
  ranges: readonly { readonly low: number; readonly high: number }[],
  protocol: number,
): Alternatives {
  const words = ranges.map(({ low, high }) => (low === high ? String(low) : `${low}:${high}`));
  // Of SCTP, DCCP and UDP-Lite every version reads the ports by `multiport`.
  if (words.length === 1 && (protocol === protocolNumbers.tcp || protocol === protocolNumbers.udp)) return [`${flag} ${words[0]} `];
  const lists: string[][] = [];
  for (const word of words) {
    const last = lists.at(-1);
    if (last !== undefined && places([...last, word]) <= mostPorts) last.push(word);
    else lists.push([word]);
  }
  return lists.map((list) => `-m multiport ${flag}s ${list.join(',')} `);
}

function places(words: readonly string[]): number {
  return words.reduce((count, word) => count + (word.includes(':') ? 2 : 1), 0);
}

const codes = 256;

/** Whole types where the run holds them, single codes at its ends; the whole protocol needs no word. */
function icmpWords({ protocol, low, high }: Service): Alternatives {
  if (low === 0 && high === codes * codes - 1) return [''];
  const flag = protocol === protocolNumbers.icmp ? '--icmp-type' : '--icmpv6-type';
  const words: string[] = [];
  for (let at = low; at <= high;) {
    const isType = at % codes === 0 && at + codes - 1 <= high;
    words.push(`${flag} ${Math.floor(at / codes)}${isType ? '' : `/${at % codes}`} `);
    at += isType ? codes : 1;
  }
  return words;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const minutesOfDay = minutesOfWeek / 7;

/** In UTC, in which `-m time` counts. Days with the same span are one. */
export function timeWords(minutes: IntervalSet): Alternatives {
  const spans = new Map<string, number[]>();
  for (const { low, high } of minutes) {
    const last = Math.min(Number(high), minutesOfWeek - 1);
    for (let from = Number(low); from <= last;) {
      const day = Math.floor(from / minutesOfDay);
      const to = Math.min(last, (day + 1) * minutesOfDay - 1);
      const span = `--timestart ${clock(from % minutesOfDay)}:00 --timestop ${clock(to % minutesOfDay)}:59 `;
      spans.set(span, [...(spans.get(span) ?? []), day]);
      from = to + 1;
    }
  }
  return [...spans].map(([span, held]) => `-m time ${span}--weekdays ${held.map((day) => days[day]).join(',')} `);
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
