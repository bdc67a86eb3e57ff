/**
 * How much access rules grant, counted: who may do what on what in some circumstances, of whom and what the directory knows and the rules
 * name. People and things are counted one by one, and not the groups and folders that they are in; names that a pattern stands for, and
 * those of a kind that nobody knows, count as one. What conditions ask is taken to be so where it can be: the count is a bound from above.
 */
import { printUid } from '../../access/entity.ts';
import type { EntityStore } from '../../access/entity-store.ts';
import type { Selector } from '../../access/selector.ts';
import { selects } from '../../access/selector.ts';
import type { SlotName } from '../../access/space/atom.ts';
import { type Lines, slotNames } from '../../access/space/lines.ts';
import { type EntityKey, type EntityUid, keyOf, uidOfKey } from '../../access/entity.ts';
import { entityValue } from '../../access/value.ts';
import type { NodeId } from '../../diagram.ts';
import { element } from '../../element.ts';
import { classAt } from '../../space.ts';
import type { Decisive, RuleSet } from '../decisive.ts';

/** Plain JSON. */
export type GrantSize = {
  readonly grants: number;
  /** Of as many that there could be. */
  readonly of: number;
  /** Somebody whom the directory does not know, and no rule names, is granted something. */
  readonly anybody: boolean;
};

export type Counted = {
  readonly set: RuleSet;
  readonly found: Decisive;
  readonly lines: Lines;
  readonly store: EntityStore;
  /** By slot, all that rules select. */
  readonly selectors: Readonly<Record<SlotName, readonly Selector[]>>;
};

export function grantSize(counted: Counted): GrantSize {
  const { set, found } = counted;
  const weights = slotNames.map((slot, level) => weightsOf(counted, slot, level));
  const total = (level: number) => element(weights, level).byClass.reduce((sum, weight) => sum + weight, 0);
  const isGranted = (terminal: NodeId): boolean => {
    const rule = found.deciding.get(terminal)?.rules[0];
    return rule !== undefined && element(set.rules, rule).effect === 'allow';
  };
  const tally = tallyOf(
    found,
    weights.map(({ byClass }) => byClass),
    isGranted,
  );
  const stranger = element(weights, slotNames.indexOf('principal')).stranger;
  const root = element(found.roots, 0);
  return {
    grants: tally.count(root),
    of: slotNames.reduce((product, _slot, level) => product * total(level), 1),
    anybody: stranger !== undefined && tally.reaches(root, stranger),
  };
}

type Weights = {
  /** How many are of each class of the line. */
  readonly byClass: readonly number[];
  /** The class of what is of no type that rules name. */
  readonly stranger: number | undefined;
};

function weightsOf({ found, lines, store, selectors }: Counted, slot: SlotName, level: number): Weights {
  const line = element(found.store.space.lines, level);
  const { pointOf, samples } = lines.slots[slot];
  const classOf = (point: number): number => classAt(line, BigInt(point));
  const byClass = line.sample.map(() => 0);
  const parents = parentsIn(store);
  const leaves = [...store.keys()]
    .filter((key) => !parents.has(key))
    .map(uidOfKey)
    .filter((uid) => isAction(uid) === (slot === 'action'));
  const types = typesOf(selectors[slot], { leaves, parents, store });
  const counted = new Set<string>();
  const count = (uid: EntityUid, point: number | undefined): void => {
    if (point === undefined || counted.has(printUid(uid))) return;
    counted.add(printUid(uid));
    const number = classOf(point);
    byClass[number] = element(byClass, number) + 1;
  };
  const isCounted = ({ type }: EntityUid): boolean => types.size === 0 || types.has(type);
  for (const uid of leaves.filter(isCounted)) count(uid, pointOf(entityValue(uid), store));
  // One of each further kind that selectors tell apart; a group that nobody is in is one too.
  const held = new Set(byClass.flatMap((weight, number) => (weight > 0 ? [number] : [])));
  samples.forEach((uid, point) => {
    if (!held.has(classOf(point)) && (slot === 'action' || types.has(uid.type)) && !parents.has(keyOf(uid))) count(uid, point);
  });
  const stranger = pointOf(entityValue({ type: unknownType(types, store), id: 'anybody' }), store);
  return { byClass, stranger: stranger === undefined ? undefined : classOf(stranger) };
}

