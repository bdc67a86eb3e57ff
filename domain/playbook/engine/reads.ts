/** Whether anything in a plan reads what a loop gives: long loops keep nothing that nobody reads. */
import { parseExpression } from '../expression.ts';
import type { Plan } from '../plan.ts';

/** Under these keys of a plan there are expressions; in `outputs` every entry is one. */
const celKeys = new Set(['if', 'cel', 'condition', 'on', 'collect', 'signal', 'when', 'from', 'until', 'filter']);

// A cache only: a plan never changes.
const known = new WeakMap<Plan, readonly string[]>();

/** Beyond its status and its errors. In doubt it is read. */
export function readsResults(plan: Plan, loop: string): boolean {
  // What a block gives at its end may be what its last step gave.
  if (plan.steps[loop]?.in !== undefined) return true;
  const name = loop.replaceAll('-', '_');
  const beyond = new RegExp(`\\b${name}\\b(?!\\.(?:ok|status|errors?)\\b)`);
  return expressionsOf(plan).some((text) => beyond.test(text) && isRoot(text, name));
}

function isRoot(text: string, name: string): boolean {
  try {
    return parseExpression(text).roots.includes(name);
  } catch {
    return false;
  }
}

function expressionsOf(plan: Plan): readonly string[] {
  const found = known.get(plan) ?? [...strings(plan, '', false)];
  known.set(plan, found);
  return found;
}

function* strings(value: unknown, key: string, all: boolean): Generator<string> {
  if (typeof value === 'string') {
    if (all || celKeys.has(key)) yield value;
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  // A template without expressions is data.
  if ('is' in value && value.is === 'value') return;
  for (const [name, entry] of Object.entries(value)) yield* strings(entry, name, key === 'outputs');
}
