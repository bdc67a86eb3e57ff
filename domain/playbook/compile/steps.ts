/** The second walk: steps of the YAML form become the plan's graph, block by block. */
import type { PlanStep, StepKind, StepOf } from '../plan.ts';
import type { SourceAfter, SourceFailure, SourceStep } from '../playbook.schema.ts';
import { actionPart } from './action-step.ts';
import { approvalPart } from './approval-step.ts';
import { compileCel, compileTemplate, type Checker, type Names } from './expressions.ts';
import type { SourcePath } from './source.ts';

export type Compiling = Checker & {
  readonly steps: Map<string, PlanStep>;
  /** What was visible at each approval: covered steps may read nothing later. */
  readonly visibleAt: Map<string, ReadonlySet<string>>;
};

/** Where a step stands. `visible` grows as the block is walked. */
export type Block = {
  readonly in?: string | undefined;
  readonly next?: string | undefined;
  readonly visible: Set<string>;
  readonly loopNames: readonly string[];
};

export type Part<K extends StepKind> = Omit<StepOf<K>, 'id' | 'if' | 'next' | 'failure' | 'in' | 'title'> & {
  readonly next?: string | undefined;
};
type Build<K extends StepKind> = (compiling: Compiling, source: SourceStep, at: SourcePath, block: Block) => Part<K>;

/** Gives the id of the block's first step. */
export function compileBlock(compiling: Compiling, steps: readonly SourceStep[], at: SourcePath, block: Block): string {
  steps.forEach((source, index) => {
    const next = steps[index + 1]?.id ?? block.next;
    compileStep(compiling, source, [...at, index], { ...block, next });
    block.visible.add(source.id);
  });
  return steps[0]?.id ?? '';
}

export const namesOf = (block: Block): Names => ({ visible: block.visible, loopNames: block.loopNames });

function compileStep(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): void {
  const kind = compiling.survey.steps.get(source.id)?.kind;
  if (!kind || kind === 'undo') return;
  refuseForeignKeys(compiling, kind, source, at);
  const guard =
    kind !== 'if' && source.if !== undefined
      ? compileCel(compiling, source.if, namesOf(block), { at: [...at, 'if'], step: source.id, expect: ['bool'] })
      : undefined;
  const part: Part<StepKind> = builders[kind](compiling, source, at, block);
  const terminal = kind === 'end' || kind === 'fail';
  const failure = compileFailure(compiling, source, [...at, 'on_failure'], block);
  const step = {
    id: source.id,
    title: source.title,
    if: guard,
    next: terminal && guard === undefined ? undefined : block.next,
    failure,
    in: block.in,
    ...part,
  };
  compiling.steps.set(source.id, withoutUndefined(step) as PlanStep);
}

/** `undo` is made by on_failure alone. */
const builders: { readonly [K in Exclude<StepKind, 'undo'>]: Build<K> } = {
  action: actionPart,
  approval: approvalPart,
  wait: (compiling, { id, wait }, at, block) => {
    const place = { at: [...at, 'wait'], step: id, expect: ['string'] };
    if (typeof wait === 'object' && wait.until !== undefined)
      return { kind: 'wait', until: compileTemplate(compiling, wait.until, namesOf(block), place) };
    const text = typeof wait === 'object' ? (wait.for ?? '') : (wait ?? '');
    return { kind: 'wait', for: compileTemplate(compiling, text, namesOf(block), place) };
  },
  if: (compiling, source, at, block) => {
    const condition = compileCel(compiling, source.if ?? '', namesOf(block), { at: [...at, 'if'], step: source.id, expect: ['bool'] });
    const before = new Set(block.visible).add(source.id);
    const branch = (name: 'then' | 'else'): string | undefined => {
      const visible = new Set(before);
      const first = source[name] ? compileBlock(compiling, source[name], [...at, name], { ...block, visible }) : undefined;
      for (const id of visible) block.visible.add(id);
      return first;
    };
    return { kind: 'if', condition, then: branch('then'), else: branch('else') };
  },
  set: (compiling, source, at, block) => ({ kind: 'set', outputs: compileOutputs(compiling, source, at, namesOf(block)) ?? {} }),
  end: (_, { end = 'done' }) => ({ kind: 'end', outcome: end }),
  fail: (compiling, { id, fail = '' }, at, block) => ({
    kind: 'fail',
    message: compileTemplate(compiling, fail, namesOf(block), { at: [...at, 'fail'], step: id }),
  }),
  parallel: (compiling, { id, parallel }, at, block) => {
    const branches = parallel?.branches ?? (parallel?.steps ?? []).map((step) => [step]);
    const path = [...at, 'parallel', parallel?.branches ? 'branches' : 'steps'];
    const before = new Set(block.visible);
    const firsts = branches.map((branch, index) => {
      const visible = new Set(before);
      const inner = { in: id, visible, loopNames: block.loopNames };
      if (parallel?.branches) compileBlock(compiling, branch, [...path, index], inner);
      else compileStep(compiling, branch[0] as SourceStep, [...path, index], inner);
      for (const step of [...visible, ...branch.map((each) => each.id)]) block.visible.add(step);
      return branch[0]?.id ?? '';
    });
    return { kind: 'parallel', branches: firsts };
  },
  foreach: (compiling, { id, foreach }, at, block) => {
    const { in: items = [], as = 'item', concurrency = 1, steps = [], collect } = foreach ?? {};
    const inner = { in: id, visible: new Set(block.visible), loopNames: [...block.loopNames, as] };
    const body = compileBlock(compiling, steps, [...at, 'foreach', 'steps'], inner);
    return {
      kind: 'foreach',
      items: compileTemplate(compiling, items, namesOf(block), { at: [...at, 'foreach', 'in'], step: id, expect: ['list'] }),
      as,
      concurrency,
      body,
      collect:
        collect === undefined ? undefined : compileCel(compiling, collect, namesOf(inner), { at: [...at, 'foreach', 'collect'], step: id }),
    };
  },
};

