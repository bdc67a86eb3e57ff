/**
 * The ways through a condition: what each atom on the way comes to, and what the whole comes to then. Together they are all requests, and
 * no two meet, so that conditions become boxes of the request space.
 */
import { EdictError } from '../../../errors.ts';
import { type Atom, atomOf, type AttributePath, constantOf, type Outcome, pathOf } from './atom.ts';
import { atomKey, pathKey } from './atom-key.ts';
import { isPossible } from './contradiction.ts';
import type { Expression } from '../expression.ts';
import { type Value, valueKey } from '../value.ts';

export type Step = { readonly key: string; readonly atom: Atom; readonly is: Outcome };

export type Way = { readonly steps: readonly Step[]; readonly outcome: Outcome };

/** What lists are asked for anywhere: by path, the values by key. */
export type Named = Map<string, Map<string, Value>>;

/** More ways than this through one condition are one opaque atom. */
const mostWays = 1_000;

export function waysOf(expression: Expression, named: Named): readonly Way[] {
  try {
    return ways(expression, named);
  } catch (error) {
    if (error instanceof EdictError && error.code === 'input-too-large') return atomWays({ on: 'opaque', expression }, false);
    throw error;
  }
}

function ways(expression: Expression, named: Named): readonly Way[] {
  switch (expression.op) {
    case 'literal':
      return typeof expression.value === 'boolean' ? [end(expression.value)] : [{ steps: [], outcome: 'error' }];
    case 'not':
      return ways(expression.of, named).map(({ steps, outcome }) => ({ steps, outcome: opposite[outcome] }));
    case 'holds':
      return ways(expression.of, named).map(({ steps, outcome }) => ({ steps, outcome: outcome === 'true' ? 'true' : 'false' }));
    case 'and':
      return then(ways(expression.left, named), 'true', ways(expression.right, named));
    case 'or':
      return then(ways(expression.left, named), 'false', ways(expression.right, named));
    case 'if': {
      const condition = ways(expression.condition, named);
      const taken = condition.filter(({ outcome }) => outcome === 'true');
      const rest = condition.filter(({ outcome }) => outcome !== 'true');
      return [...then(taken, 'true', ways(expression.yes, named)), ...then(rest, 'false', ways(expression.no, named))];
    }
    case 'call':
      return listWays(expression.name, expression.arguments, named) ?? single(expression);
    default:
      return single(expression);
  }
}

const opposite: Readonly<Record<Outcome, Outcome>> = { true: 'false', false: 'true', error: 'error' };

function end(value: boolean): Way {
  return { steps: [], outcome: value ? 'true' : 'false' };
}

function single(expression: Expression): readonly Way[] {
  const { atom, negated } = atomOf(expression);
  return atomWays(atom, negated);
}

/** Each attribute is there; where one is not, it errs. */
function presenceWays(paths: readonly AttributePath[]): readonly Way[] {
  const distinct = [...new Map(paths.map((path) => [pathKey(path), path])).values()];
  const there = distinct.map((path) =>
    atomWays({ on: 'path', path, test: { kind: 'present' } }, false).map(({ steps, outcome }): Way => ({
      steps,
      outcome: outcome === 'true' ? 'true' : 'error',
    })),
  );
  return there.length === 0 ? [end(true)] : chain(there, 'true');
}

/** The attributes that an expression reads whatever else is true. */
export function pathsRead(expression: Expression): readonly AttributePath[] {
  const path = pathOf(expression);
  if (path !== undefined) return [path];
  if (expression.op === 'has' || expression.op === 'holds') return [];
  if (expression.op === 'and' || expression.op === 'or') return pathsRead(expression.left);
  if (expression.op === 'if') return pathsRead(expression.condition);
  return partsOf(expression).flatMap(pathsRead);
}

/** What has to be there for an atom is asked of the attributes themselves, so that it means the same wherever it is asked. */
function atomWays(atom: Atom, negated: boolean): readonly Way[] {
  const outcomes = outcomesOf(atom).map(({ steps, outcome }) => ({ steps, outcome: negated ? opposite[outcome] : outcome }));
  const needed = neededBy(atom);
  return needed.length === 0 ? outcomes : then(presenceWays(needed), 'true', outcomes);
}

function neededBy(atom: Atom): readonly AttributePath[] {
  switch (atom.on) {
    case 'slot':
      return [];
    case 'path':
      return atom.path.names.length > 1 ? [{ ...atom.path, names: atom.path.names.slice(0, -1) }] : [];
    case 'member':
      return [atom.path];
    case 'opaque':
      return pathsRead(atom.expression);
  }
}

function outcomesOf(atom: Atom): readonly Way[] {
  const key = atomKey(atom);
  const outcomes: readonly Outcome[] = atom.on === 'slot' ? ['true', 'false'] : ['true', 'false', 'error'];
  return outcomes.map((is) => ({ steps: [{ key, atom, is }], outcome: is }));
}

