/**
 * All that workflows see of activities: names and shapes, no code. Activities are idempotent; effects go through the ledger.
 * Failures are application failures whose `type` is a code of domain/errors.ts.
 */
import type { Digest } from '../domain/digest.ts';
import type { Signal } from '../domain/incident/signal.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ActionName } from '../domain/playbook/actions.ts';
import type { ApprovalPlan, ApprovalStatus, SignedVote } from '../domain/playbook/approval.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { RunView } from '../domain/playbook/view.ts';

/** One performance of an action. The effect key is `<run>/<step>/<invocation>`. */
export type ActionCall = {
  readonly run: string;
  /** Step id with foreach indexes, as in StepView. */
  readonly step: string;
  /** 1, 2, …: counts performances of the same step in one run (loops), not retries. Undo has the invocation of what it undoes. */
  readonly invocation: number;
  readonly params: JsonObject;
  /** The approval that covers this step, where the plan has one. */
  readonly approval?: string | undefined;
  /** On an undo: the key of the effect that is undone. */
  readonly undoes?: string | undefined;
};

export type LoadedRun = {
  readonly plan: Plan;
  readonly inputs: JsonObject;
  readonly signal?: Signal | undefined;
  readonly incident?: string | undefined;
  /** Who asked: a person's id, or `system:<trigger>`. */
  readonly requester: string;
};

export type OpenApproval = {
  readonly run: string;
  readonly plan: ApprovalPlan;
  readonly summary: string;
  readonly facts: JsonObject;
  readonly roles: readonly string[];
  readonly quorum: number;
  readonly expiresAtMs: number;
};

export type OpenedApproval = { readonly approval: string; readonly digest: Digest };

export type VoteOutcome = {
  /** The approval after the vote. */
  readonly status: ApprovalStatus;
  readonly approvals: number;
  readonly quorum: number;
  readonly reason?: string | undefined;
};

export type TriageOutcome = {
  readonly incident: string;
  readonly severity: Signal['severity'];
  /** Runs that were ordered (recorded) because a playbook's trigger matched. */
  readonly orders: readonly string[];
};

export type StageName = 'create' | 'context' | 'generate' | 'review' | 'distribute' | 'enforce' | 'monitor' | 'report';

type ControlActivities = {
  /** Checks that the run was ordered and that the caller is the workflow `run/<run>`; `order-missing`, `order-mismatch`. */
  readonly 'run.load': (input: { readonly run: string }) => Promise<LoadedRun>;
  /** Whose recorded word cancels the run; none means that nobody with the right to asked for it. */
  readonly 'run.cancellation': (input: { readonly run: string }) => Promise<{ readonly by?: string | undefined }>;
  readonly 'run.finish': (input: { readonly run: string; readonly view: RunView }) => Promise<void>;
  /** Heartbeats until the run has ended: for one that someone else started. */
  readonly 'run.await': (input: { readonly run: string }) => Promise<{ readonly outcome: string; readonly reason?: string | undefined }>;
  /** Idempotent by run, step and digest. */
  readonly 'approval.open': (input: OpenApproval) => Promise<OpenedApproval>;
  /** Verifies the statement, records the vote; typed refusals are thrown with the approval-* and statement-* codes. */
  readonly 'approval.vote': (vote: SignedVote) => Promise<VoteOutcome>;
  readonly 'approval.close': (input: {
    readonly approval: string;
    readonly status: 'expired' | 'cancelled';
  }) => Promise<{ readonly status: ApprovalStatus }>;
  /** Reminds or escalates: widens the roles asked, and records it. */
  readonly 'approval.escalate': (input: {
    readonly approval: string;
    readonly to: readonly string[];
    readonly kind: 'remind' | 'escalate';
  }) => Promise<void>;
  /** Opens or updates the incident, checks that the signals are recorded, orders the playbooks whose trigger matches. */
  readonly 'incident.triage': (input: { readonly key: string; readonly signals: readonly string[] }) => Promise<TriageOutcome>;
  readonly 'incident.run-ended': (input: { readonly incident: string; readonly run: string; readonly outcome: string }) => Promise<void>;
  /** Records the order of a stage's playbook for a policy; refuses when the policy's state does not allow it. */
  readonly 'lifecycle.order': (input: {
    readonly policy: string;
    readonly stage: StageName;
    readonly cycle: number;
  }) => Promise<{ readonly run: string }>;
  readonly 'lifecycle.record': (input: {
    readonly policy: string;
    readonly stage: StageName;
    readonly outcome: string;
    readonly reason?: string | undefined;
  }) => Promise<{ readonly state: string }>;
  /** Heartbeats while it watches every point and detector; returns on a finding, or empty after `forMs`. */
  readonly 'monitor.watch': (input: {
    readonly scope: string;
    readonly forMs: number;
    readonly intervalMs: number;
  }) => Promise<{ readonly drifted: readonly string[]; readonly signals: readonly string[] }>;
  /** Records the order of the `monitor` playbook for a point that drifted. */
  readonly 'monitor.order': (input: { readonly point: string; readonly at: number }) => Promise<{ readonly run: string }>;
};

export type ActionActivities = { readonly [name in ActionName]: (call: ActionCall) => Promise<JsonObject> };

export type Activities = ControlActivities & ActionActivities;
