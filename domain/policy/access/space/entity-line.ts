/**
 * The line of principals, actions or resources: entities that the same selectors hold are one integer. Known entities are where the
 * inventory puts them; an unknown one is in no group, so that its type and id alone decide.
 */
import { type IntervalSet, intervalSet } from '../../intervals.ts';
import { anyCharacter, literal, literalTokens, many, patternOf as stringPattern } from '../../strings/pattern.ts';
import { stringClasses } from '../../strings/classes.ts';
import { selectorKey } from './atom-key.ts';
import { type EntityKey, type EntityUid, keyOf, uidOfKey } from '../entity.ts';
import type { EntityStore } from '../entity-store.ts';
import { type Glob, globOf } from '../glob.ts';
import type { Selector } from '../selector.ts';
import { entityValue, type EntityValue } from '../value.ts';

export type EntityLine = {
  readonly whole: IntervalSet;
  readonly holds: (selectors: readonly Selector[]) => IntervalSet;
  /** `undefined` for an entity whose memberships are none that the inventory knows. */
  readonly pointOf: (entity: EntityValue, store: EntityStore) => number | undefined;
  readonly samples: readonly EntityUid[];
};

type Index = {
  readonly any: readonly number[];
  readonly byType: ReadonlyMap<string, readonly number[]>;
  readonly within: ReadonlyMap<EntityKey, readonly number[]>;
  readonly exactly: ReadonlyMap<EntityKey, readonly number[]>;
  readonly patterns: ReadonlyMap<string, readonly { readonly number: number; readonly matches: Glob }[]>;
};

/** Throws `input-too-large` for patterns that cut ids into too many classes. */
export function entityLine(selectors: readonly Selector[], store: EntityStore, prefer: Preference): EntityLine {
  const distinct = [...new Map(selectors.map((selector) => [selectorKey(selector), selector]))];
  const index = indexOf(distinct.map(([, selector]) => selector));
  const numbers = new Map<string, number>();
  const samples: EntityUid[] = [];
  const add = (uid: EntityUid) => {
    const signature = signatureOf(entityValue(uid), store, index);
    if (numbers.has(signature)) return;
    numbers.set(signature, samples.length);
    samples.push(uid);
  };
  for (const uid of inOrder(knownAndNamed(distinct, store), prefer)) add(uid);
  const others = strangers(distinct, store);
  for (const uid of prefer === 'actions' ? [...others.filter(isAction), { type: 'Action', id: 'something-else' }] : others) add(uid);
  return { samples, ...lineOf({ distinct, numbers, index, count: samples.length }) };
}

