/** What an import carries along: names given so far, what variables mean, and what is wrong. */
import { EdictError } from '../../errors.ts';
import { celLiteral, celTypeOf, type Resolve, type Resolved } from './condition-cel.ts';
import { pointerOf, type CacaoFault, type CacaoFaultCode } from './fault.ts';
import type { CacaoMapping } from './mapping.schema.ts';
import { ownEntry, type CacaoId, type CacaoPlaybook, type CacaoStep, type CacaoVariable } from './model.ts';

/** Where a variable's value is; `unclear` where it depends on the road that was taken. */
type Value = Resolved | 'unclear';

export type Importing = {
  readonly playbook: CacaoPlaybook;
  readonly mapping: CacaoMapping;
  readonly faults: CacaoFault[];
  readonly usedIds: Set<string>;
  readonly emitted: Set<CacaoId>;
  /** Variables that steps have given a value; the others are inputs or constants. */
  assigned: Map<string, Value>;
  /** CACAO variable → input. */
  readonly inputNames: ReadonlyMap<string, string>;
};

export function report(
  importing: Importing,
  id: CacaoId,
  fault: { readonly code: CacaoFaultCode; readonly message: string; readonly expected: string; readonly severity?: 'warning' },
  ...path: readonly (string | number)[]
): void {
  const name = ownEntry(importing.playbook.workflow, id)?.name ?? id;
  importing.faults.push({
    severity: 'error',
    ...fault,
    pointer: pointerOf('workflow', id, ...path),
    step: id,
    message: `step \`${name}\` ${fault.message}`,
  });
}

/** Runs what may find that something has no counterpart. */
export function orReport<T>(importing: Importing, id: CacaoId, path: readonly (string | number)[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    report(
      importing,
      id,
      { code: 'cacao-unsupported', message: `cannot be brought in: ${error.message}`, expected: error.expected ?? 'something else' },
      ...path,
    );
    return undefined;
  }
}

/** A name of ours, unused so far. At least two words, since single ones may be reserved. */
export function freshId(importing: Importing, wanted: string, suffix = 'step'): string {
  const words = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
    .slice(0, 48)
    .replace(/-+$/, '');
  const base = words.includes('-') ? words : words === '' ? `one-${suffix}` : `${words}-${suffix}`;
  let id = base;
  for (let count = 2; importing.usedIds.has(id); count++) id = `${base}-${count}`;
  importing.usedIds.add(id);
  return id;
}

/** How the step reads variables: its own, what steps gave, constants, inputs. Throws `input-invalid`. */
export function resolverOf(importing: Importing, step: CacaoStep): Resolve {
  return (name) => {
    const own = ownEntry(step.step_variables, name);
    const global = ownEntry(importing.playbook.playbook_variables, name);
    const assigned = importing.assigned.get(name);
    if (assigned === 'unclear') throw unresolved(name, 'was given a value on only one of several roads', 'a variable that one step gives');
    if (assigned) return assigned;
    const type = (own ?? global)?.type ?? 'string';
    const fixed = own ?? (isConstant(global) ? global : undefined);
    if (fixed && typeof fixed.value === 'string') return { cel: celLiteral({ is: 'text', text: fixed.value }, celTypeOf(type)), type };
    const input = importing.inputNames.get(name);
    if (input === undefined)
      throw unresolved(name, 'has no value by then', 'a variable of the playbook, or one that an earlier step gives');
    return { cel: `inputs.${input}`, type };
  };
}

function unresolved(name: string, problem: string, expected: string): EdictError {
  return new EdictError('input-invalid', `variable \`${name}\` ${problem}`, { expected });
}

/** After a branch, what was given in it is not certain. */
export function inBranch<T>(importing: Importing, work: () => T): T {
  const before = new Map(importing.assigned);
  const result = work();
  const after = importing.assigned;
  importing.assigned = before;
  for (const [name, value] of after) if (before.get(name) !== value) importing.assigned.set(name, 'unclear');
  return result;
}

/** A constant is written out: an input could be given another value. */
export function isConstant(variable: CacaoVariable | undefined): boolean {
  return variable?.constant === true && variable.external !== true && typeof variable.value === 'string';
}

/** `__verdict__` → `verdict`. */
export function outputName(variable: string): string {
  const name = variable.slice(2, -2).replaceAll('-', '_');
  // `by` and `task` of a task are its own.
  return /^[a-z]/.test(name) && name !== 'by' && name !== 'task' ? name : `v_${name}`;
}
