/**
 * The index of a Rego artifact: from a network of the destination, protocol and port to the numbers of the rules that may speak of
 * it, so that a decision looks at dozens of rules and not at ten thousand. It only ever leaves out rules that cannot match.
 */
import { type Cidr, cidrsOf, families, type Family, inFamily, networkAround, printCidr } from '../../addresses.ts';
import type { IntervalSet } from '../../intervals.ts';
import { hasPorts, type Protocol, type Service } from './service.ts';

type ByPort = { readonly ports: { [port: string]: number[] }; readonly wide: number[] };

type Bucket = { any?: number[] } & { [protocol in Protocol]?: ByPort };

/** By network in canonical CIDR text, or `*` for rules of any destination. */
export type RuleIndex = { [network: string]: Bucket };

export type Indexed = { readonly to: IntervalSet; readonly service: Service };

/** Wider ranges of ports are not listed port by port. */
const widestListed = 256;

/** A rule with more networks than this is listed under larger ones. */
const mostNetworks = 32;

/** The prefix lengths that the policy asks for. */
const widths: Readonly<Record<Family, readonly number[]>> = { 4: [32, 24, 16, 8], 6: [128, 64, 48, 32] };

export function indexOf(rules: readonly Indexed[]): RuleIndex {
  const index: RuleIndex = {};
  const known = new Map<IntervalSet, readonly string[]>();
  rules.forEach(({ to, service }, number) => {
    const networks = known.get(to) ?? networksOf(to);
    known.set(to, networks);
    for (const network of networks) list((index[network] ??= {}), service, number);
  });
  return index;
}

function list(bucket: Bucket, { protocol, low, high }: Service, number: number): void {
  if (protocol === 'any') {
    (bucket.any ??= []).push(number);
    return;
  }
  const { ports, wide } = (bucket[protocol] ??= { ports: {}, wide: [] });
  if (!hasPorts(protocol)) (ports['0'] ??= []).push(number);
  else if (high - low >= widestListed) wide.push(number);
  else for (let port = low; port <= high; port += 1) (ports[port] ??= []).push(number);
}

/** The networks, of the smallest width that keeps them few, that hold the set together. */
function networksOf(set: IntervalSet): readonly string[] {
  const networks = families.flatMap((family) => {
    const part = inFamily(set, family);
    if (part.length === 0) return [];
    const cidrs = cidrsOf(part);
    const choices = widths[family].map((width) => networksOfWidth(cidrs, family, width));
    return choices.find((choice) => choice.length <= mostNetworks) ?? ['*'];
  });
  return networks.includes('*') ? ['*'] : networks;
}

function networksOfWidth(cidrs: readonly Cidr[], family: Family, width: number): readonly string[] {
  const found = new Set<string>();
  for (const { low, bits } of cidrs) {
    const asked = widths[family].find((each) => each <= Math.min(bits, width));
    if (asked === undefined) return ['*'];
    found.add(printCidr(networkAround(low, asked)));
  }
  return [...found];
}
