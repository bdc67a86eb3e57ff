/** Services in the words of the Rego data. */
import { EdictError } from '../../../errors.ts';
import { type IntervalSet, subtract, union } from '../../intervals.ts';
import { anyService, parseService, protocolSet, serviceSet } from '../../service-selector.ts';

export const protocols = ['tcp', 'udp', 'icmp', 'other'] as const;

export type Protocol = (typeof protocols)[number];

export type Service = { readonly protocol: Protocol | 'any'; readonly low: number; readonly high: number };

export function isProtocol(text: unknown): text is Protocol {
  return typeof text === 'string' && protocols.some((each) => each === text);
}

export function hasPorts(protocol: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'udp';
}

export function regoService(text: string): Service {
  if (text === 'any') return { protocol: 'any', low: 0, high: 65_535 };
  if (text === 'icmp') return { protocol: 'icmp', low: 0, high: 0 };
  const [service, ...more] = parseService(text);
  if (typeof service !== 'object' || more.length > 0 || (service.protocol !== 6 && service.protocol !== 17))
    throw new EdictError('policy-invalid', `\`${text}\` cannot be said in Rego's data`, {});
  return { protocol: service.protocol === 6 ? 'tcp' : 'udp', low: service.low, high: service.high };
}

/** As the policy takes it: whatever is neither TCP, UDP nor ICMP is one protocol. */
export function readService({ protocol, low, high }: Service): IntervalSet {
  if (protocol === 'any') return anyService;
  if (protocol === 'icmp') return protocolSet('icmp');
  if (protocol === 'other') return subtract(anyService, union(protocolSet('icmp'), protocolSet(6), protocolSet(17)));
  return serviceSet({ protocol, low, high });
}
