/**
 * How long an incident may stay open before it is contained, by severity, and where its clock stands. The lengths are Edict's own defaults:
 * NIST SP 800-61r3 asks for such times and leaves the numbers to the organisation.
 */
import type { Severity } from './signal.ts';

const hourMs = 3_600_000;

/** From opened to contained. */
export const containWithinMs: Readonly<Record<Severity, number>> = {
  critical: hourMs,
  high: 4 * hourMs,
  medium: 24 * hourMs,
  low: 72 * hourMs,
};

/** At risk: in the last quarter of its time. */
export const riskPart = 0.25;

export type SlaState = 'running' | 'at-risk' | 'late' | 'met';

type Clocked = { readonly severity: Severity; readonly status: 'open' | 'contained' | 'closed'; readonly openedAt: string };

export function dueAtMs({ severity, openedAt }: Pick<Clocked, 'severity' | 'openedAt'>): number {
  return Date.parse(openedAt) + containWithinMs[severity];
}

/** What is contained or closed runs no clock any more. */
export function slaState(incident: Clocked, nowMs: number): SlaState {
  if (incident.status !== 'open') return 'met';
  const leftMs = dueAtMs(incident) - nowMs;
  if (leftMs <= 0) return 'late';
  return leftMs <= containWithinMs[incident.severity] * riskPart ? 'at-risk' : 'running';
}
