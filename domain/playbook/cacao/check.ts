/**
 * The semantic check of a CACAO document whose structure is in order: what JSON Schema cannot say. References, roads, variables,
 * conditions, agents, contacts, times. Pure; gives every fault found.
 */
import { checkDefinitions } from './check-definitions.ts';
import { checkVariables } from './check-variables.ts';
import { edgesOf, nextOf, reachableFrom, type Edge } from './edges.ts';
import { pointerOf, type CacaoFault } from './fault.ts';
import { ownEntry, type CacaoId, type CacaoPlaybook, type CacaoStep } from './model.ts';

export function checkCacao(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return [
    ...checkStart(playbook),
    ...checkReferences(playbook),
    ...checkOrder(playbook),
    ...checkCycles(playbook),
    ...checkReached(playbook),
    ...checkVariables(playbook),
    ...checkDefinitions(playbook),
  ];
}

const stepsOf = (playbook: CacaoPlaybook): readonly (readonly [CacaoId, CacaoStep])[] => Object.entries(playbook.workflow);

function checkStart(playbook: CacaoPlaybook): readonly CacaoFault[] {
  const { workflow_start: start, workflow_exception: exception } = playbook;
  const first = ownEntry(playbook.workflow, start);
  const faults: CacaoFault[] = [];
  if (first === undefined)
    faults.push({
      code: 'cacao-start-missing',
      severity: 'error',
      pointer: '/workflow_start',
      message: `\`workflow_start\` names \`${start}\`, which is not in the workflow`,
      expected: 'the id of a start step of the workflow',
    });
  else if (first.type !== 'start')
    faults.push({
      code: 'cacao-start-kind',
      severity: 'warning',
      pointer: '/workflow_start',
      step: start,
      message: `\`workflow_start\` names a step of type \`${first.type}\``,
      expected: 'a start step; it is taken as the first step as it stands',
    });
  if (exception !== undefined && ownEntry(playbook.workflow, exception) === undefined)
    faults.push({
      code: 'cacao-step-missing',
      // Published playbooks do this. It is no road that a run may take: without it a failure is the run's own.
      severity: 'warning',
      pointer: '/workflow_exception',
      message: `\`workflow_exception\` names \`${exception}\`, which is not in the workflow`,
      expected: 'the id of a step of the workflow; a failure without handler ends the run',
    });
  return faults;
}

function checkReferences(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return stepsOf(playbook).flatMap(([id, step]) => [
    ...edgesOf(id, step).flatMap((edge) => referenceFault(playbook, edge)),
    ...(id.startsWith(`${step.type}--`) ? [] : [idFault(id, step)]),
  ]);
}

function referenceFault(playbook: CacaoPlaybook, { from, to, pointer }: Edge): readonly CacaoFault[] {
  const target = ownEntry(playbook.workflow, to);
  if (target === undefined)
    return [
      {
        code: 'cacao-step-missing',
        severity: 'error',
        pointer,
        step: from,
        message: `step \`${nameOf(playbook, from)}\` goes on to \`${to}\`, which is not in the workflow`,
        expected: 'the id of a step of the workflow',
      },
    ];
  if (target.type !== 'start') return [];
  return [
    {
      code: 'cacao-step-kind',
      severity: 'error',
      pointer,
      step: from,
      message: `step \`${nameOf(playbook, from)}\` goes back to the start step`,
      expected: 'any step but a start step',
    },
  ];
}

function idFault(id: CacaoId, step: CacaoStep): CacaoFault {
  return {
    code: 'cacao-step-kind',
    severity: 'error',
    pointer: pointerOf('workflow', id, 'type'),
    step: id,
    message: `step \`${id}\` is of type \`${step.type}\``,
    expected: `an id that begins with \`${step.type}--\``,
  };
}

