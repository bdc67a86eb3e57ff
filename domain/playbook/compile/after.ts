/** What follows a denial, an expiry or a failure. */
import type { SourceAfter, SourceStep } from '../playbook.schema.ts';
import { addStep, namesOf, type Block, type Compiling } from './block.ts';
import { compileTemplate } from './expressions.ts';
import type { SourcePath } from './source.ts';
import type { KnownStep } from './survey.ts';

type After = { readonly id: string; readonly after: SourceAfter; readonly at: SourcePath };

/** Gives the id of the first step of what follows. Steps go on at `block.next`. */
export function compileAfter(compiling: Compiling, { id, after, at }: After, block: Block): string {
  if (after.steps) return compiling.compileBlock(compiling, after.steps, [...at, 'steps'], { ...block, visible: new Set(block.visible) });
  if (after.fail === undefined) return addStep(compiling, { id, kind: 'end', in: block.in, outcome: after.end ?? 'done' });
  return addStep(compiling, {
    id,
    kind: 'fail',
    in: block.in,
    message: compileTemplate(compiling, after.fail, namesOf(block), { at: [...at, 'fail'], step: id }),
  });
}

export function compileFailure(
  compiling: Compiling,
  { id, on_failure: failure }: SourceStep,
  at: SourcePath,
  block: Block,
): string | undefined {
  if (failure === undefined) return undefined;
  const inner = { ...block, visible: new Set(block.visible).add(id) };
  // `continue` at the end of a block has nowhere to go to: an empty `set` ends the block in peace.
  if (failure === 'continue') return block.next ?? addStep(compiling, { id: `${id}.continue`, kind: 'set', outputs: {}, in: block.in });
  if (failure.steps) return compileAfter(compiling, { id: `${id}.failed`, after: { steps: failure.steps }, at }, inner);
  const steps = failure.undo ?? [];
  steps.forEach((undone, index) => checkUndoes(compiling, id, undone, [...at, 'undo', index]));
  const next = failure.then ? compileAfter(compiling, { id: `${id}.then`, after: failure.then, at: [...at, 'then'] }, inner) : block.next;
  return addStep(compiling, { id: `${id}.undo`, kind: 'undo', steps, next, in: block.in });
}

function canBeUndone({ kind, source: { undo, playbook } }: KnownStep): boolean {
  if (kind === 'playbook') return undo !== 'none' && playbook?.wait !== false;
  return (kind === 'manual' || kind === 'action') && undo !== undefined && undo !== 'none';
}

function checkUndoes(compiling: Compiling, by: string, id: string, at: SourcePath): void {
  const target = compiling.survey.steps.get(id);
  if (target && canBeUndone(target)) return;
  const text = target
    ? `step \`${id}\` has no undo, which step \`${by}\` asks for`
    : `unknown step \`${id}\` in \`undo\` of step \`${by}\``;
  compiling.issues.push({ code: 'playbook-invalid', at, text });
}
