/** How runs grow: what an item of a loop costs where there are ten and where there are 100,000, in bounded histories; and one large result. */
import { figure, type BenchFigure } from './figure.ts';
import { inLab, timed, type Lab, type Started } from './limit/lab.ts';
import { foreach, items, large, sequence, turns } from './limit/shapes.ts';
import type { Plan } from '../domain/playbook/plan.ts';

const together = 50;

type Grown = { readonly msEach: number; readonly events: number; readonly executions: number; readonly mb: number };

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    await grown(lab, foreach('quick', together), 1_000);
    const base = await grown(lab, foreach('quick', together), 1_000);
    const figures: BenchFigure[] = [];
    for (const count of [10, 10_000, 100_000]) {
      const of = await grown(lab, foreach('quick', together), count);
      figures.push(...said(`foreach over ${count.toLocaleString('en')}`, count, of, base));
    }
    figures.push(...said('while of 10,000 turns', 10_000, await grown(lab, turns('quick', 10_000), 10_000), base));
    const small = await grown(lab, sequence('ordinary', 1), 1);
    const big = await grown(lab, large(4 * 1024 * 1024), 1);
    figures.push(figure('a step with a result of 4 MB, against a small one', 'ms', [big.msEach], [small.msEach]));
    return figures;
  });
}

const historyMayHave = 51_200;

function said(name: string, count: number, { msEach, events, executions, mb }: Grown, base: Grown): BenchFigure[] {
  return [
    // Of ten, the run itself is what is measured.
    ...(count > 100 ? [figure(`${name}: each item, against one of 1,000`, 'ms', [msEach], [base.msEach])] : []),
    figure(`${name}: events of the longest of ${executions} histories`, 'events', [events], [historyMayHave]),
    figure(`${name}: memory of the worker beyond 1,000`, 'KB', [Math.max(1, (mb - base.mb) * 1024)], [512 * 1024]),
  ];
}

async function grown(lab: Lab, plan: Plan, count: number): Promise<Grown> {
  let started: Started | undefined;
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  const { ms } = await timed(1, 1, () => (started = lab.run(plan, plan.inputs['items'] ? items(count) : {})));
  clearInterval(watch);
  const lengths = await lengthsOf(lab, started?.workflowId ?? '');
  return { msEach: ms / count, events: Math.max(...lengths), executions: lengths.length, mb: peak / 1024 / 1024 };
}

/** Of every execution of the run, by the chain of their histories. */
async function lengthsOf({ client }: Lab, workflowId: string): Promise<number[]> {
  const lengths: number[] = [];
  let runId: string | undefined;
  for (;;) {
    const { events = [] } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const list = events ?? [];
    lengths.push(list.length);
    runId = list[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
    if (!runId) return lengths;
  }
}
