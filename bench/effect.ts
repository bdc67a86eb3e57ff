/**
 * The price of safety: a step with an effect (approval, decision point, intent, audit, receipt, confirmation) against one without, which checks
 * its order as every action does, and against one that does nothing whatever; all on Temporal, the store on a disk that is waited for. The point
 * is in memory: a connector's own time is not counted.
 */
import { randomBytes } from 'node:crypto';
import { figure, type BenchFigure } from './figure.ts';
import { inEffectLab, sides, type EffectLab, type Part, type Side } from './limit/effect-lab.ts';

const steps = 40;
const rounds = 7;
/** What a run costs besides its steps is on both sides; it is taken off. */
const short = 1;

export function bench(): Promise<BenchFigure[]> {
  return inEffectLab({ steps, short }, measured);
}

async function measured(lab: EffectLab): Promise<BenchFigure[]> {
  const took: Record<Side, number[]> = { with: [], without: [], nothing: [] };
  const parts: Record<Part, number[]> = {
    whole: [],
    outlook: [],
    approval: [],
    guard: [],
    intent: [],
    lock: [],
    act: [],
    confirm: [],
  };
  // The first round warms both up; who begins changes from round to round.
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      lab.forget();
      const ms = await stepMs(lab, side);
      if (round === 0) continue;
      took[side].push(ms);
      if (side === 'with') for (const [part, samples] of Object.entries(parts)) samples.push(lab.spent(part as Part));
    }
  }
  parts.approval = await lab.approvals(200);
  const whole = figure('a step with an effect, against one without', 'ms', took.with, took.without);
  const bare = figure('a step with an effect, against one that does nothing', 'ms', took.with, took.nothing);
  const shares = Object.entries(parts).map(([part, ms]) => figure(`of an effect: ${names[part as Part]}`, 'ms', ms, took.with));
  return [whole, bare, ...shares];
}

async function stepMs(lab: EffectLab, side: Side): Promise<number> {
  const long = await elapsed(() => lab.run(side, steps, id()));
  const start = await elapsed(() => lab.run(side, short, id()));
  return (long - start) / (steps - short);
}

const id = (): string => randomBytes(6).toString('hex');

async function elapsed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const names: { readonly [part in Part]: string } = {
  whole: 'the activity, from end to end',
  outlook: 'order, row, points, settings, budgets',
  approval: 'an approval, checked again',
  guard: 'the decision point (OPA)',
  intent: 'intent, budgets, audit row, on the disk',
  lock: 'the point’s lock (waited for meanwhile)',
  act: 'the point itself, in memory',
  confirm: 'receipt, state, audit rows, on the disk',
};