/** Checked against `result` of the step's own action, where it has one. */
export function compileOutputs(
  compiling: Compiling,
  source: SourceStep,
  at: SourcePath,
  names: Names,
): { readonly [name: string]: string } | undefined {
  if (!source.outputs) return undefined;
  return Object.fromEntries(
    Object.entries(source.outputs).map(([name, text]) => [
      name,
      compileCel(compiling, text, { ...names, resultOf: source.action }, { at: [...at, 'outputs', name], step: source.id }),
    ]),
  );
}

/** Steps that follow a denial, an expiry or a failure. `block.next` is where steps go on; `otherwise` ends what would fall through. */
export function compileAfter(compiling: Compiling, id: string, after: SourceAfter, at: SourcePath, block: Block): string {
  const place = { id, in: block.in };
  if (after.steps) return compileBlock(compiling, after.steps, [...at, 'steps'], { ...block, visible: new Set(block.visible) });
  const step: PlanStep =
    after.fail === undefined
      ? { ...place, kind: 'end', outcome: after.end ?? 'done' }
      : { ...place, kind: 'fail', message: compileTemplate(compiling, after.fail, namesOf(block), { at: [...at, 'fail'], step: id }) };
  compiling.steps.set(id, withoutUndefined(step) as PlanStep);
  return id;
}

function compileFailure(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): string | undefined {
  const failure: SourceFailure | undefined = source.on_failure;
  if (failure === undefined) return undefined;
  const inner = { ...block, visible: new Set(block.visible).add(source.id) };
  // `continue` at the end of a block has nowhere to go to: an empty `set` ends the block in peace.
  if (failure === 'continue')
    return block.next ?? addStep(compiling, { id: `${source.id}.continue`, kind: 'set', outputs: {}, in: block.in });
  if (failure.steps) return compileAfter(compiling, `${source.id}.failed`, { steps: failure.steps }, at, inner);
  const steps = failure.undo ?? [];
  for (const id of steps) checkUndoes(compiling, source.id, id, [...at, 'undo']);
  const next = failure.then ? compileAfter(compiling, `${source.id}.then`, failure.then, [...at, 'then'], inner) : block.next;
  return addStep(compiling, { id: `${source.id}.undo`, kind: 'undo', steps, next, in: block.in });
}

function checkUndoes(compiling: Compiling, by: string, id: string, at: SourcePath): void {
  const target = compiling.survey.steps.get(id);
  if (target?.kind === 'action' && target.source.undo !== undefined && target.source.undo !== 'none') return;
  compiling.issues.push({
    code: 'playbook-invalid',
    at,
    text: target ? `step \`${id}\` has no undo, which step \`${by}\` asks for` : `unknown step \`${id}\` in \`undo\` of step \`${by}\``,
  });
}

function addStep(compiling: Compiling, step: PlanStep): string {
  compiling.steps.set(step.id, withoutUndefined(step) as PlanStep);
  return step.id;
}

const anyStep = ['id', 'title', 'if', 'on_failure'];
const keysOf: { readonly [K in StepKind]: readonly string[] } = {
  action: [...anyStep, 'action', 'with', 'timeout', 'retry', 'undo', 'reason', 'lease', 'outputs'],
  approval: [...anyStep, 'approval'],
  wait: [...anyStep, 'wait'],
  if: [...anyStep, 'then', 'else'],
  set: [...anyStep, 'outputs'],
  parallel: [...anyStep, 'parallel'],
  foreach: [...anyStep, 'foreach'],
  end: ['id', 'title', 'if', 'end'],
  fail: ['id', 'title', 'if', 'fail'],
  undo: [],
};

function refuseForeignKeys(compiling: Compiling, kind: StepKind, source: SourceStep, at: SourcePath): void {
  for (const key of Object.keys(source)) {
    if (!keysOf[kind].includes(key))
      compiling.issues.push({
        code: 'playbook-invalid',
        at: [...at, key],
        text: `\`${key}\` does not belong to ${kind} step \`${source.id}\``,
      });
  }
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}
