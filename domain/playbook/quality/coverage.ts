/**
 * Which steps and branches of a playbook its tests went through. A branch is a way out of a step that a reader of the playbook sees:
 * an `if` that holds and that does not, an approval that is given, denied and not answered, a failure that is handled. Pure.
 */
import { canonicalJson } from '../../digest.ts';
import type { Plan, PlanStep, StepOf } from '../plan.ts';
import type { RunView, StepView } from '../view.ts';

export type Branch = { readonly step: string; readonly branch: string };

export type Covered = { readonly total: number; readonly covered: number };
export type Coverage = {
  readonly playbook: string;
  readonly steps: Covered & { readonly missing: readonly string[] };
  readonly branches: Covered & { readonly missing: readonly Branch[] };
  /** Of steps and branches together, rounded down: 100 means all. */
  readonly percent: number;
};

export function coverageOf(plan: Plan, runs: readonly Pick<RunView, 'steps'>[]): Coverage {
  // What the compiler made of `on_denied` and the like has a dot in its id: it is measured as a branch.
  const authored = Object.values(plan.steps).filter(({ id }) => !id.includes('.'));
  const branches = authored.flatMap((step) => branchesOf(step).map((branch) => ({ step: step.id, branch })));
  const seen = seenIn(plan, runs);
  const missingSteps = authored.map(({ id }) => id).filter((id) => !seen.has(id));
  const missingBranches = branches.filter(({ step, branch }) => !seen.has(`${step} ${branch}`));
  const total = authored.length + branches.length;
  return {
    playbook: plan.playbook,
    steps: { total: authored.length, covered: authored.length - missingSteps.length, missing: missingSteps },
    branches: { total: branches.length, covered: branches.length - missingBranches.length, missing: missingBranches },
    percent: Math.floor(((total - missingSteps.length - missingBranches.length) * 100) / Math.max(1, total)),
  };
}

/** The ways out of a step, in the words of the playbook. */
export function branchesOf(step: PlanStep): readonly string[] {
  return [
    ...(step.if === undefined ? [] : ['if: true', 'if: false']),
    ...ownBranches(step),
    ...(step.failure === undefined ? [] : ['on_failure']),
    ...(step.cancelled === undefined ? [] : ['on_cancel']),
  ];
}

function ownBranches(step: PlanStep): readonly string[] {
  switch (step.kind) {
    case 'if':
      return ['true', 'false'];
    case 'switch':
      return [...step.cases.map(caseName), ...(step.default === undefined ? [] : ['default'])];
    case 'approval':
      return ['approved', 'denied', 'expired'];
    case 'manual':
      return ['answered', 'expired'];
    default:
      return [];
  }
}

const caseName = ({ values }: StepOf<'switch'>['cases'][number]): string =>
  `case ${values.map((value) => canonicalJson(value)).join(', ')}`;

/** `step` and `step branch` of everything that the runs went through. */
function seenIn(plan: Plan, runs: readonly Pick<RunView, 'steps'>[]): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const run of runs) {
    const entered = new Map(run.steps.map((step) => [step.step, step]));
    for (const view of run.steps) {
      const { id, prefix } = partsOf(view.step);
      const step = plan.steps[id];
      if (!step) continue;
      if (view.status !== 'skipped') seen.add(id);
      for (const branch of taken({ step, view, entered: (next) => entered.has(`${prefix}${next}`) })) seen.add(`${id} ${branch}`);
    }
  }
  return seen;
}

/** `outer[1].each[3].apply` → `apply`, below `outer[1].each[3].` */
function partsOf(key: string): { readonly id: string; readonly prefix: string } {
  const at = key.lastIndexOf('].') + 2;
  return at < 2 ? { id: key, prefix: '' } : { id: key.slice(at), prefix: key.slice(0, at) };
}

type Passage = { readonly step: PlanStep; readonly view: StepView; readonly entered: (id: string) => boolean };

function taken({ step, view, entered }: Passage): readonly string[] {
  if (view.status === 'skipped') return ['if: false'];
  return [
    ...(step.if === undefined ? [] : ['if: true']),
    // An undone step may have failed before; only an undo that failed too puts an error on a step that had gone well.
    ...(view.error !== undefined && view.status !== 'undo-failed' ? ['on_failure'] : []),
    ...(step.cancelled !== undefined && entered(step.cancelled) ? ['on_cancel'] : []),
    ...(view.error === undefined || holdsRoads(step) ? ownTaken({ step, view, entered }) : []),
    ...(step.kind === 'manual' && view.error?.code === 'task-expired' ? ['expired'] : []),
  ];
}

/** Its roads are inside it: one was taken, whatever came of it. */
const holdsRoads = (step: PlanStep): boolean => (step.kind === 'if' || step.kind === 'switch') && step.block === true;

function blockTaken(step: StepOf<'if'>, entered: Passage['entered'], { status }: StepView): readonly string[] {
  const [inThen, inElse] = [step.then, step.else].map((road) => road !== undefined && entered(road));
  if (inThen || inElse) return [inThen ? 'true' : 'false'];
  if (status !== 'done') return [];
  return [step.then === undefined ? 'true' : 'false'];
}

function ifTaken(step: StepOf<'if'>, entered: Passage['entered'], view: StepView): readonly string[] {
  if (holdsRoads(step)) return blockTaken(step, entered, view);
  if (view.status !== 'done') return [];
  if (step.then !== undefined) return [entered(step.then) ? 'true' : 'false'];
  return [step.else !== undefined && entered(step.else) ? 'false' : 'true'];
}

function switchTaken({ cases }: StepOf<'switch'>, entered: Passage['entered'], { status }: StepView): readonly string[] {
  const [first] = cases.filter(({ to }) => entered(to)).map(caseName);
  return first === undefined && status !== 'done' ? [] : [first ?? 'default'];
}

function ownTaken({ step, view, entered }: Passage): readonly string[] {
  switch (step.kind) {
    case 'if':
      return ifTaken(step, entered, view);
    case 'switch':
      return switchTaken(step, entered, view);
    case 'approval':
      return view.status === 'done' ? ['approved'] : [view.status];
    case 'manual':
      return view.outputs?.['by'] === undefined ? [view.status] : ['answered'];
    default:
      return [];
  }
}
