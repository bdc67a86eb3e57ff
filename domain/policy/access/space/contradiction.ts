/** Steps that no request can take together, seen without laying out the lines: of one attribute, its type and its order. */
import type { PathTest } from './atom.ts';
import { pathKey } from './atom-key.ts';
import type { Step } from './paths.ts';

/** Whether `b` may follow `a`. */
export function isPossible(a: Step, b: Step): boolean {
  if (a.key === b.key) return a.is === b.is;
  if (a.atom.on !== 'path' || b.atom.on !== 'path' || pathKey(a.atom.path) !== pathKey(b.atom.path)) return true;
  return testsFit({ test: a.atom.test, is: a.is }, { test: b.atom.test, is: b.is });
}

/** Two tests of one attribute. */
function testsFit(one: Told, other: Told): boolean {
  if (one.is === 'error' || other.is === 'error') return errsTogether(one, other);
  if (isAbsent(one.test, one.is) || isAbsent(other.test, other.is)) return one.test.kind === 'present' && other.test.kind === 'present';
  // Two constants cannot both be it.
  if (one.is === 'true' && other.is === 'true' && one.test.kind === 'equals' && other.test.kind === 'equals') return false;
  return orderFits(one, other);
}

type Told = { readonly test: PathTest; readonly is: Step['is'] };

/** What a type errs on, it always errs on. */
function errsTogether(a: Told, b: Told): boolean {
  const [sure, erring] = a.is === 'error' ? [b, a] : [a, b];
  if (sure.is === 'error') return true;
  if (sure.test.kind === erring.test.kind) return false;
  // A constant is compared to whatever is there, and something is where a test came to an answer.
  return erring.test.kind === 'equals' ? isAbsent(sure.test, sure.is) : true;
}

function isAbsent(test: PathTest, is: Step['is']): boolean {
  return test.kind === 'present' && is === 'false';
}

type Below = Extract<PathTest, { readonly kind: 'below' }>;

function isBelow(test: PathTest): test is Below {
  return test.kind === 'below';
}

/** Something lies below the one and not below the other. */
function orderFits(a: Told, b: Told): boolean {
  if (!isBelow(a.test) || !isBelow(b.test) || a.is === b.is) return true;
  const [under, over] = a.is === 'true' ? [a.test, b.test] : [b.test, a.test];
  const highest = BigInt(under.limit) - (under.inclusive ? 0n : 1n);
  const lowest = BigInt(over.limit) + (over.inclusive ? 1n : 0n);
  return lowest <= highest;
}