/** Of which nobody is known, and nothing is said. */
function unknownType(types: ReadonlySet<string>, store: EntityStore): string {
  const known = new Set([...types, ...[...store.keys()].map((key) => uidOfKey(key).type)]);
  let type = 'somebody';
  while (known.has(type)) type = `other_${type}`;
  return type;
}

/** What something known is in: groups and folders, whether anything else is known of them or not. */
function parentsIn(store: EntityStore): ReadonlySet<EntityKey> {
  return new Set([...store.keys()].flatMap((key) => (store.raw(key)?.parents ?? []).map(keyOf)));
}

type Known = { readonly leaves: readonly EntityUid[]; readonly parents: ReadonlySet<EntityKey>; readonly store: EntityStore };

/** Of what rules name; none where they say `any` alone. */
function typesOf(selectors: readonly Selector[], { leaves, parents, store }: Known): ReadonlySet<string> {
  const types = new Set<string>();
  for (const selector of selectors) {
    if (selector.kind === 'any') continue;
    if (selector.kind === 'type' || selector.kind === 'pattern') types.add(selector.type);
    else if (!parents.has(keyOf(selector.uid))) types.add(selector.uid.type);
    const holds = selects(selector);
    for (const uid of leaves) if (!types.has(uid.type) && holds(entityValue(uid), store)) types.add(uid.type);
  }
  return types;
}

function isAction({ type }: EntityUid): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

type Tally = {
  readonly count: (root: NodeId) => number;
  /** Something is granted below where the principal is of this class. */
  readonly reaches: (root: NodeId, principal: number) => boolean;
};

/** Over the levels of the slots grants are counted; below, one that can be reached is enough. */
function tallyOf({ store }: Decisive, weights: readonly (readonly number[])[], isGranted: (terminal: NodeId) => boolean): Tally {
  const counts = new Map<NodeId, number>();
  const levels = weights.length;
  const totals = weights.map((list) => list.reduce((sum, weight) => sum + weight, 0));
  const levelOf = (id: NodeId): number => Math.min(levels, store.nodes[id]?.level ?? levels);
  const between = (from: number, to: number): number => totals.slice(from, to).reduce((product, total) => product * total, 1);
  const reachable = new Map<NodeId, boolean>();
  const reaches = (id: NodeId): boolean => {
    const node = store.nodes[id];
    if (node === undefined) return isGranted(id);
    const held = reachable.get(id) ?? [...node.children].some(reaches);
    reachable.set(id, held);
    return held;
  };
  const below = (id: NodeId): number => {
    const node = store.nodes[id];
    if (node === undefined || node.level >= levels) return reaches(id) ? 1 : 0;
    const held = counts.get(id);
    if (held !== undefined) return held;
    let sum = 0;
    node.children.forEach((child, at) => {
      const [start, end] = [element(node.starts, at), node.starts[at + 1] ?? node.end];
      const own = element(weights, node.level)
        .slice(start, end)
        .reduce((total, weight) => total + weight, 0);
      if (own > 0) sum += own * between(node.level + 1, levelOf(child)) * below(child);
    });
    counts.set(id, sum);
    return sum;
  };
  const principal = slotNames.indexOf('principal');
  const reachesAt = (id: NodeId, number: number): boolean => {
    const node = store.nodes[id];
    if (node === undefined || node.level > principal) return reaches(id);
    return [...node.children].some((child, at) => {
      const isOn = node.level < principal || (element(node.starts, at) <= number && number < (node.starts[at + 1] ?? node.end));
      return isOn && reachesAt(child, number);
    });
  };
  return { count: (root) => between(0, levelOf(root)) * below(root), reaches: reachesAt };
}