/** Where the first comes to `goesOn`, the second follows. */
function then(first: readonly Way[], goesOn: Outcome, second: readonly Way[]): readonly Way[] {
  const found = first.flatMap((way) =>
    way.outcome === goesOn
      ? second.flatMap((next) => joined(way.steps, next.steps).map((steps) => ({ steps, outcome: next.outcome })))
      : [way],
  );
  if (found.length > mostWays) throw new EdictError('input-too-large', `a condition with ${found.length} ways through it`);
  return found;
}

/** None where no request could take both. */
function joined(a: readonly Step[], b: readonly Step[]): readonly (readonly Step[])[] {
  const fresh = b.filter(({ key }) => !a.some((step) => step.key === key));
  const fits = b.every((step) => a.every((before) => isPossible(before, step)));
  return fits ? [[...a, ...fresh]] : [];
}

/** What is asked of a list, member by member; `undefined` for what is asked otherwise. */
function listWays(name: string, [first, second]: readonly Expression[], named: Named): readonly Way[] | undefined {
  if (first === undefined) return undefined;
  if (name === 'isEmpty') return emptyWays(first, named);
  return second === undefined || !(name === 'containsAll' || name === 'containsAny')
    ? undefined
    : containsWays(name, [first, second], named);
}

/** `path.containsAll([…])`, `path.containsAny([…])` and `[…].containsAll(path)`. */
function containsWays(
  name: 'containsAll' | 'containsAny',
  [first, second]: readonly [Expression, Expression],
  named: Named,
): readonly Way[] | undefined {
  const [attribute, fixed] = pathOf(first) === undefined ? [second, first] : [first, second];
  const path = pathOf(attribute);
  const values = constantsOf(fixed);
  if (path === undefined || values === undefined) return undefined;
  if (name === 'containsAll' && attribute === second) return holdsNoOther(path, values, named);
  // Of no values, an attribute that is no list would be let pass.
  if (values.length === 0) return undefined;
  const holds = (value: Value): readonly Way[] => atomWays({ on: 'member', path, value }, false);
  return chain(values.map(holds), name === 'containsAny' ? 'false' : 'true');
}

function emptyWays(list: Expression, named: Named): readonly Way[] | undefined {
  const path = pathOf(list);
  return path === undefined ? undefined : holdsNoOther(path, [], named);
}

/** Nothing but these is in the list. */
function holdsNoOther(path: AttributePath, values: readonly Value[], named: Named): readonly Way[] {
  const lacks = (value: Value): readonly Way[] => atomWays({ on: 'member', path, value }, true);
  const others: Atom = { on: 'member', path, value: undefined, named: [...(named.get(pathKey(path))?.keys() ?? [])] };
  return chain([...othersOf(path, values, named).map(lacks), atomWays(others, true)], 'true');
}

/** What conditions ask this list for, but for these. */
function othersOf(path: AttributePath, values: readonly Value[], named: Named): readonly Value[] {
  const keys = new Set(values.map(valueKey));
  const asked = [...(named.get(pathKey(path)) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return asked.filter(([key]) => !keys.has(key)).map(([, value]) => value);
}

function chain([first = [], ...rest]: readonly (readonly Way[])[], goesOn: Outcome): readonly Way[] {
  return rest.reduce<readonly Way[]>((sofar, next) => then(sofar, goesOn, next), first);
}

function constantsOf(expression: Expression): readonly Value[] | undefined {
  if (expression.op !== 'set') return undefined;
  const values = expression.items.map(constantOf);
  return values.some((value) => value === undefined)
    ? undefined
    : [...new Map(values.flatMap((value) => (value === undefined ? [] : [[valueKey(value), value] as const])))]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, value]) => value);
}

/** Notes every value that the expression asks a list for. */
export function noteMembers(expression: Expression, named: Named): void {
  for (const part of partsOf(expression)) noteMembers(part, named);
  if (expression.op !== 'call' || !expression.name.startsWith('contains')) return;
  const [first, second] = expression.arguments;
  const path = [first, second].map((each) => (each === undefined ? undefined : pathOf(each))).find((each) => each !== undefined);
  if (path === undefined) return;
  const values = [first, second].flatMap((each) => {
    if (each === undefined) return [];
    const one = expression.name === 'contains' ? constantOf(each) : undefined;
    return one === undefined ? (constantsOf(each) ?? []) : [one];
  });
  const held = named.get(pathKey(path)) ?? new Map<string, Value>();
  for (const value of values) held.set(valueKey(value), value);
  named.set(pathKey(path), held);
}

export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case 'literal':
    case 'long':
    case 'entity':
    case 'variable':
      return [];
    case 'if':
      return [expression.condition, expression.yes, expression.no];
    case 'set':
      return expression.items;
    case 'record':
      return expression.fields.map(({ value }) => value);
    case 'call':
      return expression.arguments;
    default:
      return 'of' in expression ? [expression.of] : [expression.left, expression.right];
  }
}
