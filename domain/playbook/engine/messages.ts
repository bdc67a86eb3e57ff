/** What a driver performs (commands) and what it reports back (events). Commands of one turn are independent of each other. */
import type { Digest } from '../../digest.ts';
import type { Signal } from '../../incident/signal.ts';
import type { JsonObject } from '../../json.ts';
import type { ActionName } from '../actions.ts';
import type { ApprovalPlan } from '../approval.ts';
import type { RetryPlan } from '../plan.ts';
import type { Fault } from './state.ts';

export type PerformCommand = {
  readonly type: 'perform';
  /** Step key with loop indexes. */
  readonly step: string;
  readonly invocation: number;
  readonly action: ActionName;
  readonly params: JsonObject;
  /** Of one attempt. */
  readonly timeoutMs?: number | undefined;
  /** The driver retries; the engine sees the final result. */
  readonly retry?: RetryPlan | undefined;
  readonly approval?: string | undefined;
  /** On an undo: the key of the effect. */
  readonly undoes?: string | undefined;
  readonly analysis?: boolean | undefined;
};

export type OpenApprovalCommand = {
  readonly type: 'open-approval';
  readonly step: string;
  readonly plan: ApprovalPlan;
  readonly summary: string;
  readonly facts: JsonObject;
  readonly roles: readonly string[];
  readonly quorum: number;
  readonly expiresAtMs: number;
};

export type Command =
  | PerformCommand
  | OpenApprovalCommand
  /** Its answer is still owed: an `action-completed` or `action-failed` follows. */
  | { readonly type: 'cancel-action'; readonly step: string }
  /** Answered by `approval-decided` with what the store says. */
  | { readonly type: 'close-approval'; readonly step: string; readonly approval: string; readonly status: 'expired' | 'cancelled' }
  /** Not answered. */
  | { readonly type: 'escalate'; readonly approval: string; readonly to: readonly string[]; readonly kind: 'remind' | 'escalate' }
  | { readonly type: 'start-timer'; readonly timer: string; readonly atMs: number }
  | { readonly type: 'cancel-timer'; readonly timer: string }
  /** The last command of a run. */
  | { readonly type: 'finish'; readonly outcome: string };

/** How often and how long a driver tries where the step does not say: through a restart of what it depends on (25 s). */
export const defaultRetry: RetryPlan = { attempts: 6, firstMs: 1_000, maxMs: 10_000 };
export const defaultTimeoutMs = 120_000;

type Now = { readonly nowMs: number };

export type EngineEvent = Now &
  (
    | { readonly type: 'action-completed'; readonly step: string; readonly undo: boolean; readonly outputs: JsonObject }
    | { readonly type: 'action-failed'; readonly step: string; readonly undo: boolean; readonly error: Fault }
    | { readonly type: 'approval-opened'; readonly step: string; readonly approval: string; readonly digest: Digest }
    | { readonly type: 'approval-failed'; readonly step: string; readonly error: Fault }
    | { readonly type: 'approval-decided'; readonly approval: string; readonly status: 'approved' | 'denied' | 'expired' | 'cancelled' }
    | { readonly type: 'timer-fired'; readonly timer: string }
    /** Of the run's incident. A signal that no step waits for is not kept. */
    | { readonly type: 'signal-received'; readonly signal: Signal }
    | { readonly type: 'cancel-requested'; readonly by: string; readonly reason: string }
  );
