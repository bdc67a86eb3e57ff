/** Requests for people, and requests from places in the request space. */
import type { Asset, Inventory } from '../context/inventory.ts';
import { families, type Family, familyLine, familyOf, parseAddress, printAddress } from './addresses.ts';
import type { Field } from './boxes.ts';
import { fields } from './boxes.ts';
import type { Path } from './compare.ts';
import { element } from './element.ts';
import { printAccessRequest, printAiRequest } from './access/request-text.ts';
import type { NetworkRequest, Request } from './model.ts';
import { classAt, type Line, type Space } from './space.ts';
import { flowAt, flowPoint, noSourcePort } from './request/flow.ts';
import { flowWords, serviceWords } from './request/point.ts';
import { hasPorts, isProtocolName, protocolNumbers, serviceAt, servicePoint } from './service-selector.ts';
import { instantAt } from './time-window.ts';

/** Addresses that stand for "somebody outside": the documentation blocks of RFC 5737 and RFC 3849. */
export const strangerAddresses = addressesIn(['198.51.100.7', '203.0.113.9', '2001:db8:ffff::7', '2001:db8:ffff::9']);

function addressesIn(texts: readonly string[]): readonly bigint[] {
  return texts.map(parseAddress).filter((value) => value !== undefined);
}

export function printRequest(request: Request, inventory: Inventory): string {
  switch (request.kind) {
    case 'network':
      return printNetworkRequest(request, inventory);
    case 'access':
      return printAccessRequest(request);
    case 'ai':
      return printAiRequest(request);
  }
}

/** `tcp/5433 from 10.1.0.10 (pay-1) to 10.2.0.5 (db-1)`; what is told beyond that stands where people say it. */
function printNetworkRequest(request: NetworkRequest, inventory: Inventory): string {
  const { from, to, sourcePort, direction, state, at } = request;
  const flow = [direction === undefined || direction === 'forward' ? '' : direction, state === undefined || state === 'new' ? '' : state];
  const said = [
    ...flow,
    printService(request),
    `from ${named(from, inventory.assets)}`,
    sourcePort === undefined ? '' : `port ${sourcePort}`,
    `to ${named(to, inventory.assets)}`,
    at === undefined ? '' : `at ${at}`,
  ];
  return said.filter((part) => part !== '').join(' ');
}

function printService({ protocol, port, icmpType, icmpCode }: NetworkRequest): string {
  if (icmpType !== undefined) return `${protocol}/${icmpType}/${icmpCode ?? 0}`;
  return isProtocolName(protocol) && hasPorts(protocolNumbers[protocol]) ? `${protocol}/${port}` : protocol;
}

function named(address: string, assets: readonly Asset[]): string {
  const name = namesOf(assets).get(address);
  return name === undefined ? address : `${address} (${name})`;
}

/** By address; of several assets with one, the first. Thousands of findings speak of the same assets. */
function namesOf(assets: readonly Asset[]): ReadonlyMap<string, string> {
  const held = namesByAssets.get(assets);
  if (held !== undefined) return held;
  const names = new Map(assets.toReversed().flatMap(({ name, addresses }) => addresses.map((address) => [address, name] as const)));
  namesByAssets.set(assets, names);
  return names;
}

const namesByAssets = new WeakMap<readonly Asset[], ReadonlyMap<string, string>>();

export type RequestMaker = (path: Path) => NetworkRequest;

/** Makes requests for paths, on addresses that the reader knows where there is a choice. */
export function requestMaker(space: Space<Field>, inventory: Inventory, timezone: string | undefined): RequestMaker {
  const known = knownAddresses(inventory);
  const familiar = { destination: new Map<number, bigint>(), source: new Map<number, bigint>() };
  for (const field of ['destination', 'source'] as const) {
    for (const value of known) {
      const number = classAt(lineOf(space, field), value);
      if (!familiar[field].has(number)) familiar[field].set(number, value);
    }
  }
  return (path) => {
    const valueOf = (field: Field): bigint | undefined => {
      const number = path.classes[fields.indexOf(field)];
      if (number === undefined) return undefined;
      return (
        (field === 'destination' || field === 'source' ? familiar[field].get(number) : undefined) ?? lineOf(space, field).sample[number]
      );
    };
    const family = element(families, path.part);
    const to = valueOf('destination') ?? stranger(known, family);
    const from = valueOf('source') ?? stranger(known, family);
    const minute = valueOf('minute') ?? 0n;
    return requestAt({
      from,
      to,
      service: valueOf('service') ?? https,
      sourcePort: valueOf('sourcePort'),
      flow: valueOf('flow'),
      minute: timezone === undefined ? undefined : { minute: Number(minute), timezone },
    });
  };
}

function lineOf({ lines }: Space<Field>, field: Field): Line {
  return element(lines, fields.indexOf(field));
}

function knownAddresses(inventory: Inventory): readonly bigint[] {
  return [...strangerAddresses, ...addressesIn(inventory.assets.flatMap(({ addresses }) => addresses))];
}

function stranger(known: readonly bigint[], family: Family): bigint {
  return known.find((value) => familyOf(value) === family) ?? familyLine[family].low;
}

const https = BigInt(servicePoint(protocolNumbers.tcp, 443));

const forwardNew = BigInt(flowPoint('forward', 'new'));

type Place = {
  readonly from: bigint;
  readonly to: bigint;
  readonly service: bigint;
  readonly sourcePort?: bigint | undefined;
  readonly flow?: bigint | undefined;
  readonly minute: { readonly minute: number; readonly timezone: string } | undefined;
};

export function requestAt({ from, to, service, sourcePort, flow, minute }: Place): NetworkRequest {
  const told = sourcePort !== undefined && sourcePort !== BigInt(noSourcePort) && hasPorts(serviceAt(service).protocol);
  const { direction, state } = flowAt(flow ?? forwardNew);
  return {
    kind: 'network',
    from: printAddress(from),
    to: printAddress(to),
    ...serviceWords(service),
    ...(told ? { sourcePort: Number(sourcePort) } : {}),
    ...flowWords(direction, state),
    ...(minute === undefined ? {} : { at: instantAt(minute.minute, minute.timezone) }),
  };
}
