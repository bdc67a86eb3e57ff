/**
 * The blast radius of an asset by policy: what somebody who holds it could go on to, hop by hop, and who could come to it; before and
 * after a change. One asset reaches another where any request from one to the other is let pass: by an allow, or, unless told
 * otherwise, because no policy speaks of it.
 */
import type { Asset, Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { families, type Family, familyOf, parseAddress } from '../addresses.ts';
import { childOf, type NodeId, type Roots, type Store } from '../diagram.ts';
import { element } from '../element.ts';
import type { Policy } from '../model.ts';
import { nearest } from '../nearest.ts';
import { classAt } from '../space.ts';
import { policySide, together } from './side.ts';

export type ReachedAsset = { readonly asset: string; readonly hops: number; readonly criticality: Asset['criticality'] };

export type Radius = {
  readonly reaches: readonly ReachedAsset[];
  readonly reachedFrom: readonly ReachedAsset[];
  /** Of those that it reaches. */
  readonly critical: number;
};

export type RadiusChange = {
  readonly asset: string;
  readonly before: Radius;
  readonly after: Radius;
  /** Names that it reaches after and not before, and the other way round. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
};

export type ReachOptions = {
  /** What becomes of requests that no policy speaks of. */
  readonly unspoken?: 'passes' | 'blocked' | undefined;
};

/** Throws `not-found` for an asset that the inventory does not know. */
export function blastRadius(
  asset: string,
  [before, after]: readonly [readonly Policy[], readonly Policy[]],
  inventory: Inventory,
  { unspoken = 'passes' }: ReachOptions = {},
): RadiusChange {
  const start = inventory.assets.findIndex(({ name }) => name === asset);
  if (start < 0) throw unknown(asset, inventory);
  const sides = together([policySide('before', before, inventory), policySide('after', after, inventory)]);
  const [then, now] = sides.roots.map((roots) => radiusOf(start, edgesOf(sides.store, roots, { inventory, unspoken }), inventory));
  if (then === undefined || now === undefined) throw new EdictError('defect', 'two sides have two radii');
  const names = ({ reaches }: Radius) => reaches.map((one) => one.asset);
  const without = (list: readonly string[], others: ReadonlySet<string>) => list.filter((name) => !others.has(name));
  return {
    asset,
    before: then,
    after: now,
    gained: without(names(now), new Set(names(then))),
    lost: without(names(then), new Set(names(now))),
  };
}

function unknown(asset: string, { assets }: Inventory): EdictError {
  const close = nearest(
    asset,
    assets.map(({ name }) => name),
  );
  const help = close.length === 0 ? {} : { help: `did you mean ${close.map((name) => `\`${name}\``).join(' or ')}?` };
  return new EdictError('not-found', `the inventory knows no asset \`${asset}\``, help);
}

/** Whether the first asset may send anything to the second, by their numbers. */
type Edges = (from: number, to: number) => boolean;

type Reach = { readonly inventory: Inventory; readonly unspoken: 'passes' | 'blocked' };

type Place = { readonly family: Family; readonly source: number; readonly destination: number };

function edgesOf(
  store: Store<'destination' | 'source' | 'service' | 'sourcePort' | 'flow' | 'minute'>,
  roots: Roots,
  { inventory, unspoken }: Reach,
): Edges {
  const places = inventory.assets.map(({ addresses }) => addresses.flatMap((address) => placeOf(address)));
  const open = openBelow(store, unspoken);
  const known = new Map<string, boolean>();
  return (from, to) =>
    element(places, from).some((sender) =>
      element(places, to).some((receiver) => sender.family === receiver.family && isOpen(sender, receiver)),
    );

  function placeOf(address: string): readonly Place[] {
    const value = parseAddress(address);
    if (value === undefined) return [];
    return [
      {
        family: familyOf(value),
        source: classAt(store.space.line.source, value),
        destination: classAt(store.space.line.destination, value),
      },
    ];
  }

  function isOpen({ family, source }: Place, { destination }: Place): boolean {
    const key = `${family} ${source} ${destination}`;
    const held = known.get(key) ?? look(element(roots, families.indexOf(family)), source, destination);
    known.set(key, held);
    return held;
  }

  function look(root: NodeId, source: number, destination: number): boolean {
    let id = root;
    for (let node = store.nodes[id]; node !== undefined && node.level < 2; node = store.nodes[id])
      id = childOf(node, node.level === 0 ? destination : source);
    return open(id);
  }
}

/** Whether anything below a node is let pass. */
function openBelow({ nodes, terminals }: Pick<Store, 'nodes' | 'terminals'>, unspoken: Reach['unspoken']): (id: NodeId) => boolean {
  const known = new Map<NodeId, boolean>();
  const open = (id: NodeId): boolean => {
    const held = known.get(id);
    if (held !== undefined) return held;
    const node = nodes[id];
    const said = terminals[id];
    const found = node === undefined ? said === 'allow' || (said === 'not-applicable' && unspoken === 'passes') : node.children.some(open);
    known.set(id, found);
    return found;
  };
  return open;
}

function radiusOf(start: number, edges: Edges, { assets }: Inventory): Radius {
  const told = (hops: ReadonlyMap<number, number>): readonly ReachedAsset[] =>
    [...hops]
      .filter(([asset]) => asset !== start)
      .map(([asset, distance]) => ({ asset: element(assets, asset).name, hops: distance, criticality: element(assets, asset).criticality }))
      .toSorted((a, b) => a.hops - b.hops || (a.asset < b.asset ? -1 : 1));
  const reaches = told(spread(start, assets.length, edges));
  const reachedFrom = told(spread(start, assets.length, (from, to) => edges(to, from)));
  return { reaches, reachedFrom, critical: reaches.filter(({ criticality }) => criticality === 'critical').length };
}

/** Breadth first: the hops to each asset that is reached. */
function spread(start: number, count: number, edges: Edges): ReadonlyMap<number, number> {
  const hops = new Map([[start, 0]]);
  const left = new Set(Array.from({ length: count }, (_, asset) => asset).filter((asset) => asset !== start));
  const queue = [start];
  for (let from = queue.shift(); from !== undefined && left.size > 0; from = queue.shift()) {
    for (const to of left) {
      if (!edges(from, to)) continue;
      hops.set(to, (hops.get(from) ?? 0) + 1);
      left.delete(to);
      queue.push(to);
    }
  }
  return hops;
}
