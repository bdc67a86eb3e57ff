/**
 * How long an incident took, from its timeline: to detect (what the signal saw → accepted), decide (accepted → last vote that approved),
 * contain (accepted → first effect confirmed), recover (accepted → last effect undone). Absent where it has not happened.
 */
import type { TimelineItem } from './timeline.ts';

export type IncidentMetrics = {
  readonly detectMs: number | undefined;
  readonly decideMs: number | undefined;
  readonly containMs: number | undefined;
  readonly recoverMs: number | undefined;
};

/** The events that the times are taken from. */
export const measuredEvents: readonly string[] = ['signal-accepted', 'approval-approved', 'effect-confirmed', 'effect-undone'];

/** `seenAt`: when the first signal says that it happened. */
export function metricsOf(timeline: readonly TimelineItem[], seenAt: string | undefined): IncidentMetrics {
  const accepted = firstAt(timeline, 'signal-accepted');
  const since = (at: number | undefined): number | undefined =>
    at === undefined || accepted === undefined ? undefined : Math.max(0, at - accepted);
  const seen = seenAt === undefined ? undefined : Date.parse(seenAt);
  return {
    detectMs: seen === undefined || accepted === undefined || Number.isNaN(seen) ? undefined : Math.max(0, accepted - seen),
    decideMs: since(firstAt(timeline, 'approval-approved')),
    containMs: since(firstAt(timeline, 'effect-confirmed')),
    recoverMs: since(lastAt(timeline, 'effect-undone')),
  };
}

export type MetricsSummary = {
  readonly [name in keyof IncidentMetrics]: { readonly count: number; readonly medianMs: number; readonly worstMs: number } | undefined;
};

/** Medians rather than means: one long night does not hide the others. */
export function summarise(all: readonly IncidentMetrics[]): MetricsSummary {
  const of = (name: keyof IncidentMetrics) => {
    const values = all
      .map((metrics) => metrics[name])
      .filter((value) => value !== undefined)
      .toSorted((a, b) => a - b);
    const middle = values[Math.floor((values.length - 1) / 2)];
    return middle === undefined ? undefined : { count: values.length, medianMs: middle, worstMs: values.at(-1) ?? middle };
  };
  return { detectMs: of('detectMs'), decideMs: of('decideMs'), containMs: of('containMs'), recoverMs: of('recoverMs') };
}

function firstAt(timeline: readonly TimelineItem[], event: string): number | undefined {
  const found = timeline.find((item) => item.event === event);
  return found === undefined ? undefined : Date.parse(found.at);
}

function lastAt(timeline: readonly TimelineItem[], event: string): number | undefined {
  const found = timeline.findLast((item) => item.event === event);
  return found === undefined ? undefined : Date.parse(found.at);
}
