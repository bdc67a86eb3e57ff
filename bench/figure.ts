/** One measured figure: ours against the limit's in the same run, so that the ratio holds when the machine's speed drifts. */
export type BenchFigure = {
  readonly name: string;
  readonly unit: 'steps/s' | 'runs/s' | 'ms' | 'µs' | 's' | 'requests/s' | 'events' | 'bytes' | 'KB' | 'frames/s' | '%';
  /** Medians over the repetitions. */
  readonly ours: number;
  readonly limit: number;
  /** Of the limit's performance, what we reach: 1 is as fast as the limit, whichever way the unit counts. */
  readonly ratio: number;
  readonly repetitions: number;
  /** (maximum − minimum) / median of ours. */
  readonly spread: number;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Makes the figure from samples of both sides. Rates (`…/s`) count up, times count down. */
export function figure(name: string, unit: BenchFigure['unit'], ours: readonly number[], limit: readonly number[]): BenchFigure {
  const mine = median(ours);
  const theirs = median(limit);
  const ratio = unit.endsWith('/s') ? mine / theirs : theirs / mine;
  return { name, unit, ours: mine, limit: theirs, ratio, repetitions: ours.length, spread: (Math.max(...ours) - Math.min(...ours)) / mine };
}
