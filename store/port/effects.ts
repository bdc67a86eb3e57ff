/** The effect ledger: `intended → applied → confirmed → undone` (or `failed`), keyed by run, step and invocation. */
import type { Inventory } from '../../domain/context/inventory.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { BudgetClaim, GuardDecision } from '../../domain/guard/decision.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { GuardSituation } from '../effects/port-guard.ts';
import type { PointRow } from './points.ts';
import type { RunRow } from './runs.ts';
import type { Actor, Page, PageRequest } from './words.ts';

/**
 * `denied`: the guard refused it, nothing was done. `uncertain`: it failed for good and may hold all the same. `diverged`: it holds, or may,
 * and its undo failed for good; an incident says so.
 */
export type EffectStatus = 'intended' | 'applied' | 'confirmed' | 'undone' | 'failed' | 'denied' | 'uncertain' | 'diverged';

export type EffectRow = {
  /** `<run>/<step>/<invocation>` */
  readonly key: string;
  readonly run: string;
  readonly step: string;
  readonly action: string;
  /** Enforcement points or systems that it touches. */
  readonly targets: readonly string[];
  readonly params: JsonObject;
  readonly status: EffectStatus;
  readonly approval: string | undefined;
  readonly receipt: Json | undefined;
  readonly error: { readonly code: ErrorCode; readonly message: string } | undefined;
  /** How often an activity went for it: 1 means no retry. */
  readonly attempts: number;
  readonly intendedAt: string;
  readonly appliedAt: string | undefined;
  readonly confirmedAt: string | undefined;
  readonly undoneAt: string | undefined;
  readonly playbook: string | undefined;
  /** What it is about (hosts, users): what budgets count. */
  readonly subjects: readonly string[];
  /** What the guard decided before the intent. */
  readonly decision: GuardDecision | undefined;
  /** Who asked for its undo to be tried again, while that is under way. */
  readonly retryBy: Actor | undefined;
  /** The audit rows that it wrote. */
  readonly entries: readonly number[];
};

/** What stands once the point's lock is had. Where no intent stands yet: no status, no attempt, no receipt. */
export type AtPoint = {
  readonly status: EffectStatus | undefined;
  /** Of all who went for it: more than the caller's own where another one came meanwhile. */
  readonly attempts: number;
  readonly receipt: Json | undefined;
  readonly desired: PointRow['desired'] | undefined;
};

type PointSeen = Pick<PointRow, 'name' | 'desired' | 'health'> & { readonly observed: JsonObject };

type EffectFault = { readonly code: ErrorCode; readonly message: string };

/** INVARIANT: no intent without the decision that allows it, both in one row. */
export type EffectIntent = {
  readonly key: string;
  readonly run: string;
  readonly step: string;
  readonly action: string;
  readonly targets: readonly string[];
  readonly params: JsonObject;
  readonly approval?: string | undefined;
  readonly playbook: string;
  readonly subjects: readonly string[];
  readonly decision: GuardDecision;
  /** Places in budgets that it takes. */
  readonly claims?: readonly BudgetClaim[] | undefined;
};

export type Outlook = {
  readonly order: RunRow | undefined;
  /** The effect, where it was meant before. */
  readonly known: EffectRow | undefined;
  /** All points that there are, by name. */
  readonly points: readonly Pick<PointRow, 'name' | 'target'>[];
  readonly situation: GuardSituation;
};

export type Effects = {
  /** What an effect of a run has to know before it may be meant; `subjects` as in `guard.situation`. */
  readonly outlook: (input: {
    readonly run: string;
    readonly key: string;
    readonly action: string;
    readonly subjects: (inventory: Inventory) => readonly string[];
  }) => Promise<Outlook>;
  /**
   * Writes the intent (or counts one more attempt) and returns the row as it stands: what it says decides whether to observe or to act. A
   * decision that refuses, or a budget that is spent by now, makes it `denied`; that is final.
   */
  readonly intend: (input: EffectIntent, by: Actor) => Promise<EffectRow>;
  /**
   * It has landed at one of its points, with the last one at all: receipt so far, what should be in force there, and what was seen, in one
   * transaction. Again after it was confirmed is a no-op; `effect-state-wrong` where it is over.
   */
  readonly landed: (input: {
    readonly key: string;
    readonly receipt: Json;
    readonly last: boolean;
    readonly point: PointSeen;
  }) => Promise<{ readonly status: EffectStatus }>;
  /** It is given back at one of its points, with the last one at all. */
  readonly givenBack: (input: {
    readonly key: string;
    readonly last: boolean;
    readonly by: Actor;
    readonly point: PointSeen;
  }) => Promise<void>;
  /** Runs `work` under the point's lock (points.locked), with where the effect stands and what should be in force at the point by then. */
  readonly lockedAt: <T>(key: string, point: string, work: (now: AtPoint) => Promise<T>) => Promise<T>;
  readonly applied: (key: string, receipt: Json) => Promise<EffectRow>;
  readonly confirmed: (key: string) => Promise<EffectRow>;
  readonly undone: (key: string, by: Actor) => Promise<EffectRow>;
  readonly failed: (key: string, error: EffectFault) => Promise<EffectRow>;
  /** It failed for good, and may hold all the same: a later observation decides. */
  readonly uncertain: (key: string, error: EffectFault) => Promise<EffectRow>;
  /** Its undo failed for good. A retry that was asked for is over with it. */
  readonly diverged: (key: string, error: EffectFault) => Promise<EffectRow>;
  /** Somebody wants the undo of a diverged effect tried again: the recorded word without which nothing is. */
  readonly orderRetry: (input: { readonly key: string; readonly by: Actor; readonly reason: string }) => Promise<EffectRow>;
  /** Effects that nobody is at work on and that nobody knows the end of: uncertain, or half done in a run that has ended. */
  readonly unsettled: () => Promise<readonly EffectRow[]>;
  /** Those whose undo was ordered to be tried again, and that are still diverged. */
  readonly retriesOrdered: () => Promise<readonly EffectRow[]>;
  readonly get: (key: string) => Promise<EffectRow | undefined>;
  readonly list: (
    filter: { readonly run?: string | undefined; readonly incident?: string | undefined; readonly status?: EffectStatus | undefined },
    page: PageRequest,
  ) => Promise<Page<EffectRow>>;
};
