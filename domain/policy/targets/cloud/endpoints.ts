/**
 * Policies as rules of endpoints: of a host, an interface, a pod. Such rules know their own end by where they are attached, and of the
 * other end its addresses. Hosts that the inventory knows (its assets, and the CIDRs of its zones but `internet`; where it knows none,
 * those with private addresses) fall into classes to which the policies say the same; each class has regions of peers and services for
 * what arrives and for what leaves.
 *
 * A connection to a host of the inventory is decided where it arrives; one from it to any other host where it leaves. So every
 * connection is decided at one place. Between two hosts that the inventory does not know there is no such place.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { digestOfText } from '../../../digest.ts';
import { anyAddress, parseAddresses, printCidrs } from '../../addresses.ts';
import { type Box, everything } from '../../boxes.ts';
import { element } from '../../element.ts';
import { holds, intersect, type IntervalSet, subtract, union } from '../../intervals.ts';
import type { AddressSelector } from '../../model.ts';
import { resolver, selectorsOf } from '../../resolve.ts';
import { anyService } from '../../service-selector.ts';
import { spaceOf } from '../../space.ts';
import { printRanges } from './address-ranges.ts';
import type { Entry } from './entries.ts';
import { newConnections } from './sessions.ts';
import { ownField, peerField, type Way } from './ways.ts';

/** Of the given services: peers that the policies let, refuse, and say nothing of. Together they are all peers of that way. */
export type Region = {
  readonly service: IntervalSet;
  readonly allow: IntervalSet;
  readonly deny: IntervalSet;
  readonly unspoken: IntervalSet;
};

export type WayRules = {
  /** In an order that does not depend on that of rules; their services are all services. */
  readonly regions: readonly Region[];
  /** The rules that speak of it. */
  readonly rules: readonly string[];
  /** Whether any of them allows or claims: then the way is closed but for what is allowed. */
  readonly isClosed: boolean;
};

export type EndpointClass = {
  readonly own: IntervalSet;
  /** A zone, service, group or asset of exactly these addresses, or the first of their CIDRs. */
  readonly name: string;
  readonly arriving: WayRules;
  readonly leaving: WayRules;
};

export type Endpoints = { readonly inside: IntervalSet; readonly outside: IntervalSet; readonly classes: readonly EndpointClass[] };

