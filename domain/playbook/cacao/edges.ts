/** The roads of a CACAO workflow: which step names which as a successor, and where in the document. */
import { pointerOf } from './fault.ts';
import type { CacaoId, CacaoPlaybook, CacaoStep } from './model.ts';
import { ownEntry } from './model.ts';

export type EdgeKind = 'next' | 'failure' | 'branch' | 'body';
export type Edge = { readonly from: CacaoId; readonly to: CacaoId; readonly kind: EdgeKind; readonly pointer: string };

export function edgesOf(id: CacaoId, step: CacaoStep): readonly Edge[] {
  const at = (...path: readonly (string | number)[]): string => pointerOf('workflow', id, ...path);
  const edge = (to: CacaoId | undefined, kind: EdgeKind, ...path: readonly (string | number)[]): readonly Edge[] =>
    to === undefined ? [] : [{ from: id, to, kind, pointer: at(...path) }];
  return [
    ...edge(step.on_completion, 'next', 'on_completion'),
    ...edge(step.on_success, 'next', 'on_success'),
    ...edge(step.on_failure, 'failure', 'on_failure'),
    ...branchesOf(step).flatMap(({ to, path }) => edge(to, step.type === 'while-condition' ? 'body' : 'branch', ...path)),
  ];
}

type Branch = { readonly to: CacaoId | undefined; readonly path: readonly (string | number)[] };

function branchesOf(step: CacaoStep): readonly Branch[] {
  switch (step.type) {
    case 'if-condition':
      return [
        { to: step.on_true, path: ['on_true'] },
        { to: step.on_false, path: ['on_false'] },
      ];
    case 'while-condition':
      return [{ to: step.on_true, path: ['on_true'] }];
    case 'switch-condition':
      return Object.entries(step.cases).map(([value, to]) => ({ to, path: ['cases', value] }));
    case 'parallel':
      return step.next_steps.map((to, index) => ({ to, path: ['next_steps', index] }));
    case 'start':
    case 'end':
    case 'action':
    case 'playbook-action':
      return [];
  }
}

/** Where the step goes when it has ended well. */
export function nextOf(step: CacaoStep): CacaoId | undefined {
  return step.on_completion ?? step.on_success;
}

/** All steps on the roads from here, this one too. `follow` picks the roads. */
export function reachableFrom(
  playbook: CacaoPlaybook,
  from: readonly CacaoId[],
  follow: (edge: Edge) => boolean = () => true,
): Set<CacaoId> {
  const seen = new Set<CacaoId>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = ownEntry(playbook.workflow, id);
    if (step === undefined || seen.has(id)) continue;
    seen.add(id);
    for (const edge of edgesOf(id, step)) if (follow(edge)) open.push(edge.to);
  }
  return seen;
}
