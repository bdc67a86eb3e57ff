/** Statistics of intervals between events. Fewer than two intervals say nothing: the answer is then infinite, which is regular to nobody. */

/** Seconds between one event and the next, in the order given. */
export function intervalsOf(events: readonly { readonly at: string }[]): readonly number[] {
  return events.slice(1).map(({ at }, index) => (Date.parse(at) - Date.parse(events[index]?.at ?? at)) / 1000);
}

/** Standard deviation over mean. */
export function coefficientOfVariation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2 || mean === 0) return Number.POSITIVE_INFINITY;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) / mean;
}

/**
 * Local variation: 0 for a regular rhythm, 1 for a random (Poisson) one, and unlike the coefficient of variation blind to slow
 * changes of pace. Shinomoto, Shima, Tanji: Differences in spiking patterns among cortical neurons, Neural Computation 15 (2003) 2823.
 */
export function localVariation(values: readonly number[]): number {
  const moving = values.filter((value) => value > 0);
  if (moving.length < 3) return Number.POSITIVE_INFINITY;
  const terms = moving.slice(1).map((value, index) => {
    const before = moving[index] ?? value;
    return ((before - value) / (before + value)) ** 2;
  });
  return (3 * terms.reduce((sum, term) => sum + term, 0)) / terms.length;
}

/** The most frequent value (the smallest of several) and the part of all that it is. */
export function mode(values: readonly number[]): { readonly value: number; readonly share: number } {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = { value: 0, count: 0 };
  for (const [value, count] of counts) if (count > best.count || (count === best.count && value < best.value)) best = { value, count };
  return { value: best.value, share: values.length === 0 ? 0 : best.count / values.length };
}

/** 0 where there is none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two values beside it (type 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996); 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * How many spreads above its usual value something is: (x − median) / (1.4826 · MAD), which is the modified z-score of Iglewicz and Hoaglin
 * (How to Detect and Handle Outliers, 1993); they call more than 3.5 an outlier. Where more than half of the past is one value the MAD is 0, and
 * 1.2533 times the mean absolute deviation stands in for it. The spread is never less than `floor`.
 */
export function robustScore(value: number, past: readonly number[], floor: number): { readonly score: number; readonly usual: number } {
  const usual = median(past);
  const deviations = past.map((each) => Math.abs(each - usual));
  const byMedian = 1.4826 * median(deviations);
  const byMean = (1.2533 * deviations.reduce((sum, each) => sum + each, 0)) / Math.max(1, deviations.length);
  return { score: (value - usual) / Math.max(byMedian > 0 ? byMedian : byMean, floor), usual };
}