/** `with-peers`: every set of peers is made up of whole classes too, as far as it lies inside. */
export function endpointsOf(entries: readonly Entry[], inventory: Inventory, cut: 'own' | 'with-peers' = 'own'): Endpoints {
  const inside = addressesInside(inventory);
  const outside = subtract(anyAddress, inside);
  const ways: Readonly<Record<Way, readonly Entry[]>> = {
    arriving: entries.filter(({ box }) => intersect(box.destination, inside).length > 0),
    leaving: entries.filter(({ box }) => intersect(box.source, inside).length > 0 && intersect(box.destination, outside).length > 0),
  };
  const peers = cut === 'own' ? [] : ways.arriving.map(({ box }) => box.source);
  const sets = [...ways.arriving.map(({ box }) => box.destination), ...ways.leaving.map(({ box }) => box.source), ...peers];
  const named = namesOf(inventory);
  const classes = partition(sets, inside).map((own): EndpointClass => ({
    own,
    name: named.get(printRanges(own).join(' ')) ?? addressName(own),
    arriving: wayRules(ways.arriving, own, { way: 'arriving', peers: anyAddress }),
    leaving: wayRules(ways.leaving, own, { way: 'leaving', peers: outside }),
  }));
  return { inside, outside, classes: classes.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

function addressesInside({ zones, assets }: Inventory): IntervalSet {
  const texts = [
    ...zones.filter(({ name }) => name !== 'internet').flatMap(({ cidrs }) => cidrs),
    ...assets.flatMap(({ addresses }) => addresses),
  ];
  return union(...(texts.length === 0 ? privateNetworks : texts).map(parseAddresses));
}

/** RFC 1918 and RFC 4193. */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

const plain = /^[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?$/;

/** By their sets. Names that every cloud takes as they are; the rest go by address. */
function namesOf(inventory: Inventory): ReadonlyMap<string, string> {
  const resolve = resolver(inventory);
  const names = new Map<string, string>();
  for (const selector of selectorsOf(inventory).toSorted()) {
    const at = selector.indexOf(':');
    const name = selector.slice(at + 1);
    if (selector === 'zone:internet' || !plain.test(name) || isEmptyName(inventory, selector)) continue;
    const key = printRanges(resolve(selector)).join(' ');
    if (!names.has(key)) names.set(key, `${selector.slice(0, at)}-${name}`);
  }
  return names;
}

/** A zone without CIDRs and assets is a name that nothing can be said of. */
function isEmptyName({ zones, assets }: Inventory, selector: AddressSelector): boolean {
  return zones.some(({ name, cidrs }) => selector === `zone:${name}` && cidrs.length === 0 && !assets.some(({ zone }) => zone === name));
}

function addressName(own: IntervalSet): string {
  const [first = ''] = printCidrs(own);
  return `net-${first.replaceAll(/[:/]/g, '-')}`;
}

/** The finest cut of a whole by sets: its parts lie within or without each set. */
export function partition(sets: readonly IntervalSet[], whole: IntervalSet): readonly IntervalSet[] {
  if (whole.length === 0) return [];
  const inner = [...new Set(sets)].map((set) => ({ line: intersect(set, whole) }));
  const { lines } = spaceOf([{ name: 'line' }], inner, { line: whole });
  const { starts, classOf } = element(lines, 0);
  const parts: { low: bigint; high: bigint }[][] = [];
  starts.forEach((low, atom) => {
    const number = element(classOf, atom);
    if (number < 0) return;
    (parts[number] ??= []).push({ low, high: element(starts, atom + 1) - 1n });
  });
  return parts.map((part) => union(part));
}

type Looking = { readonly way: Way; readonly peers: IntervalSet };

function wayRules(entries: readonly Entry[], own: IntervalSet, { way, peers }: Looking): WayRules {
  const sample = element(own, 0).low;
  const here = entries.filter(({ box }) => holds(box[ownField[way]], sample) && intersect(box[peerField[way]], peers).length > 0);
  const cuts = partition(
    here.map(({ box }) => box.service),
    anyService,
  );
  const regions = new Map<string, Region>();
  for (const service of cuts) {
    const point = element(service, 0).low;
    const region = decide(
      here.filter(({ box }) => holds(box.service, point)),
      { way, peers },
    );
    const key = JSON.stringify([region.allow, region.deny], (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
    const held = regions.get(key);
    regions.set(key, { ...region, service: held === undefined ? service : union(held.service, service) });
  }
  return {
    regions: [...regions.values()].toSorted((a, b) => (element(a.service, 0).low < element(b.service, 0).low ? -1 : 1)),
    rules: [...new Set(here.map(({ id }) => id))],
    isClosed: here.some(({ effect }) => effect !== 'deny'),
  };
}

/** Entries come in order of weight: each decides what none before it did. */
function decide(entries: readonly Entry[], { way, peers }: Looking): Omit<Region, 'service'> {
  let unspoken = peers;
  const found = { allow: [] as IntervalSet[], deny: [] as IntervalSet[] };
  for (const { box, decision } of entries) {
    const decided = intersect(unspoken, box[peerField[way]]);
    if (decided.length === 0) continue;
    found[decision].push(decided);
    unspoken = subtract(unspoken, decided);
  }
  return { allow: union(...found.allow), deny: union(...found.deny), unspoken };
}

/** Of connections that begin. */
export function boxAt(way: Way, own: IntervalSet, peers: IntervalSet, service: IntervalSet): Box {
  return { ...everything, [ownField[way]]: own, [peerField[way]]: peers, service, flow: newConnections };
}

/** The rules that speak of a class, for people: all of them, or as many as fit and a digest of them all. */
export function rulesOf({ arriving, leaving }: Pick<EndpointClass, Way>, mostCharacters: number): string {
  const text = [...new Set([...arriving.rules, ...leaving.rules])].toSorted().join(' ');
  if (text.length <= mostCharacters) return text;
  const digest = digestOfText(text).slice(0, 'sha256:'.length + 12);
  return `${text.slice(0, mostCharacters - digest.length - 1)} ${digest}`;
}
