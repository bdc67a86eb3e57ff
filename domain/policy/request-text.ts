/** Requests for people, and requests from places in the request space. */
import type { Asset, Inventory } from '../context/inventory.ts';
import { type Family, familyLine, familyOf, parseAddress, printAddress } from './addresses.ts';
import type { Field } from './boxes.ts';
import { fields } from './boxes.ts';
import type { Path } from './compare.ts';
import { element } from './element.ts';
import type { NetworkRequest } from './model.ts';
import { servicesOf } from './service-selector.ts';
import { classAt, type Space } from './space.ts';
import { instantAt } from './time-window.ts';

/** Addresses that stand for "somebody outside": the documentation blocks of RFC 5737 and RFC 3849. */
export const strangerAddresses = addressesIn(['198.51.100.7', '203.0.113.9', '2001:db8:ffff::7', '2001:db8:ffff::9']);

function addressesIn(texts: readonly string[]): readonly bigint[] {
  return texts.map(parseAddress).filter((value) => value !== undefined);
}

/** `tcp/5433 from 10.1.0.10 (pay-1) to 10.2.0.5 (db-1)`. */
export function printRequest(request: NetworkRequest, inventory: Inventory): string {
  const service = request.protocol === 'tcp' || request.protocol === 'udp' ? `${request.protocol}/${request.port}` : request.protocol;
  const at = request.at === undefined ? '' : ` at ${request.at}`;
  return `${service} from ${named(request.from, inventory.assets)} to ${named(request.to, inventory.assets)}${at}`;
}

function named(address: string, assets: readonly Asset[]): string {
  const asset = assets.find(({ addresses }) => addresses.includes(address));
  return asset === undefined ? address : `${address} (${asset.name})`;
}

export type RequestMaker = (path: Path) => NetworkRequest;

/** Makes requests for paths, on addresses that the reader knows where there is a choice. */
export function requestMaker(space: Space, inventory: Inventory, timezone: string | undefined): RequestMaker {
  const known = knownAddresses(inventory);
  const familiar = { destination: new Map<number, bigint>(), source: new Map<number, bigint>() };
  for (const field of ['destination', 'source'] as const) {
    for (const value of known) {
      const number = classAt(space[field], value);
      if (!familiar[field].has(number)) familiar[field].set(number, value);
    }
  }
  return (path) => {
    const valueOf = (field: Field): bigint | undefined => {
      const number = path.classes[fields.indexOf(field)];
      if (number === undefined) return undefined;
      return (field === 'destination' || field === 'source' ? familiar[field].get(number) : undefined) ?? space[field].sample[number];
    };
    const to = valueOf('destination') ?? stranger(known, path.family);
    const from = valueOf('source') ?? stranger(known, path.family);
    const minute = valueOf('minute') ?? 0n;
    return requestAt({
      from,
      to,
      service: valueOf('service') ?? 443n,
      minute: timezone === undefined ? undefined : { minute: Number(minute), timezone },
    });
  };
}

function knownAddresses(inventory: Inventory): readonly bigint[] {
  return [...strangerAddresses, ...addressesIn(inventory.assets.flatMap(({ addresses }) => addresses))];
}

function stranger(known: readonly bigint[], family: Family): bigint {
  return known.find((value) => familyOf(value) === family) ?? familyLine[family].low;
}

type Place = {
  readonly from: bigint;
  readonly to: bigint;
  readonly service: bigint;
  readonly minute: { readonly minute: number; readonly timezone: string } | undefined;
};

export function requestAt({ from, to, service, minute }: Place): NetworkRequest {
  const { protocol, low } = element(servicesOf([{ low: service, high: service }]), 0);
  const at = minute === undefined ? {} : { at: instantAt(minute.minute, minute.timezone) };
  return { kind: 'network', from: printAddress(from), to: printAddress(to), protocol, port: low, ...at };
}
