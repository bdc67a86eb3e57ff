/**
 * The graph of a plan, to be drawn and to be measured: nodes are its steps, edges say why control goes there. Written as Mermaid,
 * as DOT and as text; what authors wrote is quoted, so that it cannot become part of the drawing's own language.
 */
import type { Json } from '../json.ts';
import { printDuration } from './duration.ts';
import type { ActionStep, Plan, PlanStep, StepKind, StepOf, Template } from './plan.ts';

export type EdgeKind =
  | 'next'
  | 'then'
  | 'else'
  | 'case'
  | 'default'
  | 'branch'
  | 'item'
  | 'failure'
  | 'denied'
  | 'expired'
  | 'cancelled'
  | 'undo';

export type GraphNode = {
  readonly id: string;
  /** The step's kind; `start`, `finish` and `effect-undo` are not steps. */
  readonly kind: PlanStep['kind'] | 'start' | 'finish' | 'effect-undo';
  readonly label: string;
  /** The enclosing `parallel`, `foreach` or other block. */
  readonly in?: string | undefined;
};
export type GraphEdge = { readonly from: string; readonly to: string; readonly kind: EdgeKind; readonly label?: string | undefined };
export type PlaybookGraph = {
  readonly playbook: string;
  readonly version: string;
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
};

const startId = '(start)';
const finishId = '(finish)';

export function graphOf(plan: Plan): PlaybookGraph {
  const steps = Object.values(plan.steps).filter((step) => !goesOn(step));
  const edges = [
    { from: startId, to: plan.start, kind: 'next' as const },
    ...steps.flatMap((step) => edgesOf(step).map((edge) => ({ ...edge, to: onwardOf(plan, edge.to) }))),
    ...steps.flatMap(undoEdges),
  ];
  const nodes: readonly GraphNode[] = [
    { id: startId, kind: 'start', label: startLabel(plan) },
    ...steps.map((step) => ({ id: step.id, kind: step.kind, label: labelOf(step), ...(step.in === undefined ? {} : { in: step.in }) })),
    ...steps.flatMap(undoNodes),
    ...(edges.some(({ to }) => to === finishId) ? [{ id: finishId, kind: 'finish' as const, label: 'done' }] : []),
  ];
  return { playbook: plan.playbook, version: plan.version, title: plan.title, ...inReadingOrder(nodes, edges) };
}

/** Made by `on_failure: continue` at the end of the procedure: it does nothing, and is not drawn. */
function goesOn(step: PlanStep): boolean {
  return step.kind === 'set' && step.in === undefined && step.id.includes('.') && Object.keys(step.outputs).length === 0;
}

function onwardOf(plan: Plan, id: string): string {
  const step = plan.steps[id];
  return step && goesOn(step) ? (step.next ?? finishId) : id;
}

/** As control comes to them from the start; what it never comes to stands last. */
function inReadingOrder(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Pick<PlaybookGraph, 'nodes' | 'edges'> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const out = new Map<string, GraphEdge[]>();
  for (const edge of edges) out.set(edge.from, [...(out.get(edge.from) ?? []), edge]);
  const ordered = new Set<GraphNode>();
  const open = [startId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = known.get(id);
    if (node === undefined || ordered.has(node)) continue;
    ordered.add(node);
    open.push(...(out.get(id) ?? []).map(({ to }) => to).toReversed());
  }
  for (const node of nodes) ordered.add(node);
  return { nodes: [...ordered], edges: [...ordered].flatMap(({ id }) => out.get(id) ?? []) };
}

/** Where control can go from a step. At the end of an inner block it goes nowhere: the enclosing step goes on. */
export function edgesOf(step: PlanStep): readonly GraphEdge[] {
  const onward = step.next ?? (step.in === undefined && !step.cleanup ? finishId : undefined);
  const ways = waysOf[step.kind] as ((step: PlanStep, onward: string | undefined) => readonly Way[]) | undefined;
  return [
    ...(ways?.(step, onward) ?? [['next', onward] as const]),
    ['failure', step.failure] as const,
    ['cancelled', step.cancelled] as const,
  ].flatMap(([kind, to, label]) => (to === undefined ? [] : [{ from: step.id, to, kind, ...(label === undefined ? {} : { label }) }]));
}

type Way = readonly [kind: EdgeKind, to: string | undefined, label?: string];

/** Of kinds that do more than go on. */
const waysOf: { readonly [K in StepKind]?: (step: StepOf<K>, onward: string | undefined) => readonly Way[] } = {
  if: (step, onward) => [
    ['then', step.then ?? onward],
    ['else', step.else ?? onward],
    ...(step.block && step.then !== undefined && step.else !== undefined ? [['next', onward] as const] : []),
  ],
  switch: (step, onward) => [
    ...step.cases.map(({ values, to }) => ['case', to, values.map(valueText).join(', ')] as const),
    ['default', step.default === 'continue' ? onward : step.default?.to],
    ...(step.block && step.default !== 'continue' ? [['next', onward] as const] : []),
  ],
  approval: (step, onward) => [
    ['next', onward, 'approved'],
    ['denied', step.denied],
    ['expired', step.expired],
  ],
  manual: (step, onward) => [
    ['next', onward, 'answered'],
    ['expired', 'to' in step.expired ? step.expired.to : undefined],
  ],
  parallel: (step, onward) => [...step.branches.map((branch) => ['branch', branch] as const), ['next', onward]],
  foreach: (step, onward) => [
    ['item', step.body],
    ['next', onward],
  ],
  while: (step, onward) => [
    ['item', step.body],
    ['next', onward],
  ],
  end: skippable,
  fail: skippable,
};

