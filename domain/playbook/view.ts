/** What people and programs see of a run: the answer of the workflow's `state` query, and what is stored when it ends. */
import type { ErrorCode } from '../errors.ts';
import type { JsonObject } from '../json.ts';

export type StepStatus =
  | 'waiting'
  | 'running'
  | 'done'
  | 'skipped'
  /** The approval that was given leaves it out. */
  | 'withheld'
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
  /** Of an effect: how long it holds, also once it has ended. */
  readonly lease?: { readonly duration: string; readonly untilMs: number } | undefined;
  /** When the step waits until a time (wait, expiry, lease end). */
  readonly untilMs?: number | undefined;
  readonly approval?: string | undefined;
  /** Of a manual step: the task that is open, or was. */
  readonly task?: string | undefined;
  /** The attempt of a block that was gone through again: 2, 3, … */
  readonly attempt?: number | undefined;
  /** Of a playbook step: the run that it started. */
  readonly child?: string | undefined;
  /** In the playbook's own words, once it has ended well. */
  readonly summary?: string | undefined;
  /** Taken over from this run; nothing was done here. */
  readonly recordedIn?: string | undefined;
  /** A person skipped it. */
  readonly skipped?: { readonly by: string; readonly reason: string } | undefined;
};

export type RunOutcome = 'done' | 'failed' | 'denied' | 'expired' | 'cancelled' | (string & {});

export type RunView = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  /** `leased`: the procedure has ended, but an effect still holds and is undone later. */
  readonly status: 'running' | 'paused' | 'waiting-for-people' | 'leased' | 'ended';
  readonly outcome?: RunOutcome | undefined;
  /** The run whose recorded steps it began with, and the step that it began at. */
  readonly forkOf?: { readonly run: string; readonly from: string } | undefined;
  /** Nothing new is begun until somebody resumes it. */
  readonly paused?: { readonly by: string; readonly reason: string; readonly sinceMs: number } | undefined;
  readonly steps: readonly StepView[];
  readonly outputs?: JsonObject | undefined;
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined;
};
