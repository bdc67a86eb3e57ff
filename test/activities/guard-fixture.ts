/** Decisions of the guard for tests that are about something else. */
import type { Ports } from '../../activities/ports.ts';
import type { GuardDecision } from '../../domain/guard/decision.ts';
import { defaultVersion } from '../../domain/guard/settings.ts';

const policy = `sha256:${'a'.repeat(64)}` as const;

export const allowAll: Ports['guard'] = async () => ({ allow: true, reasons: [], policy });

export const allowed: GuardDecision = {
  id: 'dec-test',
  allow: true,
  reasons: [],
  policy,
  settings: { version: 0, digest: defaultVersion.digest },
  question: policy,
  at: '2026-11-25T12:00:00.000Z',
};

/** What an intent holds besides the effect itself. */
export const guarded = { playbook: 'p', subjects: [], decision: allowed } as const;