function skippable(step: PlanStep, onward: string | undefined): readonly Way[] {
  return step.if === undefined ? [] : [['next', onward, 'skipped']];
}

/** An action's undo, and what an undo step takes back. */
function undoEdges(step: PlanStep): readonly GraphEdge[] {
  if (step.kind === 'undo') return step.steps.map((to) => ({ from: step.id, to: undoId(to), kind: 'undo' }));
  if ((step.kind !== 'action' && step.kind !== 'manual') || step.undo === undefined) return [];
  return [{ from: step.id, to: undoId(step.id), kind: 'undo', ...(step.lease === undefined ? {} : { label: `after ${leaseText(step)}` }) }];
}

function undoNodes(step: PlanStep): readonly GraphNode[] {
  if ((step.kind !== 'action' && step.kind !== 'manual') || step.undo === undefined) return [];
  const label = typeof step.undo === 'string' ? step.undo : `task: ${templateText(step.undo.instructions)}`;
  return [{ id: undoId(step.id), kind: 'effect-undo', label, ...(step.in === undefined ? {} : { in: step.in }) }];
}

const undoId = (step: string): string => `(undo ${step})`;

const leaseText = (step: Pick<ActionStep, 'lease'>): string => (step.lease === undefined ? '' : templateText(step.lease));

function startLabel(plan: Plan): string {
  const by = plan.triggers.map((trigger) => {
    if (trigger.kind === 'manual') return `by hand: ${trigger.roles.join(', ')}`;
    if (trigger.kind === 'signal') return `on a signal: ${trigger.when}`;
    if (trigger.kind === 'playbook') return `when ${trigger.playbook} ends: ${trigger.outcomes.join(', ')}`;
    return trigger.cron === undefined
      ? `every ${printDuration(trigger.everyMs ?? 0)}`
      : `at ${trigger.cron}${trigger.timezone === undefined ? '' : ` (${trigger.timezone})`}`;
  });
  return by.join('\n') || 'by a stage or the API';
}

/** The step's id and what it does, in two lines. */
function labelOf(step: PlanStep): string {
  const guard = step.if === undefined ? '' : `\nif ${step.if}`;
  return `${step.id}\n${doesOf(step)}${guard}${timingText(step)}`;
}

/** Of blocks; an action's attempts are its driver's. */
function timingText({ kind, timeoutMs, retry }: PlanStep): string {
  if (kind === 'action') return '';
  const limit = timeoutMs === undefined ? '' : `\nat most ${printDuration(timeoutMs)}`;
  return retry ? `${limit}\nup to ${retry.attempts} times` : limit;
}

function doesOf(step: PlanStep): string {
  const words = wordsOf[step.kind] as ((step: PlanStep) => string) | undefined;
  return words?.(step) ?? step.kind;
}

/** Of kinds that their name alone does not explain. */
const wordsOf: { readonly [K in StepKind]?: (step: StepOf<K>) => string } = {
  action: (step) => step.action,
  approval: ({ of, roles, people = [] }) => `approval of ${of.join(', ')}, by ${[...roles, ...people].join(' or ')}`,
  manual: (step) => `task for ${[...step.roles, ...step.people].join(' or ')}`,
  if: (step) => step.condition,
  switch: (step) => step.on,
  while: (step) => `while ${step.condition}, at most ${step.max} times`,
  wait: (step) => `${step.signal === undefined ? 'wait' : `wait for a signal: ${step.signal},`} ${timeText(step)}`,
  parallel: ({ join, branches }) => (join === undefined ? 'parallel' : `parallel, until ${join.count} of ${branches.length} are done`),
  playbook: (step) =>
    `playbook ${step.playbook}${step.version === undefined ? '' : ` ${step.version}`}${step.detach ? ', not waited for' : ''}`,
  foreach: (step) => `for each ${step.as} of ${templateText(step.items)}`,
  end: (step) => `end: ${step.outcome}`,
  fail: (step) => `fail: ${templateText(step.message)}`,
  undo: (step) => `undo ${step.steps.join(', ')}`,
};

function timeText({ until, for: duration }: StepOf<'wait'>): string {
  return until ? `until ${templateText(until)}` : `for ${duration ? templateText(duration) : ''}`;
}

/** As it was written, about. */
function templateText(template: Template): string {
  switch (template.is) {
    case 'value':
      return valueText(template.value);
    case 'cel':
      return template.cel;
    case 'text':
      return template.parts.map((part) => (typeof part === 'string' ? part : `\${${part.cel}}`)).join('');
    case 'list':
      return `[${template.items.map(templateText).join(', ')}]`;
    case 'map':
      return `{${Object.entries(template.entries)
        .map(([name, entry]) => `${name}: ${templateText(entry)}`)
        .join(', ')}}`;
  }
}

const valueText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
