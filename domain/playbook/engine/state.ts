/** What a run is between two events: plain JSON, small, complete. It is the checkpoint of continue-as-new. */
import type { Digest } from '../../digest.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Signal } from '../../incident/signal.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { ActionName } from '../actions.ts';
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
  /** parallel: branches that run. foreach: items that run. */
  open?: number;
  loop?: LoopState;
  /** while: turns begun, and what the one before gave. */
  turns?: { count: number; value: Json };
  /** parallel with a join: indexes of the branches that ended well. */
  won?: number[];
  /** parallel: enough branches ended well, the rest is stopped. */
  joined?: true;
  /** undo, and a joined parallel: indexes into `effects`, the last one next. */
  undoing?: number[];
};

export type Performed = { readonly params: JsonObject; readonly lease?: string | undefined };

export type LoopState = { readonly items: readonly Json[]; next: number; readonly results: Json[]; errors?: Json[] };

export type ApprovalState = {
  readonly digest: Digest;
  /** Covered step → digest of its planned effect. */
  readonly covered: { readonly [key: string]: Digest };
  readonly expiresAtMs: number;
  id?: string;
  /** Sent to be closed; what the store answers decides. */
  closing?: boolean;
};

export type EffectStatus = 'confirmed' | 'uncertain' | 'undoing' | 'undone' | 'undo-failed' | 'kept';

/** A change outside. `uncertain` may have happened: it is undone like one that has. `kept` has no undo. */
export type EffectState = {
  readonly step: string;
  readonly undo?: ActionName | undefined;
  readonly params: JsonObject;
  status: EffectStatus;
  lease?: { readonly duration: string; readonly untilMs: number };
  /** Who waits for its undo: an undo step's key. */
  waiter?: string;
};

export type TimerKind = 'wait' | 'expiry' | 'remind' | 'escalate' | 'lease' | 'breath';
export type TimerState = { readonly kind: TimerKind; readonly step: string; readonly atMs: number };

export type RunState = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  readonly planDigest: string;
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
  /** Answers that the driver owes: `act:<key>`, `undo:<key>`, `open:<key>`, `close:<key>`. */
  readonly owed: { [key: string]: true };
  readonly effects: EffectState[];
  /** Effects below this index may still have to be undone when the run fails. */
  undoFrom: number;
  readonly timers: { [timer: string]: TimerState };
  /** Approval id → step key. */
  readonly approvals: { [approval: string]: string };
  /** Decisions that came before the engine knew of the approval. */
  readonly early: { [approval: string]: 'approved' | 'denied' };
  /** Covered step → its approval and the digest of what was approved. */
  readonly grants: { [key: string]: { readonly approval: string; readonly digest: Digest } };
  /** Ids of the signals that steps waited for and got. */
  heard?: { [signal: string]: true };
  undoFault?: Fault;
  /** `on_cancel` blocks that have not come to their end. */
  cleaning?: number;
  /** Steps that are entered after a breath: one turn of the engine enters so many at most. */
  deferred?: Entry[];
};
