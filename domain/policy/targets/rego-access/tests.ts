/** What an expression that is one test is in data.json. */
import { type Atom, type AttributePath, atomOf, constantOf, pathOf, type PathTest } from '../../access/space/atom.ts';
import type { Expression } from '../../access/expression.ts';
import type { IpValue } from '../../access/extension.ts';
import type { Value } from '../../access/value.ts';
import { familyLine, printCidr } from '../../addresses.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { regexOf, selectorData } from './keys.ts';

export type LeafTest = { readonly test: JsonObject; readonly negated: boolean };

/** `undefined` for what policy.rego has no test for. */
export function testOf(expression: Expression): LeafTest | undefined {
  const listed = expression.op === 'call' ? listTest(expression.name, expression.arguments) : undefined;
  if (listed !== undefined) return { test: listed, negated: false };
  const { atom, negated } = atomOf(expression);
  const test = atom.on === 'opaque' ? pathsTest(atom.expression) : { test: atomTest(atom), negated };
  return test?.test === undefined ? undefined : { test: test.test, negated: test.negated };
}

function atomTest(atom: Exclude<Atom, { readonly on: 'opaque' }>): JsonObject | undefined {
  if (atom.on === 'slot') return { test: 'slot', slot: atom.slot, values: atom.selectors.map(selectorData) };
  const path = pathData(atom.path);
  if (path === undefined) return undefined;
  if (atom.on === 'path') return pathTest(path, atom.test);
  const value = atom.value === undefined ? undefined : constantData(atom.value);
  return value === undefined ? undefined : { test: 'holds-any', path, values: [value] };
}

function pathTest(path: Json, test: PathTest): JsonObject | undefined {
  switch (test.kind) {
    case 'present':
    case 'holds':
      return { test: test.kind, path };
    case 'like':
      return { test: 'like', path, value: regexOf(test.pattern) };
    case 'in-range':
      return { test: 'in-range', path, value: rangeText(test.range) };
    case 'below': {
      const value = constantData(test.limit);
      return value === undefined ? undefined : { test: test.inclusive ? 'at-most' : 'below', path, value };
    }
    case 'equals': {
      const value = constantData(test.value);
      return value === undefined ? undefined : { test: 'equals', path, value };
    }
  }
}

function rangeText({ family, address, bits }: IpValue): string {
  const host = (1n << BigInt((family === 4 ? 32 : 128) - bits)) - 1n;
  return printCidr({ low: (address & ~host) + familyLine[family].low, bits });
}

/** policy.rego looks through one attribute into another no further. */
const mostNames = 3;

function pathData({ root, names }: AttributePath): Json | undefined {
  return names.length > mostNames ? undefined : [root, ...names];
}

/** Numbers only where JSON holds them exactly; `undefined` for addresses and times, which are equal in more than one text. */
function constantData(value: Value): Json | undefined {
  if (typeof value !== 'object') return typeof value === 'bigint' ? undefined : value;
  return value.kind === 'entity' ? { __entity: { type: value.type, id: value.id } } : undefined;
}

function valuesData(expression: Expression): readonly Json[] | undefined {
  if (expression.op !== 'set') return undefined;
  const values = expression.items.map((item) => {
    const value = constantOf(item);
    return value === undefined ? undefined : constantData(value);
  });
  return values.some((value) => value === undefined) ? undefined : values.flatMap((value) => (value === undefined ? [] : [value]));
}

function readPath(expression: Expression | undefined): Json | undefined {
  const path = expression === undefined ? undefined : pathOf(expression);
  return path === undefined ? undefined : pathData(path);
}

const tests: { readonly [name: string]: readonly [onPath: string, onValues: string] } = {
  containsAll: ['holds-all', 'holds-only'],
  containsAny: ['holds-any', 'holds-any'],
};

function listTest(name: string, [first, second]: readonly Expression[]): JsonObject | undefined {
  if (first === undefined) return undefined;
  const [ofFirst, ofSecond] = [readPath(first), readPath(second)];
  if (name === 'isEmpty') return ofFirst === undefined ? undefined : { test: 'holds-only', path: ofFirst, values: [] };
  const [onPath, onValues] = tests[name] ?? [];
  const values = ofFirst === undefined ? valuesData(first) : second === undefined ? undefined : valuesData(second);
  const path = ofFirst ?? ofSecond;
  const test = ofFirst === undefined ? onValues : onPath;
  return test === undefined || path === undefined || values === undefined ? undefined : { test, path, values };
}

/** `principal in resource.owner`, `resource.department == principal.department`. */
function pathsTest(expression: Expression): { readonly test: JsonObject | undefined; readonly negated: boolean } | undefined {
  if (!('left' in expression)) return undefined;
  const { op, left } = expression;
  const [one, other] = [readPath(left), readPath(expression.right)];
  if (other === undefined) return undefined;
  if (op === 'in')
    return left.op === 'variable' && left.name !== 'context'
      ? { test: { test: 'named', slot: left.name, path: other }, negated: false }
      : undefined;
  if (one === undefined || !(op === 'equal' || op === 'not-equal')) return undefined;
  return { test: { test: 'same', path: one, other }, negated: op === 'not-equal' };
}
