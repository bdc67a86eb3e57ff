/** What a step leaves in the history: events and bytes, of a playbook run and of the same shape written by hand; ordinary and quick steps. */
import proto from '@temporalio/proto';
import { figure, type BenchFigure } from './figure.ts';
import { inLab, type Lab, type Started } from './limit/lab.ts';
import { foreach, items, parallel, sequence } from './limit/shapes.ts';

const steps = 100;
/** How often the server wakes a workflow is chance: as often as it is free while steps that go on at once come to their ends. */
const rounds = 7;

type Size = { readonly events: number; readonly bytes: number };

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    const shapes: readonly Shape[] = [
      { name: 'in sequence', ours: () => lab.run(sequence('ordinary', steps)), hand: () => lab.byHand('sequence', steps) },
      { name: 'in parallel', ours: () => lab.run(parallel('ordinary', steps)), hand: () => lab.byHand('parallel', steps) },
      { name: 'in sequence, quick', ours: () => lab.run(sequence('quick', steps)), hand: () => lab.byHand('sequence', steps) },
      { name: 'of a loop, quick', ours: () => lab.run(foreach('quick', 10), items(steps)), hand: () => lab.byHand('parallel', steps) },
    ];
    const figures: BenchFigure[] = [];
    for (const shape of shapes) figures.push(...(await compare(lab, shape)));
    return figures;
  });
}

type Shape = { readonly name: string; readonly ours: () => Started; readonly hand: () => Started };

async function compare(lab: Lab, { name, ours, hand }: Shape): Promise<BenchFigure[]> {
  const sizes: { readonly ours: Size; readonly hand: Size }[] = [];
  for (let round = 0; round < rounds; round++) sizes.push({ ours: await size(lab, ours()), hand: await size(lab, hand()) });
  return (['events', 'bytes'] as const).map((unit) =>
    figure(
      `history of ${steps} steps ${name}, each`,
      unit,
      sizes.map((both) => both.ours[unit] / steps),
      sizes.map((both) => both.hand[unit] / steps),
    ),
  );
}

async function size({ client }: Lab, { workflowId, ended }: Started): Promise<Size> {
  await ended;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return { events: history.events?.length ?? 0, bytes: proto.temporal.api.history.v1.History.encode(history).finish().byteLength };
}
