/** What a driver performs (commands) and what it reports back (events). Commands of one turn are independent of each other. */
import type { Digest } from '../../digest.ts';
import type { Signal } from '../../incident/signal.ts';
import type { JsonObject } from '../../json.ts';
import type { ActionName } from '../actions.ts';
import type { ApprovalPlan } from '../approval.ts';
import type { RetryPlan } from '../plan.ts';
import type { RunCommand, RunCommandAnswer } from '../control/command.ts';
import type { TaskOutputs } from '../task.ts';
import type { ApprovalGrant, ChildEnd, ChildRun, Fault } from './state.ts';

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
  /** What was approved holds so long: it is checked again where the effect is performed. */
  readonly lease?: string | undefined;
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
  readonly people?: readonly string[] | undefined;
  readonly quorum: number;
  readonly expiresAtMs: number;
};

export type OpenTaskCommand = {
  readonly type: 'open-task';
  readonly step: string;
  readonly invocation: number;
  /** It takes back what the step's first task did. */
  readonly undo: boolean;
  readonly title: string;
  readonly instructions: string;
  readonly outputs: TaskOutputs;
  readonly roles: readonly string[];
  readonly people: readonly string[];
  readonly expiresAtMs: number;
};

export type StartChildCommand = {
  readonly type: 'start-child';
  readonly step: string;
  readonly invocation: number;
  readonly playbook: string;
  readonly version?: string | undefined;
  readonly inputs: JsonObject;
  /** Nobody waits for it: `child-started` is its only answer. */
  readonly detach?: true | undefined;
};

export type Command =
  | PerformCommand
  /** Answered by `child-started` and, once its outcome stands, `child-ended`; by `child-ended` alone where it could not be started. */
  | StartChildCommand
  /** Its end is still owed: a `child-ended` follows. */
  | { readonly type: 'cancel-child'; readonly step: string }
  /** Takes back everything that the child did. Answered by `action-completed` or `action-failed` of an undo. */
  | { readonly type: 'undo-child'; readonly step: string; readonly child: string }
  /** Answered by `task-opened` or `task-failed`. */
  | OpenTaskCommand
  /** Answered by `task-answered` or `task-closed` with what the store says, or by `task-failed`. */
  | {
      readonly type: 'close-task';
      readonly step: string;
      readonly undo: boolean;
      readonly task: string;
      readonly status: 'expired' | 'cancelled';
    }
  /** Not answered. */
  | {
      readonly type: 'escalate-task';
      readonly task: string;
      readonly to: readonly string[];
      readonly people: readonly string[];
      readonly kind: 'remind' | 'escalate';
    }
  | OpenApprovalCommand
  /** Its answer is still owed: an `action-completed` or `action-failed` follows. */
  | { readonly type: 'cancel-action'; readonly step: string }
  /** Answered by `approval-decided` with what the store says. */
  | { readonly type: 'close-approval'; readonly step: string; readonly approval: string; readonly status: 'expired' | 'cancelled' }
  /** Not answered. */
  | {
      readonly type: 'escalate';
      readonly approval: string;
      readonly to: readonly string[];
      readonly people?: readonly string[] | undefined;
      readonly kind: 'remind' | 'escalate';
    }
  | { readonly type: 'start-timer'; readonly timer: string; readonly atMs: number }
  | { readonly type: 'cancel-timer'; readonly timer: string }
  /** Answered by `extension-asked` or `extension-refused`, and in the end by `approval-decided`. `untilMs` absent: for good. */
  | {
      readonly type: 'ask-extension';
      readonly step: string;
      readonly command: string;
      readonly effect: string;
      readonly fromMs: number;
      readonly untilMs?: number | undefined;
    }
  /** An effect could not be undone: it is put on record, and people are told. Answered by `divergence-reported`. */
  | { readonly type: 'report-divergence'; readonly step: string; readonly effect: string; readonly error: Fault }
  /** What became of a command of a person. Answered by `command-answered`. */
  | { readonly type: 'answer-command'; readonly command: string; readonly answer: RunCommandAnswer }
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
    | {
        readonly type: 'approval-decided';
        readonly approval: string;
        readonly status: 'approved' | 'denied' | 'expired' | 'cancelled';
        /** Of an approval: how it was given, and what is left of the plan where that is not all of it. */
        readonly grant?: ApprovalGrant | undefined;
      }
    | { readonly type: 'task-opened'; readonly step: string; readonly undo: boolean; readonly task: string }
    | { readonly type: 'task-answered'; readonly task: string; readonly by: string; readonly outputs: JsonObject }
    /** Without an answer. `claimed`: somebody had taken it on. */
    | { readonly type: 'task-closed'; readonly task: string; readonly status: 'expired' | 'cancelled'; readonly claimed: boolean }
    | { readonly type: 'task-failed'; readonly step: string; readonly undo: boolean; readonly error: Fault }
    | { readonly type: 'child-started'; readonly step: string; readonly child: ChildRun }
    | { readonly type: 'child-ended'; readonly step: string; readonly end: ChildEnd }
    | { readonly type: 'timer-fired'; readonly timer: string }
    /** Of the run's incident. A signal that no step waits for is not kept. */
    | { readonly type: 'signal-received'; readonly signal: Signal }
    | { readonly type: 'extension-asked'; readonly step: string; readonly approval: string }
    | { readonly type: 'extension-refused'; readonly step: string; readonly error: Fault }
    /** `undone`: it was undone after all, and only the answer of that was lost. */
    | { readonly type: 'divergence-reported'; readonly step: string; readonly undone: boolean }
    | { readonly type: 'cancel-requested'; readonly by: string; readonly reason: string }
    /** Recorded and checked. The same one again changes nothing. */
    | { readonly type: 'command'; readonly command: RunCommand }
    /** The answer as it is recorded now. */
    | { readonly type: 'command-answered'; readonly command: string; readonly status: RunCommandAnswer['status'] }
  );
