/**
 * Conditions as Cedar's text that never errs: `true` where the condition is true, or where it errs. Cedar skips what errs, so each
 * attribute is asked for before it is read.
 */
import type { Atom, AttributePath, PathTest } from '../../access/space/atom.ts';
import { pathKey } from '../../access/space/atom-key.ts';
import { type Expression, variable } from '../../access/expression.ts';
import { type Named, partsOf, type Step, type Way } from '../../access/space/paths.ts';
import { expressionOfValue } from '../../access/space/value-expression.ts';
import type { Selector } from '../../access/selector.ts';
import type { SlotName } from '../../access/space/atom.ts';
import { pathOf } from '../../access/space/atom.ts';
import { printEntity, printExpression } from './print.ts';
import { type AttributeKind, kindOfTest, type KindOf } from './attribute-kind.ts';

export type Words = {
  readonly named: Named;
  readonly kindOf: KindOf;
  /** The known entities that a pattern of ids holds: Cedar cannot look at ids. */
  readonly known: (selector: Extract<Selector, { readonly kind: 'pattern' }>, slot: SlotName) => readonly Selector[];
};

export const yes = 'true';
export const no = 'false';

export function any(parts: readonly string[]): string {
  const open = parts.filter((part) => part !== no);
  if (open.includes(yes)) return yes;
  return open.length === 0 ? no : open.length === 1 ? (open[0] ?? no) : `(${open.join(' || ')})`;
}

export function every(parts: readonly string[]): string {
  const open = [...new Set(parts.filter((part) => part !== yes))];
  if (open.includes(no) || open.some((part) => open.includes(not(part)))) return no;
  return open.length === 0 ? yes : open.length === 1 ? (open[0] ?? yes) : `(${open.join(' && ')})`;
}

export function not(part: string): string {
  if (part === yes) return no;
  return part === no ? yes : `!(${part})`;
}

/** Where the condition comes to this outcome. */
export function formula(ways: readonly Way[], outcome: Way['outcome'], words: Words): string {
  return any(ways.filter((way) => way.outcome === outcome).map(({ steps }) => every(steps.flatMap((step) => stepText(step, words)))));
}

function stepText({ atom, is }: Step, words: Words): readonly string[] {
  if (atom.on === 'slot')
    return [is === 'true' ? selectorsText(atom.selectors, atom.slot, words) : not(selectorsText(atom.selectors, atom.slot, words))];
  if (atom.on === 'path' && isOfOtherKind(atom.path, atom.test, words)) return otherKind(atom.path, atom.test, is);
  const known = knownText(atom);
  if (is === 'error') return [not(every(known))];
  const text = printExpression(atomExpression(atom, words.named));
  return [...known, is === 'true' ? text : `!${text}`];
}

function isOfOtherKind(path: AttributePath, test: PathTest, { kindOf }: Words): boolean {
  const kind: AttributeKind | undefined = kindOfTest(test);
  return kind !== undefined && kindOf(path) !== kind;
}

/** The schema gives the attribute another type: it never equals the constant, and what cannot be asked of that type always errs. */
function otherKind(path: AttributePath, test: PathTest, is: Step['is']): readonly string[] {
  if (test.kind !== 'equals') return [is === 'error' ? yes : no];
  const known = presentText(path);
  return is === 'true' ? [no] : is === 'false' ? known : [not(every(known))];
}

/** What must be there for the atom not to err. */
function knownText(atom: Exclude<Atom, { readonly on: 'slot' }>): readonly string[] {
  if (atom.on === 'opaque') return [...new Set(readPaths(atom.expression).flatMap(presentText))];
  if (atom.on === 'path' && atom.test.kind === 'present') return presentText({ ...atom.path, names: atom.path.names.slice(0, -1) });
  return presentText(atom.path);
}

function presentText({ root, names }: AttributePath): readonly string[] {
  return names.map((attribute, at) => printExpression({ op: 'has', of: variable(root, ...names.slice(0, at)), attribute }));
}

function readPaths(expression: Expression): readonly AttributePath[] {
  const path = pathOf(expression);
  if (path !== undefined) return [path];
  if (expression.op !== 'has') return partsOf(expression).flatMap(readPaths);
  return readPaths(expression.of);
}

/** Values that no condition names are what the named ones do not hold all of. */
function atomExpression(atom: Exclude<Atom, { readonly on: 'slot' }>, named: Named): Expression {
  if (atom.on === 'opaque') return atom.expression;
  const of = variable(atom.path.root, ...atom.path.names);
  if (atom.on === 'path') return testExpression(of, atom.test);
  if (atom.value !== undefined) return { op: 'call', name: 'contains', arguments: [of, expressionOfValue(atom.value)] };
  const items = [...(named.get(pathKey(atom.path)) ?? [])].map(([, value]) => expressionOfValue(value));
  // Cedar's validator takes no empty set.
  const holdsNoOther: Expression =
    items.length === 0
      ? { op: 'call', name: 'isEmpty', arguments: [of] }
      : { op: 'call', name: 'containsAll', arguments: [{ op: 'set', items }, of] };
  return { op: 'not', of: holdsNoOther };
}

function testExpression(of: Expression, test: PathTest): Expression {
  switch (test.kind) {
    case 'holds':
      return of;
    case 'present':
      return of.op === 'get' ? { op: 'has', of: of.of, attribute: of.attribute } : of;
    case 'equals':
      return { op: 'equal', left: of, right: expressionOfValue(test.value) };
    case 'below':
      return { op: test.inclusive ? 'less-or-equal' : 'less', left: of, right: expressionOfValue(test.limit) };
    case 'like':
      return { op: 'like', of, pattern: test.pattern };
    case 'in-range':
      return { op: 'call', name: 'isInRange', arguments: [of, expressionOfValue(test.range)] };
  }
}

export function selectorsText(selectors: readonly Selector[], slot: SlotName, words: Words): string {
  return any(selectors.map((selector) => selectorText(selector, slot, words)));
}

function selectorText(selector: Selector, slot: SlotName, words: Words): string {
  switch (selector.kind) {
    case 'any':
      return yes;
    case 'type':
      return `(${slot} is ${selector.type})`;
    case 'within':
      return `(${slot} in ${printEntity(selector.uid)})`;
    case 'exactly':
      return `(${slot} == ${printEntity(selector.uid)})`;
    case 'pattern':
      return any(words.known(selector, slot).map((each) => selectorText(each, slot, words)));
  }
}
