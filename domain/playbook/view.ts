/** What people and programs see of a run: the answer of the workflow's `state` query, and what is stored when it ends. */
import type { ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';

export type StepStatus =
  | 'waiting'
  | 'running'
  | 'done'
  | 'skipped'
  | 'failed'
  | 'denied'
  | 'expired'
  | 'cancelled'
  | 'undoing'
  | 'undone'
  | 'undo-failed';

export type StepView = {
  /** Step id; steps inside `foreach` carry their index: `each[3].apply`. */
  readonly step: string;
  readonly kind: string;
  readonly action?: string | undefined;
  readonly status: StepStatus;
  readonly startedAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
  readonly outputs?: JsonObject | undefined;
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined;
  /** When the step waits until a time (wait, expiry, lease end). */
  readonly untilMs?: number | undefined;
  readonly approval?: string | undefined;
  /** In the playbook's own words, once it has ended well. */
  readonly summary?: string | undefined;
};

export type RunOutcome = 'done' | 'failed' | 'denied' | 'expired' | 'cancelled' | (string & {});

export type RunView = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  /** `leased`: the procedure has ended, but an effect still holds and is undone later. */
  readonly status: 'running' | 'waiting-for-people' | 'leased' | 'ended';
  readonly outcome?: RunOutcome | undefined;
  readonly steps: readonly StepView[];
  readonly outputs?: JsonObject | undefined;
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined;
};
