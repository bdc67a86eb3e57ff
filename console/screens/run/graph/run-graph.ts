/**
 * The graph of a run: the steps of its plan, each with what became of it. A step within a loop is one node with a tally of its items, so that
 * a thousand items are one node. What ends within a block leads on to where the block goes on. Pure.
 */
import { edgesOf, graphOf, type EdgeKind, type GraphNode } from '../../../../domain/playbook/graph.ts';
import type { Plan, PlanStep } from '../../../../domain/playbook/plan.ts';
import { heaviest, planIdOf, stateOf, type Attempt, type StepState, type StepView } from '../step-state.ts';

export type RunNode = {
  readonly id: string;
  readonly kind: GraphNode['kind'];
  readonly title: string;
  /** What it does, in a line. */
  readonly does: string;
  readonly state: StepState;
  /** Executions of it, in the order in which they were begun. More than one within loops. */
  readonly steps: readonly StepView[];
  readonly tally: Readonly<Partial<Record<StepState, number>>>;
  readonly undo?: string;
  readonly in?: string;
};
export type RunEdge = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind | 'join';
  readonly label?: string;
  /** Control went along it. */
  readonly taken: boolean;
};
export type RunGraph = { readonly nodes: readonly RunNode[]; readonly edges: readonly RunEdge[] };

const finishId = '(finish)';

export function runGraphOf(plan: Plan, steps: readonly StepView[] = [], attempts: ReadonlyMap<string, Attempt> = new Map()): RunGraph {
  const { drawn, edges } = shapeOf(plan);
  const executions = byStep(steps);
  const started = steps.length > 0;
  const nodes = drawn
    .map((node) => nodeOf(node, plan.steps[node.id], { executions: executions.get(node.id) ?? [], attempts, started }))
    .map((node) => ({ ...node, ...itemsOver(node, executions.get(node.in ?? '')) }));
  const entered = new Set(nodes.filter(({ state }) => state !== 'ahead' && state !== 'skipped').map(({ id }) => id));
  const isTaken = ({ from, to }: Way) => entered.has(from) && (entered.has(to) || (to === finishId && hasEnded(executions.get(from))));
  const arrived = edges.some((edge) => edge.to === finishId && isTaken(edge));
  return {
    nodes: nodes.map((node) => (node.id === finishId && arrived ? { ...node, state: 'done' } : node)),
    edges: edges.map((edge) => edgeOf(edge, isTaken(edge))),
  };
}

function byStep(steps: readonly StepView[]): ReadonlyMap<string, readonly StepView[]> {
  const found = new Map<string, StepView[]>();
  for (const step of steps) {
    const id = planIdOf(step.step);
    const known = found.get(id);
    if (known === undefined) found.set(id, [step]);
    else known.push(step);
  }
  return found;
}

type Shape = { readonly drawn: readonly GraphNode[]; readonly edges: readonly Way[] };

/** Of a plan, which never changes: a run is drawn again with each of its events. */
const shapes = new WeakMap<Plan, Shape>();

function shapeOf(plan: Plan): Shape {
  const known = shapes.get(plan);
  if (known !== undefined) return known;
  const { nodes, edges } = graphOf(plan);
  const drawn = nodes.filter(({ id, kind }) => kind !== 'effect-undo' && !goesOn(plan.steps[id]));
  const shape = { drawn, edges: waysOf(plan, edges) };
  shapes.set(plan, shape);
  return shape;
}

type Way = { readonly from: string; readonly to: string; readonly kind: RunEdge['kind']; readonly label?: string | undefined };

/** One line between two nodes: a failure that goes on is the same way. */
function waysOf(plan: Plan, ways: readonly Way[]): readonly Way[] {
  const all = [...ways.filter(({ kind }) => kind !== 'undo'), ...joinsOf(plan)].filter((edge) => !isDoubled(plan, edge));
  const drawn = all.flatMap((way) => (goesOn(plan.steps[way.to]) ? [] : [way]));
  return [...new Map(drawn.toReversed().map((way) => [`${way.from} ${way.to}`, way])).values()].toReversed();
}

/** Made by the compiler of `on_failure: continue`: it does nothing. */
function goesOn(step: PlanStep | undefined): boolean {
  return step?.kind === 'set' && step.id.includes('.') && Object.keys(step.outputs).length === 0;
}

