/** What a run is between two events: plain JSON, small, complete. It is the checkpoint of continue-as-new. */
import type { Digest } from '../../digest.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Signal } from '../../incident/signal.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { ActionName } from '../actions.ts';
import type { Fork } from '../control/fork.ts';
import type { Plan } from '../plan.ts';
import type { RunCommand } from '../control/command.ts';
import type { StepStatus } from '../view.ts';
import type { Entry } from './move.ts';

export type Fault = { readonly code: ErrorCode; readonly message: string };

/** What a run is started with. `inputs` as given by the order; they are resolved by `start`. */
export type RunContext = {
  readonly run: string;
  readonly nowMs: number;
  readonly inputs: JsonObject;
  readonly signal?: Signal | undefined;
  readonly incident?: string | undefined;
  readonly requester: string;
  /** Given before the run began; they are taken before the first step. */
  readonly commands?: readonly RunCommand[] | undefined;
  readonly fork?: Fork | undefined;
  /** It does nothing but take back what another run of the same plan did, the newest first. Oldest first here. */
  readonly takesBack?: readonly EffectToUndo[] | undefined;
};

/** One execution of a step. `key` is the step id with the indexes of its loops: `each[3].apply`. */
export type StepState = {
  readonly key: string;
  readonly id: string;
  /** `each[3].`, or empty outside loops. */
  readonly prefix: string;
  status: StepStatus;
  readonly startedAtMs: number;
  endedAtMs?: number;
  untilMs?: number;
  outputs?: JsonObject;
  error?: Fault;
  summary?: string;
  /** action: what was asked for, until it is answered. */
  performed?: Performed;
  /** Index into `effects`. */
  effect?: number;
  approval?: ApprovalState;
  task?: TaskState;
  /** playbook: its run, from when it was started. */
  child?: ChildRun;
  /** manual: the task by which it is taken back. */
  undoTask?: TaskState;
  /** The attempt under way, where it is not the first; what the last one failed with, until the next begins; how it is told from all before. */
  attempt?: number;
  retrying?: Fault;
  generation?: number;
  /** A person skips it: it is being stopped. And who did, once it has been. */
  skip?: { readonly command: string; readonly by: string; readonly reason: string };
  skipped?: { readonly by: string; readonly reason: string };
  /** Taken over from that run, whose effect it is. */
  recorded?: { readonly run: string; readonly lease?: { readonly duration: string; readonly untilMs: number } };
  /** parallel: branches that run. foreach: items that run. */
  open?: number;
  loop?: LoopState;
  /** while: turns begun, and what the one before gave. */
  turns?: { count: number; value: Json };
  /** parallel with a join: indexes of the branches that ended well. */
  won?: number[];
  /** parallel: enough branches ended well, the rest is stopped. */
  joined?: true;
  /** undo, a joined parallel, and a block that is tried again: indexes into `effects`, the last one next. */
  undoing?: number[];
};

/** The run that a playbook step started, pinned to its version. */
export type ChildRun = { readonly run: string; readonly version: string };

/** How a child's procedure ended. What it left in force ends by its leases, or is taken back. */
export type ChildEnd = {
  readonly outcome: string;
  readonly outputs?: JsonObject | undefined;
  readonly error?: Fault | undefined;
  /** It left effects in force that can be taken back. */
  readonly effects: boolean;
  /** It was never started: the error is the refusal. */
  readonly refused?: true | undefined;
};

/** What another run did and this one takes back. */
export type EffectToUndo = Pick<EffectState, 'step' | 'undo' | 'manual' | 'child' | 'key' | 'params'>;

export type TaskAnswer = { readonly by: string; readonly outputs: JsonObject };

export type Performed = { readonly params: JsonObject; readonly lease?: string | undefined };

export type LoopState = {
  readonly items: readonly Json[];
  next: number;
  readonly results: Json[];
  errors?: Json[];
  /** Nobody reads the results. */ dropped?: true;
};

/** `effects`: where a narrower plan was approved, what is left of it; a lease where it was shortened. */
export type ApprovalGrant = {
  readonly by: 'quorum' | 'break-glass';
  readonly effects?: { readonly [step: string]: { readonly digest: Digest; readonly lease?: string } } | undefined;
};

export type ApprovalState = {
  readonly digest: Digest;
  /** Covered step → digest of its planned effect. */
  readonly covered: { readonly [key: string]: Digest };
  readonly expiresAtMs: number;
  id?: string;
  /** Sent to be closed; what the store answers decides. */
  closing?: boolean;
};