/** Which successors a step may name (§4.1): the schemas say it in a way that no validator enforces. */
function checkOrder(playbook: CacaoPlaybook): readonly CacaoFault[] {
  return stepsOf(playbook).flatMap(([id, step]) => {
    const fault = (path: string, message: string, expected: string): CacaoFault => ({
      code: 'cacao-step-order',
      severity: 'error',
      pointer: pointerOf('workflow', id, path),
      step: id,
      message: `step \`${nameOf(playbook, id)}\` ${message}`,
      expected,
    });
    if (step.type === 'end')
      return (['on_completion', 'on_success', 'on_failure'] as const).flatMap((key) =>
        step[key] === undefined ? [] : [fault(key, `is an end step and has \`${key}\``, 'an end step with nothing after it')],
      );
    const faults: CacaoFault[] = [];
    if (step.type === 'start' && (step.on_success ?? step.on_failure) !== undefined)
      faults.push(fault('', 'is a start step with `on_success` or `on_failure`', '`on_completion` alone'));
    if (step.on_completion !== undefined && (step.on_success ?? step.on_failure) !== undefined)
      faults.push(fault('on_completion', 'has `on_completion` beside `on_success` or `on_failure`', 'one or the other'));
    if ((step.type === 'start' || step.type === 'action' || step.type === 'playbook-action') && nextOf(step) === undefined)
      faults.push(fault('', 'goes on to nothing', '`on_completion` or `on_success`'));
    return faults;
  });
}

/** A road that comes back is a cycle, but for the body of a `while-condition` that comes back to it. */
function checkCycles(playbook: CacaoPlaybook): readonly CacaoFault[] {
  const done = new Set<CacaoId>();
  const faults: CacaoFault[] = [];
  for (const [root] of stepsOf(playbook)) walkFrom(playbook, root, { done, faults });
  return faults;
}

type CycleWalk = { readonly done: Set<CacaoId>; readonly faults: CacaoFault[] };

/** Depth first, with a stack of our own: a document may be a chain of many thousand steps. */
function walkFrom(playbook: CacaoPlaybook, root: CacaoId, { done, faults }: CycleWalk): void {
  const path = new Map<CacaoId, boolean>();
  const stack: { readonly id: CacaoId; readonly edges: Edge[] }[] = [];
  const enter = (id: CacaoId, body: boolean): void => {
    const step = ownEntry(playbook.workflow, id);
    if (step === undefined || done.has(id)) return;
    path.set(id, body);
    stack.push({ id, edges: [...edgesOf(id, step)] });
  };
  enter(root, false);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const edge = top.edges.pop();
    if (edge === undefined) {
      done.add(top.id);
      path.delete(top.id);
      stack.pop();
    } else if (!path.has(edge.to)) enter(edge.to, edge.kind === 'body');
    else if (!comesBackToLoop(playbook, edge, path)) faults.push(cycleFault(playbook, edge));
  }
}

function comesBackToLoop(playbook: CacaoPlaybook, edge: Edge, path: ReadonlyMap<CacaoId, boolean>): boolean {
  if (ownEntry(playbook.workflow, edge.to)?.type !== 'while-condition' || edge.from === edge.to) return false;
  const steps = [...path];
  const at = steps.findIndex(([id]) => id === edge.to);
  return steps[at + 1]?.[1] === true;
}

function cycleFault(playbook: CacaoPlaybook, { from, to, pointer }: Edge): CacaoFault {
  return {
    code: 'cacao-cycle',
    severity: 'error',
    pointer,
    step: from,
    message: `step \`${nameOf(playbook, from)}\` goes back to \`${nameOf(playbook, to)}\`, which leads to it`,
    expected: 'a road that ends; what is done again belongs into a while-condition',
  };
}

function checkReached(playbook: CacaoPlaybook): readonly CacaoFault[] {
  if (ownEntry(playbook.workflow, playbook.workflow_start) === undefined) return [];
  const roots = [playbook.workflow_start, ...(playbook.workflow_exception === undefined ? [] : [playbook.workflow_exception])];
  const reached = reachableFrom(playbook, roots);
  const unreached = stepsOf(playbook).filter(([id]) => !reached.has(id));
  const noEnd = [...reached].some((id) => ownEntry(playbook.workflow, id)?.type === 'end')
    ? []
    : [
        {
          code: 'cacao-no-end',
          severity: 'error',
          pointer: '/workflow',
          message: 'no road of the workflow arrives at an end step',
          expected: 'at least one end step',
        } as const,
      ];
  return [
    ...noEnd,
    ...unreached.map(([id, step]): CacaoFault => ({
      code: 'cacao-unreachable',
      severity: step.type === 'end' ? 'warning' : 'error',
      pointer: pointerOf('workflow', id),
      step: id,
      message: `step \`${nameOf(playbook, id)}\` is on no road from \`workflow_start\``,
      expected: 'each step to be reached',
    })),
  ];
}

/** As a person knows the step. */
export function nameOf(playbook: CacaoPlaybook, id: CacaoId): string {
  return ownEntry(playbook.workflow, id)?.name ?? id;
}
