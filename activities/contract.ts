/**
 * All that workflows see of activities: names and shapes, no code. Activities are idempotent; effects go through the ledger.
 * Failures are application failures whose `type` is a code of domain/errors.ts.
 */
import type { Digest } from '../domain/digest.ts';
import type { PointAnswer } from '../domain/enforcement/question.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Signal } from '../domain/incident/signal.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ActionName } from '../domain/playbook/actions.ts';
import type { ApprovalPlan, ApprovalStatus, SignedVote } from '../domain/playbook/approval.ts';
import type { Fork } from '../domain/playbook/control/fork.ts';
import type { PerformCommand } from '../domain/playbook/engine/messages.ts';
import type { ApprovalGrant, ChildEnd, ChildRun, EffectToUndo, Fault, RunState } from '../domain/playbook/engine/state.ts';
import type { RunOrigin } from '../domain/playbook/control/origin.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { RunCommand, RunCommandAnswer } from '../domain/playbook/control/command.ts';
import type { TaskRequest } from '../domain/playbook/task.ts';
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
  /** How long an effect that was approved holds. */
  readonly lease?: string | undefined;
  /** On an undo: the key of the effect that is undone. */
  readonly undoes?: string | undefined;
  /** Of an effect that nobody knows the end of: looks whether it holds and records that, and does nothing. For the watch alone. */
  readonly observe?: true | undefined;
};

/** `beginsAtMs`: it is to run ahead too, as a run that begins then. */
export type LoadRun = { readonly run: string; readonly beginsAtMs?: number | undefined };

export type LoadedRun = {
  readonly plan: Plan;
  readonly inputs: JsonObject;
  readonly signal?: Signal | undefined;
  readonly incident?: string | undefined;
  /** Who asked: a person's id, or `system:<trigger>`. */
  readonly requester: string;
  /** How far it got with what is quick. */
  readonly ahead?: Ahead | undefined;
  /** Its end is recorded already: by a workflow task whose worker did not live to say so. */
  readonly ended?: RunView | undefined;
  /** Other playbooks are started by its end. */
  readonly followed?: true;
  /** Given before it began. */
  readonly commands?: readonly RunCommand[] | undefined;
  readonly fork?: Fork | undefined;
  /** Where another run brought it about. */
  readonly origin?: RunOrigin | undefined;
  /** It takes back what another run did, and does nothing else. */
  readonly takesBack?: readonly EffectToUndo[] | undefined;
};

/** Quick actions to perform, and the state that they are due in, where the activity may go on from there. */
export type RunAhead = { readonly run: string; readonly commands: readonly PerformCommand[]; readonly state?: RunState };
/** What came of a quick action. With neither outputs nor error it is to be done the ordinary way. */
export type QuickAnswer = {
  readonly step: string;
  readonly invocation: number;
  readonly atMs: number;
  readonly outputs?: JsonObject;
  readonly error?: Fault;
};

/** In the order in which they came. */
export type Ahead = { readonly answers: readonly QuickAnswer[]; readonly sizeBytes: number };

/** The call of a playbook by a step of a run. */
export type OrderChild = {
  readonly step: string;
  readonly invocation: number;
  readonly playbook: string;
  readonly inputs: JsonObject;
};

/** `end` is there once the outcome stands. */
export type ChildResult = { readonly end?: ChildEnd };

export type OpenApproval = {
  readonly run: string;
  readonly plan: ApprovalPlan;
  readonly summary: string;
  readonly facts: JsonObject;
  readonly roles: readonly string[];
  readonly people?: readonly string[] | undefined;
  readonly quorum: number;
  readonly expiresAtMs: number;
};

/** `untilMs` absent: for good. `fromMs`: when the lease ends as it stands. */
export type AskExtension = {
  readonly run: string;
  readonly command: string;
  readonly step: string;
  readonly effect: string;
  readonly fromMs: number;
  readonly untilMs?: number | undefined;
};

export type OpenedApproval = { readonly approval: string; readonly digest: Digest };

