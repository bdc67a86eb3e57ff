/** The request space of access rules: who, what, on what, and a line for each attribute, list and opaque condition that rules ask for. */
import { element } from '../../element.ts';
import { type IntervalSet, intersect, subtract } from '../../intervals.ts';
import type { BoxOf } from '../../space.ts';
import { type Atom, type AttributePath, type Outcome, type PathTest, type SlotName } from './atom.ts';
import { lineKey } from './atom-key.ts';
import { attributeLine, type AttributeLine, type Presence } from './attribute-line.ts';
import { entityLine, type EntityLine } from './entity-line.ts';
import type { EntityStore } from '../entity-store.ts';
import { compileExpression, type Environment, type Evaluate, truthOf } from '../evaluate.ts';
import type { Step } from './paths.ts';
import { type Selector } from '../selector.ts';
import { type Value, valueKey } from '../value.ts';

/** A line beside those of entities: where a request lies on it, and which part an outcome is. */
export type TestLine = {
  readonly whole: IntervalSet;
  readonly sets: (atom: Atom) => Readonly<Record<Outcome, IntervalSet>>;
  readonly pointOf: (environment: Environment) => bigint | undefined;
  readonly about:
    | { readonly kind: 'attribute'; readonly line: AttributeLine }
    | { readonly kind: 'member'; readonly path: AttributePath; readonly value: Value | undefined }
    | { readonly kind: 'opaque'; readonly atom: Extract<Atom, { readonly on: 'opaque' }> };
};

export type Lines = {
  readonly slots: Readonly<Record<SlotName, EntityLine>>;
  readonly tests: ReadonlyMap<string, TestLine>;
  readonly names: readonly string[];
  readonly whole: BoxOf<string>;
};

export const slotNames: readonly SlotName[] = ['action', 'resource', 'principal'];

export type Asked = { readonly slots: Readonly<Record<SlotName, readonly Selector[]>>; readonly atoms: readonly Atom[] };

export function linesOf({ slots, atoms }: Asked, store: EntityStore): Lines {
  const inSlot = (slot: SlotName) => [
    ...slots[slot],
    ...atoms.flatMap((atom) => (atom.on === 'slot' && atom.slot === slot ? atom.selectors : [])),
  ];
  const entities = {
    action: entityLine(inSlot('action'), store, 'actions'),
    resource: entityLine(inSlot('resource'), store, 'last'),
    principal: entityLine(inSlot('principal'), store, 'first'),
  };
  const tests = testLines(atoms);
  const names = [...slotNames, ...tests.keys()];
  const whole = Object.fromEntries([
    ...slotNames.map((slot) => [slot, entities[slot].whole] as const),
    ...[...tests].map(([name, { whole: set }]) => [name, set] as const),
  ]);
  return { slots: entities, tests, names, whole };
}

function testLines(atoms: readonly Atom[]): ReadonlyMap<string, TestLine> {
  const byLine = new Map<string, Atom[]>();
  for (const atom of atoms) if (atom.on !== 'slot') byLine.set(lineKey(atom), [...(byLine.get(lineKey(atom)) ?? []), atom]);
  return new Map([...byLine].map(([key, list]) => [key, testLine(list)]));
}

function testLine(list: readonly Atom[]): TestLine {
  const first = element(list, 0);
  if (first.on === 'path') {
    const line = attributeLine(
      first.path,
      list.flatMap((atom): readonly PathTest[] => (atom.on === 'path' ? [atom.test] : [])),
    );
    return {
      whole: line.whole,
      sets: (atom) => (atom.on === 'path' ? line.sets(atom.test) : unknownAtom),
      pointOf: (environment) => line.pointOf(presenceOf(first.path, environment)),
      about: { kind: 'attribute', line },
    };
  }
  if (first.on === 'member') return threeWay(memberTest(first), { kind: 'member', path: first.path, value: first.value });
  if (first.on === 'opaque') return threeWay(opaqueTest(compileExpression(first.expression)), { kind: 'opaque', atom: first });
  return threeWay(() => 2, { kind: 'member', path: { root: 'context', names: [] }, value: undefined });
}

const unknownAtom: Readonly<Record<Outcome, IntervalSet>> = { true: [], false: [], error: [] };

const three: Readonly<Record<Outcome, IntervalSet>> = {
  false: [{ low: 0n, high: 0n }],
  true: [{ low: 1n, high: 1n }],
  error: [{ low: 2n, high: 2n }],
};

function threeWay(test: (environment: Environment) => 0 | 1 | 2, about: TestLine['about']): TestLine {
  return { whole: [{ low: 0n, high: 2n }], sets: () => three, pointOf: (environment) => BigInt(test(environment)), about };
}

function opaqueTest(evaluate: Evaluate): (environment: Environment) => 0 | 1 | 2 {
  return (environment) => {
    const truth = truthOf(evaluate(environment));
    return truth === 'true' ? 1 : truth === 'false' ? 0 : 2;
  };
}

function memberTest(atom: Extract<Atom, { readonly on: 'member' }>): (environment: Environment) => 0 | 1 | 2 {
  const holds = atom.value === undefined ? holdsOther(new Set(atom.named)) : holdsValue(valueKey(atom.value));
  return (environment) => {
    const { value: found } = presenceOf(atom.path, environment);
    if (typeof found !== 'object' || found.kind !== 'set') return 2;
    return holds(found.members) ? 1 : 0;
  };
}

type Holds = (members: ReadonlyMap<string, Value>) => boolean;

function holdsValue(key: string): Holds {
  return (members) => members.has(key);
}

function holdsOther(named: ReadonlySet<string>): Holds {
  return (members) => [...members.keys()].some((member) => !named.has(member));
}

export function presenceOf({ root, names }: AttributePath, environment: Environment): Presence {
  let at: Value | undefined = environment[root];
  let parent = true;
  for (const name of names) {
    const fields = fieldsOf(at, environment);
    parent = fields !== undefined;
    at = fields?.get(name);
    if (at === undefined) return { parent: parent && name === names.at(-1), value: undefined };
  }
  return { parent, value: at };
}

const noFields: ReadonlyMap<string, Value> = new Map();

/** An entity that nothing is known of has no attributes; what is no entity and no record cannot have any. */
function fieldsOf(value: Value | undefined, { store }: Environment): ReadonlyMap<string, Value> | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.kind === 'record') return value.fields;
  return value.kind === 'entity' ? (store.get(value.key)?.attributes.fields ?? noFields) : undefined;
}

/** The box of requests that come to this at each step; `undefined` where there are none. */
export function boxOfSteps(lines: Lines, steps: readonly Step[], start: BoxOf<string> = lines.whole): BoxOf<string> | undefined {
  const box: { [name: string]: IntervalSet } = { ...start };
  for (const { atom, is } of steps) {
    const name = lineKey(atom);
    const set = atom.on === 'slot' ? slotSet(lines, atom, is) : (lines.tests.get(name)?.sets(atom)[is] ?? []);
    const rest = intersect(box[name] ?? [], set);
    if (rest.length === 0) return undefined;
    box[name] = rest;
  }
  return box;
}

function slotSet(lines: Lines, { slot, selectors }: Extract<Atom, { readonly on: 'slot' }>, is: Outcome): IntervalSet {
  const held = lines.slots[slot].holds(selectors);
  return is === 'true' ? held : subtract(lines.slots[slot].whole, held);
}
