/** What is known of a run that happened, as plain data: the store's word on it, with times from its start. Read by simulations, never changed. */
import type { Signal } from '../../incident/signal.ts';
import type { JsonObject } from '../../json.ts';
import type { Narrow } from '../approval.ts';
import type { Plan } from '../plan.ts';
import type { RunCommand } from '../control/command.ts';
import type { RunView } from '../view.ts';

export type RecordedVote = {
  readonly who: string;
  readonly decision: 'approve' | 'deny' | 'break-glass';
  /** After the approval was asked for: people answer a request, not a clock. */
  readonly afterMs: number;
  readonly roles: readonly string[];
  readonly reason?: string | undefined;
  readonly narrow?: Narrow | undefined;
};

export type RecordedApproval = {
  /** Step key. */
  readonly step: string;
  /** The actions that it was for, in order. */
  readonly actions: readonly string[];
  readonly votes: readonly RecordedVote[];
};

export type RecordedTask = {
  /** Step key. */
  readonly step: string;
  readonly undo: boolean;
  /** What was asked for. */
  readonly outputs: readonly string[];
  /** Absent where nobody answered. */
  readonly answer?:
    | { readonly who: string; readonly outputs: JsonObject; readonly afterMs: number; readonly roles: readonly string[] }
    | undefined;
};

export type RecordedRun = {
  readonly run: string;
  /** The version that ran. */
  readonly plan: Plan;
  readonly startedAtMs: number;
  readonly inputs: JsonObject;
  readonly requester: string;
  readonly incident?: string | undefined;
  /** The one that started it. */
  readonly signal?: Signal | undefined;
  /** Those of the incident that came while it ran. */
  readonly signals: readonly { readonly atMs: number; readonly signal: Signal }[];
  readonly view: RunView;
  readonly approvals: readonly RecordedApproval[];
  readonly tasks: readonly RecordedTask[];
  /** When each effect was done: a view says when its undo ended. */
  readonly effectsAtMs: { readonly [step: string]: number };
  readonly cancel?: { readonly atMs: number; readonly by: string; readonly reason: string } | undefined;
  readonly commands: readonly { readonly atMs: number; readonly command: RunCommand }[];
};
