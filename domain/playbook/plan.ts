/**
 * The compiled playbook: plain JSON, a graph of steps with typed edges (`next`, `failure`, `denied`, `expired`, `then` and
 * `else` of a branch, `to` of a switch). Expressions are kept as CEL text; what is a template and what is a literal is decided by the compiler,
 * so that a value is never evaluated twice. Immutable; `digest` covers all the rest.
 */
import type { Json, JsonObject } from '../json.ts';
import type { ActionName, ValueType } from './actions.ts';
import type { BreakGlass } from './approval.ts';
import type { TaskOutput } from './task.ts';

/** CEL text in which step ids are written with `_` for `-`. */
export type Cel = string;

/** A value of the YAML form with the expressions found in it. `value` holds what has none, as it stands. */
export type Template =
  | { readonly is: 'value'; readonly value: Json }
  | { readonly is: 'cel'; readonly cel: Cel }
  | { readonly is: 'text'; readonly parts: readonly (string | { readonly cel: Cel })[] }
  | { readonly is: 'list'; readonly items: readonly Template[] }
  | { readonly is: 'map'; readonly entries: { readonly [key: string]: Template } };

export type Templates = { readonly [name: string]: Template };

/** `attempts` counts the first one. The wait doubles from `firstMs` up to `maxMs`. */
export type RetryPlan = { readonly attempts: number; readonly firstMs: number; readonly maxMs: number };