/** Where the ends of a block lead on to: the way out of the block itself is drawn from them. */
function joinsOf(plan: Plan): readonly Way[] {
  return Object.values(plan.steps).flatMap((step) => {
    if (
      step.in === undefined ||
      goesOn(step) ||
      edgesOf(step).some(({ kind }) => kind !== 'failure' && kind !== 'cancelled' && kind !== 'item')
    )
      return [];
    if (step.kind === 'end' || step.kind === 'fail') return [];
    const to = onwardFrom(plan, step.in);
    return to === undefined ? [] : [{ from: step.id, to, kind: 'join' as const }];
  });
}

function onwardFrom(plan: Plan, id: string): string | undefined {
  const block = plan.steps[id];
  if (block === undefined) return undefined;
  if (block.next !== undefined) return block.next;
  return block.in === undefined ? (block.cleanup ? undefined : finishId) : onwardFrom(plan, block.in);
}

/** The way on of a block whose ends are drawn to lead there. */
function isDoubled(plan: Plan, { from, kind }: Way): boolean {
  const step = plan.steps[from];
  return (
    kind === 'next' && step !== undefined && (step.kind === 'parallel' || step.kind === 'foreach' || step.kind === 'while' || isBlock(step))
  );
}

function isBlock(step: PlanStep): boolean {
  return (step.kind === 'if' || step.kind === 'switch') && step.block === true;
}

type Known = { readonly executions: readonly StepView[]; readonly attempts: ReadonlyMap<string, Attempt>; readonly started: boolean };

function nodeOf(node: GraphNode, step: PlanStep | undefined, known: Known): RunNode {
  return node.kind === 'start' || node.kind === 'finish' ? pillOf(node, known.started) : stepNodeOf(node, step, known);
}

function pillOf({ id, kind, label }: GraphNode, started: boolean): RunNode {
  const start = kind === 'start';
  return { id, kind, title: start ? 'start' : 'end', does: label, state: start && started ? 'done' : 'ahead', steps: [], tally: {} };
}

function stepNodeOf({ id, kind, label }: GraphNode, step: PlanStep | undefined, { executions, attempts }: Known): RunNode {
  const [, does = '', ...more] = label.split('\n');
  const states = executions.map((one) => stateOf(one, attempts.get(one.step)));
  const tally: Partial<Record<StepState, number>> = {};
  for (const state of states) tally[state] = (tally[state] ?? 0) + 1;
  return {
    id,
    kind,
    title: step?.title ?? id,
    does: [does, ...more.filter((line) => line.startsWith('if '))].join(' · '),
    state: heaviest(states),
    steps: executions,
    tally,
    ...undoOf(step),
    ...(step?.in === undefined ? {} : { in: step.in }),
  };
}

/** A loop that is over keeps what its items gave, and no longer how each of them went. */
function itemsOver({ state }: RunNode, block: readonly StepView[] | undefined): Pick<RunNode, 'state' | 'tally'> | undefined {
  const [loop] = block ?? [];
  if (state !== 'ahead' || loop?.status !== 'done' || (loop.kind !== 'foreach' && loop.kind !== 'while')) return undefined;
  const items = loop.outputs?.['items'];
  return { state: 'done', tally: Array.isArray(items) ? { done: items.length } : {} };
}

function undoOf(step: PlanStep | undefined): Pick<RunNode, 'undo'> {
  if ((step?.kind !== 'action' && step?.kind !== 'manual') || step.undo === undefined) return {};
  return { undo: typeof step.undo === 'string' ? step.undo : 'a task' };
}

function hasEnded(executions: readonly StepView[] | undefined): boolean {
  return executions?.some(({ status }) => status === 'done') ?? false;
}

const words: ReadonlyMap<RunEdge['kind'], string> = new Map([
  ['then', 'yes'],
  ['else', 'no'],
  ['default', 'otherwise'],
  ['item', 'each'],
  ['failure', 'on failure'],
  ['denied', 'denied'],
  ['expired', 'expired'],
  ['cancelled', 'on cancel'],
]);

function edgeOf({ from, to, kind, label = words.get(kind) }: Way, taken: boolean): RunEdge {
  return { id: `${from} ${kind} ${to}`, from, to, kind, ...(label === undefined ? {} : { label }), taken };
}
