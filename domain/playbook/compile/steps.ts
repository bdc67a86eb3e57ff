/** The second walk: steps of the YAML form become the plan's graph, block by block. */
import type { Cel, StepKind, Template } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { actionPart } from './action-step.ts';
import { compileFailure } from './after.ts';
import { approvalPart } from './approval-step.ts';
import { addStep, namesOf, type Block, type Build, type Compiling } from './block.ts';
import { compileCancel, refuseInCleanup } from './cancel.ts';
import { checkDuration, compileCel, compileTemplate, compileValues } from './expressions.ts';
import { refuseForeignKeys } from './keys.ts';
import { manualPart } from './manual-step.ts';
import { foreachPart, ifPart, parallelPart, whilePart } from './nested-steps.ts';
import { playbookPart } from './playbook-step.ts';
import type { SourcePath } from './source.ts';
import { switchPart } from './switch-step.ts';
import { checkTiming, isBlock, timingOf } from './timing.ts';

/** Gives the id of the block's first step. */
export function compileBlock(compiling: Compiling, steps: readonly SourceStep[], at: SourcePath, block: Block): string {
  steps.forEach((source, index) => {
    const next = steps[index + 1]?.id ?? block.next;
    compileStep(compiling, source, [...at, (block.first ?? 0) + index], { ...block, first: undefined, next });
    block.visible.add(source.id);
  });
  return steps[0]?.id ?? '';
}

function compileStep(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): void {
  const { id, title } = source;
  const kind = compiling.survey.steps.get(id)?.kind;
  if (!kind || kind === 'undo') return;
  refuseForeignKeys(compiling, kind, source, at);
  if (kind !== 'action') checkTiming(compiling, source, at);
  if (block.cleanup) refuseInCleanup(compiling, kind, source, at);
  const guard = compileGuard(compiling, kind, source, at, block);
  const before = new Set(block.visible);
  const part = builders[kind](compiling, source, at, block);
  const next = endsHere(kind, guard) ? undefined : block.next;
  const failure = compileFailure(compiling, source, [...at, 'on_failure'], block);
  const cancelled = compileCancel(compiling, source, at, { ...block, visible: before });
  const seen = endsFirst(kind, source) ? before : block.visible;
  const says = compileSummary(compiling, source, at, { ...block, visible: new Set(seen).add(id) });
  const { cleanup } = block;
  const timing = kind === 'action' || kind === 'wait' ? {} : timingOf(source);
  addStep(compiling, { id, title, if: guard, next, failure, cancelled, cleanup, says, in: block.in, ...timing, ...part });
}

const endsHere = (kind: StepKind, guard: Cel | undefined): boolean => (kind === 'end' || kind === 'fail') && guard === undefined;

/** A branch has ended before the steps of its roads begin, unless it holds them. */
const endsFirst = (kind: StepKind, source: SourceStep): boolean => (kind === 'if' || kind === 'switch') && !isBlock(source);

// oxlint-disable-next-line max-params -- the walk's four, and the kind
function compileGuard(compiling: Compiling, kind: StepKind, { id, if: guard }: SourceStep, at: SourcePath, block: Block): Cel | undefined {
  if (kind === 'if' || guard === undefined) return undefined;
  return compileCel(compiling, guard, namesOf(block), { at: [...at, 'if'], step: id, expect: ['bool'] });
}

function compileSummary(compiling: Compiling, { id, summary }: SourceStep, at: SourcePath, block: Block): Template | undefined {
  return summary === undefined ? undefined : compileTemplate(compiling, summary, namesOf(block), { at: [...at, 'summary'], step: id });
}

const waitPart: Build<'wait'> = (compiling, { id, wait = '' }, at, block) => {
  const place = { at: [...at, 'wait'], step: id };
  const given = typeof wait === 'object' ? wait : { for: wait };
  const time = (text: string): Template => compileTemplate(compiling, text, namesOf(block), { ...place, expect: ['string'] });
  if (given.for !== undefined) checkDuration(compiling, given.for, place);
  const when = typeof given.signal === 'string' ? `signal.kind == "${given.signal}"` : given.signal?.when;
  return {
    kind: 'wait',
    ...(given.until === undefined ? { for: time(given.for ?? '') } : { until: time(given.until) }),
    ...(when === undefined ? {} : { signal: compileCel(compiling, when, namesOf(block), { ...place, expect: ['bool'] }) }),
  };
};

/** `outputs` alone is the older word for it; a step has one of both. */
const setPart: Build<'set'> = (compiling, source, at, block) => {
  const key = source.set ? 'set' : 'outputs';
  if (source.set && source.outputs)
    compiling.issues.push({
      code: 'playbook-invalid',
      at: [...at, 'outputs'],
      text: `step \`${source.id}\` @ has both \`set\` and \`outputs\``,
      help: 'put all values under `set`',
    });
  return { kind: 'set', outputs: compileValues(compiling, source, [...at, key], namesOf(block)) ?? {} };
};

/** `undo` is made by on_failure alone. */
const builders: { readonly [K in Exclude<StepKind, 'undo'>]: Build<K> } = {
  action: actionPart,
  approval: approvalPart,
  manual: manualPart,
  wait: waitPart,
  if: ifPart,
  switch: switchPart,
  parallel: parallelPart,
  foreach: foreachPart,
  while: whilePart,
  playbook: playbookPart,
  set: setPart,
  end: (_, { end = 'done' }) => ({ kind: 'end', outcome: end }),
  fail: (compiling, { id, fail = '' }, at, block) => ({
    kind: 'fail',
    message: compileTemplate(compiling, fail, namesOf(block), { at: [...at, 'fail'], step: id }),
  }),
};