export type VoteOutcome = {
  /** The approval after the vote. */
  readonly status: ApprovalStatus;
  readonly approvals: number;
  readonly quorum: number;
  readonly reason?: string | undefined;
  /** Of an approved one: how it was given, and what is left of the plan where that is not all of it. */
  readonly grant?: ApprovalGrant | undefined;
  /** Where the glass was broken: the review that others have to close. */
  readonly review?: string | undefined;
};

export type OpenTask = TaskRequest & { readonly expiresAtMs: number };

/** `claimed`: somebody had taken it on, and may have done it. */
export type EndedTask =
  | { readonly status: 'answered'; readonly by: string; readonly outputs: JsonObject }
  | { readonly status: 'expired' | 'cancelled'; readonly claimed: boolean };

export type TriageOutcome = {
  readonly incident: string;
  readonly severity: Signal['severity'];
  /** Runs that were ordered (recorded) because a playbook's trigger matched. */
  readonly orders: readonly string[];
  /** Runs of the incident, under way, that may wait for a signal; absent where there are none. */
  readonly listeners?: readonly string[] | undefined;
};

export type StageName = 'create' | 'context' | 'generate' | 'review' | 'distribute' | 'enforce' | 'monitor' | 'report';

type ControlActivities = {
  /** Checks that the run was ordered and that the caller is the workflow `run/<run>`; `order-missing`, `order-mismatch`. */
  readonly 'run.load': (input: LoadRun) => Promise<LoadedRun>;
  /** Performs quick actions, and what the engine asks for after them; the answers in the order in which they came. Nothing of it is recorded. */
  readonly 'run.ahead': (input: RunAhead) => Promise<Ahead>;
  /** Whose recorded word cancels the run; none means that nobody with the right to asked for it. */
  readonly 'run.cancellation': (input: { readonly run: string }) => Promise<{ readonly by?: string | undefined }>;
  /**
   * The recorded commands up to this one that are not answered, oldest first: of this run, whole, and from people who may still give
   * them. What is not is refused here, on record.
   */
  readonly 'run.command': (input: {
    readonly run: string;
    readonly command: string;
  }) => Promise<{ readonly commands: readonly RunCommand[] }>;
  /** Records the answer, once; gives the one that is recorded. */
  readonly 'run.command-answer': (input: {
    readonly run: string;
    readonly command: string;
    readonly answer: RunCommandAnswer;
  }) => Promise<{ readonly status: RunCommandAnswer['status'] }>;
  /**
   * Records the orders of the runs that steps call, each once; gives their ids and the versions that they are pinned to, or why one is
   * refused, in the order of the calls.
   */
  readonly 'child.order': (input: {
    readonly run: string;
    readonly calls: readonly OrderChild[];
  }) => Promise<readonly (ChildRun | { readonly refused: Fault })[]>;
  /** Records that the run which called it does not want it any more. */
  readonly 'child.cancel': (input: { readonly run: string; readonly child: string }) => Promise<void>;
  /** The signal, where a door recorded it for the incident of the run; nothing, on record, where not. */
  readonly 'signal.read': (input: { readonly run: string; readonly signal: string }) => Promise<{ readonly signal?: Signal }>;
  readonly 'child.result': (input: { readonly run: string; readonly child: string }) => Promise<ChildResult>;
  /**
   * Whether something of the child's is left to take back, and who does it: the child itself, which was told to on record, or a run that
   * was ordered for it. Asked again after that has ended. `effect-failed` where it was tried and could not be.
   */
  readonly 'child.undo': (input: {
    readonly run: string;
    readonly child: string;
  }) => Promise<{ readonly next: 'nothing' | 'await-end' } | { readonly next: 'run'; readonly run: string }>;
  /** Opens the approval of a lease's extension that a recorded command asks for; idempotent. */
  readonly 'lease.ask': (input: AskExtension) => Promise<{ readonly approval: string }>;
  /**
   * An undo of the run has failed for good: the ledger says `diverged`, and an incident of its own is opened. Idempotent. `undone` where it
   * was undone after all, by an attempt whose answer was lost.
   */
  readonly 'effect.diverged': (input: {
    readonly run: string;
    readonly effect: string;
    readonly error: { readonly code: ErrorCode; readonly message: string };
  }) => Promise<{ readonly status: 'diverged' | 'undone'; readonly incident?: string | undefined }>;
  /** Records the end. `followers`: runs that were ordered because a playbook is started by such an end; absent where there are none. */
  readonly 'run.finish': (input: {
    readonly run: string;
    readonly view: RunView;
  }) => Promise<{ readonly followers?: readonly string[] } | void>;
  /** Records the order of a run for a time of a schedule, once; nothing where somebody has switched it off. */
  readonly 'schedule.order': (input: { readonly playbook: string; readonly trigger: number }) => Promise<{ readonly run?: string }>;
  /** Heartbeats until the run has ended: for one that someone else started. */
  readonly 'run.await': (input: { readonly run: string }) => Promise<{ readonly outcome: string; readonly reason?: string | undefined }>;
  /** Idempotent by run, step and digest. */
  readonly 'approval.open': (input: OpenApproval) => Promise<OpenedApproval>;
  /** Verifies the statement, records the vote; typed refusals are thrown with the approval-* and statement-* codes. */
  readonly 'approval.vote': (vote: SignedVote) => Promise<VoteOutcome>;
  readonly 'approval.close': (input: {
    readonly approval: string;
    readonly status: 'expired' | 'cancelled';
  }) => Promise<{ readonly status: ApprovalStatus; readonly grant?: ApprovalGrant | undefined }>;
  /** Reminds or escalates: widens the roles and people asked, and records it. */
  readonly 'approval.escalate': (input: {
    readonly approval: string;
    readonly to: readonly string[];
    readonly people?: readonly string[] | undefined;
    readonly kind: 'remind' | 'escalate';
  }) => Promise<void>;
  /** Idempotent by run, step, invocation, and whether it takes back what the step did. */
  readonly 'task.open': (input: OpenTask) => Promise<{ readonly task: string }>;
  /** Closes it unless that has happened, or it was answered: what counts then is what is recorded. */
  readonly 'task.close': (input: { readonly task: string; readonly status: 'expired' | 'cancelled' }) => Promise<EndedTask>;
  /** What was recorded as its end. `run-state-wrong` while it is open. */
  readonly 'task.answer': (input: { readonly run: string; readonly task: string }) => Promise<EndedTask>;
  /** Reminds, or asks more roles and people, and records it. */
  readonly 'task.escalate': (input: {
    readonly task: string;
    readonly to: readonly string[];
    readonly people: readonly string[];
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
  readonly 'monitor.watch': (input: { readonly scope: string; readonly forMs: number; readonly intervalMs: number }) => Promise<{
    readonly drifted: readonly string[];
    readonly signals: readonly string[];
    /** Versions in force that still hold an exception that has ended. Not there in histories from before there were any. */
    readonly ended?: readonly EndedException[];
  }>;
  /** Records the order of the `monitor` playbook for a point that drifted. */
  readonly 'monitor.order': (input: { readonly point: string; readonly at: number }) => Promise<{ readonly run: string }>;
  /** Records the order of the `end-exceptions` playbook. */
  readonly 'monitor.end': (input: EndedException) => Promise<{ readonly run: string }>;
};

/** `run`: of the attempt to take it out of force; the same for whoever looks. */
export type EndedException = { readonly policy: string; readonly version: number; readonly run: string };

type QuestionActivities = {
  /** Puts a recorded question to an enforcement point, once; called by the workflow `question/<id>`. */
  readonly 'point.ask': (input: { readonly question: string }) => Promise<PointAnswer>;
};

export type ActionActivities = { readonly [name in ActionName]: (call: ActionCall) => Promise<JsonObject> };

export type Activities = ControlActivities & QuestionActivities & ActionActivities;