export type PlanInput = {
  /** `duration` is text such as `4h`. */
  readonly type: ValueType | 'duration';
  /** Taken from here where the order does not give it. */
  readonly from?: Cel | undefined;
  readonly default?: Json | undefined;
  /** Of numbers as they are, of durations in milliseconds. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly optional?: boolean | undefined;
  readonly description?: string | undefined;
};

export type Trigger =
  | { readonly kind: 'manual'; readonly roles: readonly string[] }
  | { readonly kind: 'signal'; readonly when: Cel }
  | ScheduleTrigger
  | PlaybookTrigger;

/** One of `everyMs` and `cron`, which is in `timezone` (UTC where not given). `inputs` read `trigger.at`. */
export type ScheduleTrigger = {
  readonly kind: 'schedule';
  readonly everyMs?: number | undefined;
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
  readonly inputs: Templates;
};

/** The end of a run of another playbook, by one of these outcomes. `inputs` read that run by `trigger`. */
export type PlaybookTrigger = {
  readonly kind: 'playbook';
  readonly playbook: string;
  readonly outcomes: readonly string[];
  readonly inputs: Templates;
};

type StepBase = {
  readonly id: string;
  readonly title?: string | undefined;
  /** Guard: the step is skipped unless it holds. */
  readonly if?: Cel | undefined;
  /** Absent at the end of a block. */
  readonly next?: string | undefined;
  /** Where a failure goes; without it the failure is the enclosing step's, in the end the run's. */
  readonly failure?: string | undefined;
  /** Where the run's cancellation goes while the step is under way, before what was done is taken back. */
  readonly cancelled?: string | undefined;
  /** It belongs to what a cancellation runs: it is entered then only, and its failure stops nothing. */
  readonly cleanup?: true | undefined;
  /** What people read of the step once it has ended well. */
  readonly says?: Template | undefined;
  /** Of one attempt. An action's is its driver's; a block that takes longer is stopped inside. */
  readonly timeoutMs?: number | undefined;
  /** An action's attempts are its driver's; a block is gone through again once what the attempt did has been taken back. */
  readonly retry?: RetryPlan | undefined;
  /** The enclosing `parallel`, `foreach` or `while`. */
  readonly in?: string | undefined;
};

export type ActionStep = StepBase & {
  readonly kind: 'action';
  readonly action: ActionName;
  readonly params: Templates;
  readonly undo?: ActionName | undefined;
  /** Why an effect has no undo. */
  readonly reason?: string | undefined;
  /** How long the effect holds: gives a duration text. */
  readonly lease?: Template | undefined;
  /** Who may let the lease hold longer, where no approval covers the step: managers where not given. */
  readonly extend?: readonly string[] | undefined;
  /** Computed from `result` and added to the action's outputs. */
  readonly outputs?: { readonly [name: string]: Cel } | undefined;
  /** The approval step without whose approval it does not run. */
  readonly approval?: string | undefined;
};

/** After so long more are asked, and reminded so long after that. */
export type Rung = {
  readonly afterMs: number;
  readonly to: readonly string[];
  readonly people?: readonly string[] | undefined;
  readonly remindMs?: readonly number[] | undefined;
};

export type ApprovalStep = StepBase & {
  readonly kind: 'approval';
  /** Action steps, in order. */
  readonly of: readonly string[];
  readonly roles: readonly string[];
  /** Asked by name, beside the roles. */
  readonly people?: readonly string[] | undefined;
  readonly quorum: Template;
  readonly expires: Template;
  readonly remindMs: readonly number[];
  /** One rung, or the rungs of a ladder in the order of their times. */
  readonly escalate?: Rung | readonly Rung[] | undefined;
  readonly risk?: 'high' | undefined;
  readonly breakGlass?: BreakGlass | undefined;
  /** The digest covers what is shown beside the effects too. Absent in plans that were compiled before it did. */
  readonly binds?: 'request' | undefined;
  readonly summary: Template;
  readonly facts: Templates;
  readonly denied: string;
  readonly expired: string;
};

/** What a person is asked to do: who may, until when, and what they say when it is done. */
export type TaskPlan = {
  /** Anyone who has one of the roles or is one of the people. */
  readonly roles: readonly string[];
  readonly people: readonly string[];
  readonly instructions: Template;
  readonly outputs: { readonly [name: string]: TaskOutput };
  readonly expires: Template;
  readonly remindMs: readonly number[];
  readonly escalate?: readonly Rung[] | undefined;
};

export type ManualStep = StepBase &
  TaskPlan & {
    readonly kind: 'manual';
    /** Where silence leads; or with which message the step fails then. */
    readonly expired: { readonly to: string } | { readonly fail: Template };
    /** The task by which a person takes back what was done. */
    readonly undo?: TaskPlan | undefined;
    /** How long it holds before its undo is asked for: gives a duration text. */
    readonly lease?: Template | undefined;
  };

/** One of `for` and `until`. With `signal` it is the deadline by which a signal has to come for which `signal` holds. */
export type WaitStep = StepBase & {
  readonly kind: 'wait';
  readonly for?: Template | undefined;
  readonly until?: Template | undefined;
  readonly signal?: Cel | undefined;
};
/**
 * Another playbook, run as a run of its own, ordered by whoever asked for this one. Its version is chosen when it is ordered: exact,
 * or with `x` for what may be newer (`1.x`); the newest where none is named.
 */
export type PlaybookStep = StepBase & {
  readonly kind: 'playbook';
  readonly playbook: string;
  readonly version?: string | undefined;
  readonly params: Templates;
  /** The step is done once the run has been ordered and started; that run is on its own. */
  readonly detach?: true | undefined;
  /** The outcomes by which the step has ended well; by any other it fails. */
  readonly accept: readonly string[];
  /** What its run did is taken back with what this run did. */
  readonly undo?: 'child' | undefined;
  /** Why it is not. */
  readonly reason?: string | undefined;
};

export type IfStep = StepBase & {
  readonly kind: 'if';
  readonly condition: Cel;
  readonly then?: string | undefined;
  readonly else?: string | undefined;
  /** Its roads are inside it: it takes time, and ends when they do. */
  readonly block?: true | undefined;
};
/** The first case that has the value. Without `default`, a value that no case has fails the step; `continue` goes on at `next`. */
export type SwitchStep = StepBase & {
  readonly kind: 'switch';
  readonly on: Cel;
  readonly cases: readonly { readonly values: readonly Json[]; readonly to: string }[];
  readonly default?: { readonly to: string } | 'continue' | undefined;
  /** As of a branch. */
  readonly block?: true | undefined;
};
export type SetStep = StepBase & { readonly kind: 'set'; readonly outputs: { readonly [name: string]: Cel } };
export type EndStep = StepBase & { readonly kind: 'end'; readonly outcome: string };
export type FailStep = StepBase & { readonly kind: 'fail'; readonly message: Template };

export type ParallelStep = StepBase & {
  readonly kind: 'parallel';
  readonly branches: readonly string[];
  /** So many branches have to end well, the rest is stopped then. Absent: all of them. */
  readonly join?:
    | {
        readonly count: number;
        /** Whether what the rest did stays in force. */
        readonly keep: boolean;
        /** Step of a branch → the branch's index. */
        readonly branchOf: { readonly [step: string]: number };
      }
    | undefined;
};

export type ForeachStep = StepBase & {
  readonly kind: 'foreach';
  readonly items: Template;
  readonly as: string;
  readonly concurrency: number;
  readonly body: string;
  /** What an item gives: evaluated at the end of its steps; without it, the outputs of the last step. */
  readonly collect?: Cel | undefined;
  /** An item that fails is in `errors`, and the others go on. */
  readonly collectErrors?: true | undefined;
};

/** `as` holds what the turn before gave, at first `from`. The condition still holding after `max` turns is a failure. */
export type WhileStep = StepBase & {
  readonly kind: 'while';
  readonly condition: Cel;
  readonly max: number;
  readonly as: string;
  readonly from: Templates;
  readonly body: string;
  /** What a turn gives: evaluated at the end of its steps; without it, the outputs of the last step. */
  readonly collect?: Cel | undefined;
};

/** Undoes the effects of these steps, newest first. Made by `on_failure: { undo: … }`. */
export type UndoStep = StepBase & { readonly kind: 'undo'; readonly steps: readonly string[] };

export type PlanStep =
  | ActionStep
  | ApprovalStep
  | ManualStep
  | PlaybookStep
  | WaitStep
  | IfStep
  | SwitchStep
  | SetStep
  | EndStep
  | FailStep
  | ParallelStep
  | ForeachStep
  | WhileStep
  | UndoStep;
export type StepKind = PlanStep['kind'];
export type StepOf<K extends StepKind> = Extract<PlanStep, { readonly kind: K }>;

export type Plan = {
  readonly playbook: string;
  readonly version: string;
  /** `sha256:…` over the rest. */
  readonly digest: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly owner?: string | undefined;
  /** `attack`, `d3fend`: technique ids. */
  readonly tags: JsonObject;
  readonly triggers: readonly Trigger[];
  readonly inputs: { readonly [name: string]: PlanInput };
  readonly start: string;
  readonly steps: { readonly [id: string]: PlanStep };
  readonly outputs: { readonly [name: string]: Cel };
};
