/** What a step leaves in the history: events and bytes, of a playbook run and of the same shape written by hand; ordinary and quick steps. */
import proto from '@temporalio/proto';
import { figure, type BenchFigure } from './figure.ts';
import { inLab, type Lab, type Started } from './limit/lab.ts';
import { foreach, items, parallel, sequence } from './limit/shapes.ts';

const steps = 100;

type Size = { readonly events: number; readonly bytes: number };

export function bench(): Promise<BenchFigure[]> {
  return inLab(async (lab) => {
    const byHand = { sequence: await size(lab, lab.byHand('sequence', steps)), parallel: await size(lab, lab.byHand('parallel', steps)) };
    const ours = [
      { name: 'in sequence', of: await size(lab, lab.run(sequence('ordinary', steps))), limit: byHand.sequence },
      { name: 'in parallel', of: await size(lab, lab.run(parallel('ordinary', steps))), limit: byHand.parallel },
      { name: 'in sequence, quick', of: await size(lab, lab.run(sequence('quick', steps))), limit: byHand.sequence },
      { name: 'of a loop, quick', of: await size(lab, lab.run(foreach('quick', 10), items(steps))), limit: byHand.parallel },
    ];
    return ours.flatMap(({ name, of, limit }) => [
      figure(`history of ${steps} steps ${name}, each`, 'events', [of.events / steps], [limit.events / steps]),
      figure(`history of ${steps} steps ${name}, each`, 'bytes', [of.bytes / steps], [limit.bytes / steps]),
    ]);
  });
}

async function size({ client }: Lab, { workflowId, ended }: Started): Promise<Size> {
  await ended;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return { events: history.events?.length ?? 0, bytes: proto.temporal.api.history.v1.History.encode(history).finish().byteLength };
}
