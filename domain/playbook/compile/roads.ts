/** The roads through a plan: steps that none of them comes to, and approvals that they do not pass where they should. */
import { edgesOf, type GraphEdge } from '../graph.ts';
import type { ApprovalStep, PlanStep } from '../plan.ts';
import type { Issue, SourcePath } from './source.ts';
import type { Survey } from './survey.ts';

type Steps = { readonly [id: string]: PlanStep };
type Roads = { readonly steps: Steps; readonly start: string; readonly survey: Survey };
export type RoadIssues = { readonly errors: readonly Issue[]; readonly warnings: readonly Issue[] };

export function roadIssues(roads: Roads): RoadIssues {
  const needs = Object.values(roads.steps).flatMap((step) => (step.kind === 'approval' ? approvalIssues(roads, step) : []));
  return {
    errors: needs.filter(({ never }) => never).map(({ issue }) => issue),
    warnings: [...unreached(roads), ...needs.filter(({ never }) => !never).map(({ issue }) => issue)],
  };
}

const issueAt = (at: SourcePath, text: string, help: string): Issue => ({ code: 'playbook-invalid', at, text, help });

/** Of a row of steps that nothing comes to, the first alone. */
function unreached({ steps, start, survey }: Roads): readonly Issue[] {
  const reached = reachableFrom(steps, [start]);
  const lost = Object.values(steps).filter(({ id }) => !reached.has(id));
  const led = new Set(lost.flatMap((step) => edgesOf(step).map(({ to }) => to)));
  return lost.flatMap(({ id }) => {
    const known = survey.steps.get(id);
    if (known === undefined || led.has(id)) return [];
    return [
      issueAt(
        [...known.at, 'id'],
        `step \`${id}\` @ can never run`,
        'what stands before it always ends the run; put an `if` on that, or take this out',
      ),
    ];
  });
}

type Need = { readonly issue: Issue; readonly never: boolean };

function approvalIssues({ steps, start, survey }: Roads, approval: ApprovalStep): readonly Need[] {
  const onward = onwardOf(steps, approval);
  const after = reachableFrom(steps, onward === undefined ? [] : [onward]);
  // Approved, it goes on; every other way out of it gives no approval. A guard lets a run past it.
  const given = (edge: GraphEdge): boolean => edge.from === approval.id && edge.kind === 'next' && approval.if === undefined;
  const without = reachableFrom(steps, [start], (edge) => !given(edge));
  return approval.of.flatMap((id, index): readonly Need[] => {
    const [covered, at] = [steps[id], [...(survey.steps.get(approval.id)?.at ?? []), 'approval', 'of', index]];
    if (covered === undefined) return [];
    if (!after.has(id)) {
      const text = `step \`${id}\` @ needs approval \`${approval.id}\`, which no road to it gives`;
      return [{ never: true, issue: issueAt(at, text, 'put the approval before the step, on the same road') }];
    }
    if (!without.has(id) || (covered.if !== undefined && covered.if === approval.if)) return [];
    const text = `step \`${id}\` can be reached without approval \`${approval.id}\`, and fails then`;
    return [{ never: false, issue: issueAt(at, text, 'put the approval on every road to the step, or the step under the same condition') }];
  });
}

function reachableFrom(steps: Steps, from: readonly string[], follow: (edge: GraphEdge) => boolean = () => true): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = steps[id];
    if (step === undefined || seen.has(id)) continue;
    seen.add(id);
    for (const edge of waysOf(steps, step)) if (follow(edge)) open.push(edge.to);
  }
  return seen;
}

/** As drawn, and from the end of an inner block to what follows the block. */
function waysOf(steps: Steps, step: PlanStep): readonly GraphEdge[] {
  const edges = edgesOf(step);
  const ends = (step.kind === 'end' || step.kind === 'fail') && step.if === undefined;
  if (ends || step.next !== undefined || step.in === undefined) return edges;
  const onward = onwardOf(steps, step);
  return onward === undefined ? edges : [...edges, { from: step.id, to: onward, kind: 'next' }];
}

/** What follows the step; at the end of a block, what follows the block. */
function onwardOf(steps: Steps, step: PlanStep): string | undefined {
  let at: PlanStep | undefined = step;
  while (at !== undefined && at.next === undefined) at = at.in === undefined ? undefined : steps[at.in];
  return at?.next;
}
