/**
 * The decision diagram of access rules, ready for look-up. Texts and values that were asked for before are looked up by themselves:
 * what is remembered is bounded, and answers the same.
 */
import { buildDiagram, childOf, newStore, type Node, type NodeId, type Reading, type Survivor } from '../../diagram.ts';
import { element } from '../../element.ts';
import { EdictError } from '../../../errors.ts';
import type { DecisionResult } from '../../model.ts';
import { classAt, type Line, spaceOf } from '../../space.ts';
import type { SlotName } from './atom.ts';
import { accessSpace } from './clauses.ts';
import type { AttributeValue } from '../entity.ts';
import type { EntityStore } from '../entity-store.ts';
import type { Environment } from '../evaluate.ts';
import type { AccessClause } from '../interpret.ts';
import { type Lines, slotNames, type TestLine } from './lines.ts';
import type { AccessRequest } from '../model.ts';
import { decisionOf, effects } from '../weigh.ts';

/** `errs`: some rule does, and says why when it is asked. */
export type Answer = DecisionResult | 'errs';

/** A request on its way down: `environment` makes what attributes are read from, once, when it is needed. */
export type Asking = { readonly request: AccessRequest; readonly environment: () => Environment };

type Level = (asking: Asking) => number;

export type AccessDiagram = {
  readonly root: NodeId;
  readonly nodes: readonly (Node | undefined)[];
  readonly answers: readonly (Answer | undefined)[];
  readonly levels: readonly Level[];
};

/** `undefined` where the rules cut the space into more pieces than are worth keeping; they are asked one by one then. */
export function accessDiagram(clauses: readonly AccessClause[], base: EntityStore): AccessDiagram | undefined {
  try {
    return build(clauses, base);
  } catch (error) {
    if (error instanceof EdictError && error.code === 'input-too-large') return undefined;
    throw error;
  }
}

const mostLines = 200;
const mostClauses = 20_000;

/** Times that a survivor is looked at while the diagram is built: about two seconds. */
const mostSteps = 20_000_000;

function tooLarge(what: string): EdictError {
  return new EdictError('input-too-large', what);
}

function build(clauses: readonly AccessClause[], base: EntityStore): AccessDiagram {
  const { lines, clausesOf } = accessSpace([clauses], base);
  if (lines.names.length > mostLines) throw tooLarge(`conditions on ${lines.names.length} different things`);
  const found = clausesOf(0);
  if (found.length > mostClauses + 4 * clauses.length) throw tooLarge(`conditions of ${found.length} boxes`);
  const space = spaceOf(
    lines.names.map((name) => ({ name })),
    found.map(({ box }) => box),
    lines.whole,
  );
  const store = newStore(space);
  const [root = -1] = buildDiagram(store, found, answerReading(clauses));
  const answers = store.terminals.map((text) => (text === undefined ? undefined : readAnswer(text, clauses)));
  return { root, nodes: store.nodes, answers, levels: space.lines.map((line, at) => levelOf(lines, line, at)) };
}

function answerReading(clauses: readonly AccessClause[]): Reading {
  const effectOf = (rule: number) => element(clauses, rule).effect;
  let steps = 0;
  return {
    group: (rule) => effects.indexOf(effectOf(rule)),
    spend: (survivors) => {
      if ((steps += survivors) > mostSteps) throw tooLarge('rules that overlap in too many ways');
    },
    decide: (alive) => JSON.stringify(answerOf(alive, effectOf)),
  };
}

/** The rules of the weightiest effect that match, or the word that some err. */
function answerOf(alive: readonly Survivor[], effectOf: (rule: number) => string): readonly number[] | 'errs' {
  if (alive.some(({ role }) => role === 'unsure')) return 'errs';
  const matched = alive.filter(({ role }) => role === 'match').map(({ rule }) => rule);
  const effect = matched.slice(0, 1).map(effectOf)[0];
  return matched.filter((rule) => effectOf(rule) === effect);
}

function readAnswer(text: string, clauses: readonly AccessClause[]): Answer {
  const numbers = JSON.parse(text) as readonly number[] | 'errs';
  if (numbers === 'errs') return numbers;
  const determining = numbers.map((rule) => element(clauses, rule));
  const decision = determining[0] === undefined ? 'not-applicable' : decisionOf[determining[0].effect];
  return { decision, determining: determining.map(({ id }) => id), erring: [] };
}

/** `undefined` where the request lies on none of the lines' points. */
export function lookUp({ root, nodes, answers, levels }: AccessDiagram, asking: Asking): Answer | undefined {
  let id = root;
  for (let node = nodes[id]; node !== undefined; node = nodes[id]) {
    const number = element(levels, node.level)(asking);
    if (number < 0) return undefined;
    id = childOf(node, number);
  }
  return answers[id];
}

function levelOf(lines: Lines, line: Line, at: number): Level {
  const slot = slotNames[at];
  if (slot !== undefined) return slotLevel(lines, line, slot);
  const test = lines.tests.get(element(lines.names, at));
  if (test === undefined) throw new EdictError('defect', `no line \`${lines.names[at]}\``);
  return testLevel(test, line);
}

const mostRemembered = 65_536;

/** Remembers answers by what was asked; forgets all when there are too many. */
function remembering<Key>(find: (key: Key, asking: Asking) => number): (key: Key, asking: Asking) => number {
  const known = new Map<Key, number>();
  return (key, asking) => {
    const held = known.get(key);
    if (held !== undefined) return held;
    const found = find(key, asking);
    if (known.size >= mostRemembered) known.clear();
    known.set(key, found);
    return found;
  };
}

function slotLevel(lines: Lines, line: Line, slot: SlotName): Level {
  const find = (asking: Asking): number => {
    const environment = asking.environment();
    const point = lines.slots[slot].pointOf(environment[slot], environment.store);
    return point === undefined ? -1 : classAt(line, BigInt(point));
  };
  const remembered = remembering((_text: string, asking: Asking) => find(asking));
  return (asking) => (asking.request.entities === undefined ? remembered(asking.request[slot], asking) : find(asking));
}

function testLevel(test: TestLine, line: Line): Level {
  const find = (asking: Asking): number => {
    const point = test.pointOf(asking.environment());
    return point === undefined ? -1 : classAt(line, point);
  };
  if (test.about.kind !== 'attribute') return find;
  const { root, names } = test.about.line.path;
  const [name = ''] = names;
  if (root !== 'context') {
    const remembered = remembering((_text: string, asking: Asking) => find(asking));
    return (asking) => (asking.request.entities === undefined ? remembered(asking.request[root], asking) : find(asking));
  }
  if (names.length > 1 || name === 'address' || name === 'minuteOfWeek') return find;
  const remembered = remembering((_value: AttributeValue | undefined, asking: Asking) => find(asking));
  return (asking) => {
    const value = asking.request.context?.[name];
    return typeof value === 'object' ? find(asking) : remembered(value, asking);
  };
}
