/** Services and source ports in nft's words (nft(8), "payload expressions", "meta expressions"). */
import { element } from '../../element.ts';
import { type IntervalSet, intervalSet } from '../../intervals.ts';
import { parsePorts } from '../../request/flow.ts';
import { hasPorts, isIcmp, lastDetail, parseService, portServices, type Service, servicesOf } from '../../service-selector.ts';

/** Ends with a blank, unless it is empty. `family`: messages of the other family are never such. */
export type ServiceLine = { readonly text: string; readonly family?: 4 | 6 | undefined };

const words: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'ipv6-icmp'],
  [132, 'sctp'],
  [136, 'udplite'],
]);

export function printServices(text: string, sourcePorts: string | undefined): readonly ServiceLine[] {
  const parsed = parseService(text);
  if (parsed === 'any' && sourcePorts === undefined) return [{ text: '' }];
  const services = parsed === 'any' ? servicesOf(portServices) : parsed;
  const ports = sourcePorts === undefined ? undefined : printPorts(parsePorts(sourcePorts));
  const asked = (ports === undefined ? services : services.filter(({ protocol }) => hasPorts(protocol))).toSorted(
    (a, b) => a.protocol - b.protocol || a.low - b.low,
  );
  const whole = [...new Set(asked.filter(isWhole).map(({ protocol }) => protocol))];
  const parts = [
    ...new Set(asked.filter((service) => !isWhole(service) && !whole.includes(service.protocol)).map(({ protocol }) => protocol)),
  ];
  return [
    ...(whole.length === 0 ? [] : [{ text: printWhole(whole, ports) }]),
    ...parts.flatMap((protocol) =>
      printPart(
        asked.filter((service) => service.protocol === protocol),
        ports,
      ),
    ),
  ];
}

function isWhole({ protocol, low, high }: Service): boolean {
  return low === 0 && high === lastDetail(protocol);
}

function printWhole(protocols: readonly number[], sourcePorts: string | undefined): string {
  const names = protocols.map((protocol) => words.get(protocol) ?? String(protocol));
  if (sourcePorts !== undefined && names.length === 1) return `${element(names, 0)} sport ${sourcePorts} `;
  const list = names.length === 1 ? element(names, 0) : `{ ${names.join(', ')} }`;
  return `meta l4proto ${list} ${sourcePorts === undefined ? '' : `th sport ${sourcePorts} `}`;
}

function printPart(services: readonly Service[], sourcePorts: string | undefined): readonly ServiceLine[] {
  const { protocol } = element(services, 0);
  if (isIcmp(protocol)) return services.map(printIcmp);
  const word = words.get(protocol) ?? '';
  const ports = printPorts(intervalSet(services.map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) }))));
  return [{ text: `${sourcePorts === undefined ? '' : `${word} sport ${sourcePorts} `}${word} dport ${ports} ` }];
}

/** As it is written in the rule: one type, or one type and code. */
function printIcmp({ protocol, low, high }: Service): ServiceLine {
  const [word, family] = protocol === 1 ? (['icmp', 4] as const) : (['icmpv6', 6] as const);
  const code = low === high ? `${word} code ${low % 256} ` : '';
  return { text: `${word} type ${Math.floor(low / 256)} ${code}`, family };
}

function printPorts(set: IntervalSet): string {
  const ranges = set.map(({ low, high }) => (low === high ? String(low) : `${low}-${high}`));
  return ranges.length === 1 ? element(ranges, 0) : `{ ${ranges.join(', ')} }`;
}
