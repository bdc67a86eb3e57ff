/** Atoms as text: equal keys are equal tests. */
import type { Atom, AttributePath, PathTest } from './atom.ts';
import type { Expression } from '../expression.ts';
import { keyOf } from '../entity.ts';
import type { Selector } from '../selector.ts';
import { valueKey } from '../value.ts';

export function pathKey({ root, names }: AttributePath): string {
  return JSON.stringify([root, ...names]);
}

/** Of the line that the atom asks. */
export function lineKey(atom: Atom): string {
  switch (atom.on) {
    case 'slot':
      return atom.slot;
    case 'path':
      return pathKey(atom.path);
    case 'member':
      return `${pathKey(atom.path)} holds ${atom.value === undefined ? 'others' : valueKey(atom.value)}`;
    case 'opaque':
      return expressionKey(atom.expression);
  }
}

export function atomKey(atom: Atom): string {
  if (atom.on === 'slot') return `${atom.slot} ${atom.selectors.map(selectorKey).toSorted().join(' ')}`;
  return atom.on === 'path' ? `${lineKey(atom)} ${testKey(atom.test)}` : lineKey(atom);
}

function testKey(test: PathTest): string {
  switch (test.kind) {
    case 'equals':
      return `equals ${valueKey(test.value)}`;
    case 'below':
      return `below ${test.limit} ${test.inclusive}`;
    case 'like':
      return `like ${JSON.stringify(test.pattern)}`;
    case 'in-range':
      return `in ${valueKey(test.range)}`;
    default:
      return test.kind;
  }
}

export function selectorKey(selector: Selector): string {
  switch (selector.kind) {
    case 'any':
      return 'any';
    case 'type':
      return JSON.stringify(['type', selector.type]);
    case 'pattern':
      return JSON.stringify(['pattern', selector.type, selector.pattern]);
    default:
      return JSON.stringify([selector.kind, keyOf(selector.uid)]);
  }
}

/** The two sides of `==` stand in one order. */
export function expressionKey(expression: Expression): string {
  if (expression.op !== 'equal') return JSON.stringify(expression);
  const sides = [JSON.stringify(expression.left), JSON.stringify(expression.right)].toSorted();
  return `equal ${sides.join(' ')}`;
}
