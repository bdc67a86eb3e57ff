import { describe, expect, it } from '@jest/globals';
import { metricsOf, summarise } from '../../domain/incident/metrics.ts';
import { timelineOf } from '../../domain/incident/timeline.ts';
import type { LedgerEntry } from '../../domain/incident/timeline.ts';

const rows = [
  ['signal-accepted', 'signal/s1'],
  ['incident-opened', 'incident/i1'],
  ['run-ordered', 'run/r1'],
  ['approval-opened', 'approval/a1'],
  ['approval-voted', 'approval/a1'],
  ['approval-approved', 'approval/a1'],
  ['effect-intended', 'effect/r1/isolate/1'],
  ['effect-confirmed', 'effect/r1/isolate/1'],
  ['effect-undone', 'effect/r1/isolate/1'],
] as const;
const entries: readonly LedgerEntry[] = rows.map(([event, subject], index) => ({
  id: index + 1,
  at: new Date(Date.UTC(2026, 10, 25, 10, 0, index)).toISOString(),
  actor: 'system:x',
  event,
  subject,
}));

describe('the timeline of an incident', () => {
  it('has its entries in order, with phases', () => {
    const timeline = timelineOf(entries.toReversed());
    expect(timeline.map(({ id, phase, sinceMs }) => [id, phase, sinceMs])).toEqual([
      [1, 'detect', 0],
      [2, 'detect', 1_000],
      [3, 'other', 2_000],
      [4, 'decide', 3_000],
      [5, 'decide', 4_000],
      [6, 'decide', 5_000],
      [7, 'contain', 6_000],
      [8, 'contain', 7_000],
      [9, 'recover', 8_000],
    ]);
  });

  it('gives times to detect, decide, contain and recover', () => {
    expect(metricsOf(timelineOf(entries), '2026-11-25T09:59:58.000Z')).toEqual({
      detectMs: 2_000,
      decideMs: 5_000,
      containMs: 7_000,
      recoverMs: 8_000,
    });
  });

  it('leaves out what has not happened', () => {
    expect(metricsOf(timelineOf(entries.slice(0, 4)), undefined)).toEqual({
      detectMs: undefined,
      decideMs: undefined,
      containMs: undefined,
      recoverMs: undefined,
    });
    expect(metricsOf([], '2026-11-25T09:59:58.000Z').detectMs).toBeUndefined();
  });

  it('is summed up by median and worst', () => {
    const of = (containMs: number | undefined) => ({ detectMs: undefined, decideMs: undefined, containMs, recoverMs: undefined });
    expect(summarise([of(10), of(1_000), of(20), of(undefined)])).toEqual({
      detectMs: undefined,
      decideMs: undefined,
      containMs: { count: 3, medianMs: 20, worstMs: 1_000 },
      recoverMs: undefined,
    });
  });
});