type Made = {
  readonly distinct: readonly (readonly [string, Selector])[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly index: Index;
  readonly count: number;
};

function lineOf({ distinct, numbers, index, count }: Made): Omit<EntityLine, 'samples'> {
  const members = distinct.map((): number[] => []);
  for (const [signature, number] of numbers)
    for (const each of signature === '' ? [] : signature.split(' ')) members[Number(each)]?.push(number);
  const sets = new Map(distinct.map(([key], at) => [key, members[at] ?? []]));
  const known = new Map<string, IntervalSet>();
  const holds = (asked: readonly Selector[]): IntervalSet => {
    const key = asked.map(selectorKey).join(' ');
    const held = known.get(key) ?? pointSet(asked.flatMap((selector) => sets.get(selectorKey(selector)) ?? []));
    known.set(key, held);
    return held;
  };
  return {
    whole: [{ low: 0n, high: BigInt(count - 1) }],
    holds,
    pointOf: (entity, store) => numbers.get(signatureOf(entity, store, index)),
  };
}

export type Preference = 'first' | 'last' | 'actions';

/** Whom a person would expect to see as a sample comes first. Nothing but an action is ever done. */
function inOrder(uids: readonly EntityUid[], prefer: Preference): readonly EntityUid[] {
  if (prefer === 'actions') return uids.filter(isAction);
  const list = prefer === 'last' ? uids.toReversed() : uids;
  return list.toSorted((a, b) => Number(isAction(a)) - Number(isAction(b)));
}

function isAction({ type }: EntityUid): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

function pointSet(numbers: readonly number[]): IntervalSet {
  return intervalSet(numbers.map((number) => ({ low: BigInt(number), high: BigInt(number) })));
}

function indexOf(selectors: readonly Selector[]): Index {
  const [byType, within, exactly] = [new Map<string, number[]>(), new Map<string, number[]>(), new Map<string, number[]>()];
  const patterns = new Map<string, { number: number; matches: Glob }[]>();
  const any: number[] = [];
  const push = <T>(map: Map<string, T[]>, key: string, item: T) => void map.set(key, [...(map.get(key) ?? []), item]);
  selectors.forEach((selector, number) => {
    if (selector.kind === 'any') any.push(number);
    else if (selector.kind === 'type') push(byType, selector.type, number);
    else if (selector.kind === 'pattern') push(patterns, selector.type, { number, matches: globOf(selector.pattern) });
    else push(selector.kind === 'within' ? within : exactly, keyOf(selector.uid), number);
  });
  return { any, byType, within, exactly, patterns };
}

/** The numbers of the selectors that hold an entity, ascending. */
function signatureOf(entity: EntityValue, store: EntityStore, index: Index): string {
  const found = [
    ...index.any,
    ...(index.byType.get(entity.type) ?? []),
    ...(index.exactly.get(entity.key) ?? []),
    ...(index.within.get(entity.key) ?? []),
  ];
  for (const ancestor of store.get(entity.key)?.ancestors ?? [])
    if (ancestor !== entity.key) found.push(...(index.within.get(ancestor) ?? []));
  for (const { number, matches } of index.patterns.get(entity.type) ?? []) if (matches(entity.id)) found.push(number);
  return found.sort((a, b) => a - b).join(' ');
}

function knownAndNamed(selectors: readonly (readonly [string, Selector])[], store: EntityStore): readonly EntityUid[] {
  const named = selectors.flatMap(([, selector]) => ('uid' in selector ? [selector.uid] : []));
  return [...[...store.keys()].map(uidOfKey), ...named];
}

/** One unknown entity of each kind that selectors can tell apart. */
function strangers(selectors: readonly (readonly [string, Selector])[], store: EntityStore): readonly EntityUid[] {
  const types = new Set(selectors.flatMap(([, selector]) => (selector.kind === 'any' ? [] : [typeOf(selector)])));
  const taken = new Map<string, Set<string>>();
  for (const { type, id } of knownAndNamed(selectors, store)) taken.set(type, (taken.get(type) ?? new Set()).add(id));
  const stranger = 'stranger';
  let other = 'thing';
  while (types.has(other)) other = `other_${other}`;
  return [...[...types].flatMap((type) => strangersOf(type, selectors, [...(taken.get(type) ?? [])])), { type: other, id: stranger }];
}

function typeOf(selector: Exclude<Selector, { readonly kind: 'any' }>): string {
  return 'uid' in selector ? selector.uid.type : selector.type;
}

function strangersOf(type: string, selectors: readonly (readonly [string, Selector])[], taken: readonly string[]): readonly EntityUid[] {
  const patterns = selectors.flatMap(([, selector]) =>
    selector.kind === 'pattern' && selector.type === type
      ? [stringPattern(selector.pattern.flatMap((part) => (typeof part === 'string' ? literalTokens(part) : [many(anyCharacter)])))]
      : [],
  );
  if (patterns.length === 0) return [{ type, id: freshId(taken) }];
  const known = new Set(taken);
  const { samples } = stringClasses([...patterns, ...taken.map((id) => literal(id))]);
  return samples.filter((id) => !known.has(id)).map((id) => ({ type, id }));
}

function freshId(taken: readonly string[]): string {
  let id = 'stranger';
  while (taken.includes(id)) id = `${id}-`;
  return id;
}