export type TaskState = {
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  id?: string;
  /** Sent to be closed; what the store answers decides. */
  closing?: true;
};

/** `untilMs` absent: for good. `ended`: the effect is being taken back, and the approval is closed. */
export type ExtensionState = { readonly command: string; readonly untilMs?: number; approval?: string; ended?: true };

export type EffectStatus = 'confirmed' | 'uncertain' | 'undoing' | 'undone' | 'undo-failed' | 'kept';

/** A change outside. `uncertain` may have happened: it is undone like one that has. `kept` has no undo. */
export type EffectState = {
  readonly step: string;
  readonly undo?: ActionName | undefined;
  /** A person did it, and a person takes it back. */
  readonly manual?: true | undefined;
  /** What a run of its own did: its id. */
  readonly child?: string | undefined;
  /** The key of what is undone, where another run than this one did it. */
  readonly key?: string | undefined;
  /** Absent: 1. */
  readonly invocation?: number | undefined;
  readonly params: JsonObject;
  status: EffectStatus;
  lease?: { readonly duration: string; readonly untilMs: number };
  /** The approval that lets it hold for good: it had a lease. */
  permanent?: string;
  /** Who waits for its undo: an undo step's key. */
  waiter?: string;
};

export type TimerKind = 'wait' | 'expiry' | 'remind' | 'escalate' | 'lease' | 'breath' | 'timeout' | 'backoff';
/** `number` tells timers of one kind and step apart; the first has none. */
export type TimerState = { readonly kind: TimerKind; readonly step: string; readonly atMs: number; readonly number?: number };

export type RunState = {
  readonly run: string;
  readonly playbook: string;
  version: string;
  planDigest: string;
  readonly requester: string;
  readonly incident?: string | undefined;
  readonly signal?: JsonObject | undefined;
  inputs: JsonObject;
  /** `cancelling`: cancelled, `on_cancel` steps run. `undoing`: the outcome stands, what was done is taken back. `settling`: it ended, leases or answers are still out. */
  phase: 'running' | 'cancelling' | 'undoing' | 'settling' | 'ended';
  outcome?: string;
  error?: Fault;
  outputs?: JsonObject;
  endedAtMs?: number;
  readonly steps: { [key: string]: StepState };
  /** What the state takes as JSON, about: it has to fit into one payload of Temporal. */
  sizeBytes: number;
  /** Steps under way. */
  readonly active: { [key: string]: true };
  /** Answers that the driver owes: `act:<key>`, `undo:<key>`, `open:<key>`, `close:<key>`, `answer:<command>`, `child:<key>`. */
  readonly owed: { [key: string]: true };
  readonly effects: EffectState[];
  /** Effects below this index may still have to be undone when the run fails. */
  undoFrom: number;
  readonly timers: { [timer: string]: TimerState };
  /** Approval id → step key. */
  readonly approvals: { [approval: string]: string };
  /** Decisions that came before the engine knew of the approval. */
  readonly early: { [approval: string]: 'approved' | 'denied' };
  earlyGrants?: { [approval: string]: ApprovalGrant };
  /** Task id → step key; and answers that came before the engine knew of the task. */
  tasks?: { [task: string]: string };
  earlyAnswers?: { [task: string]: TaskAnswer };
  /** Blocks whose failed attempt is taken back before the next; and how often any block was gone through again. */
  clearing?: { [key: string]: true };
  reruns?: number;
  /** Covered step → its approval and the digest of what was approved. */
  readonly grants: { [key: string]: { readonly approval: string; readonly digest: Digest; readonly lease?: string } };
  /** Covered steps that a narrower approval left out. */
  withheld?: { [key: string]: string };
  /** Ids of the signals that steps waited for and got. */
  heard?: { [signal: string]: true };
  undoFault?: Fault;
  /** Step → the extension of its lease that people are asked for. */
  extensions?: { [step: string]: ExtensionState };
  /** `on_cancel` blocks that have not come to their end. */
  cleaning?: number;
  /** Nothing new is begun. */
  paused?: { readonly command: string; readonly by: string; readonly reason: string; readonly sinceMs: number };
  /** The plan that it goes by since that command; nothing new is begun until the store has recorded it. */
  migrating?: { readonly command: string; readonly plan: Plan };
  forkOf?: { readonly run: string; readonly from: string };
  /** Commands of people that were applied or refused. */
  taken?: { [command: string]: true };
  /** Steps that are entered after a breath (one turn of the engine enters so many at most), or when the run is resumed. */
  deferred?: Entry[];
};
