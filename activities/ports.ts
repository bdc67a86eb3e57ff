/** What activities are given: the store, the ways to the enforcement points, the engines that check proofs, and who calls. Only compose.ts builds it. */
import type { Provider } from '../ai/provider.ts';
import type { Connector } from '../connectors/connector.ts';
import type { OutsideSystem } from '../connectors/system.ts';
import type { GuardAnswer, GuardQuestion } from '../domain/guard/decision.ts';
import type { Decision, Request } from '../domain/policy/model.ts';
import type { Artifact, TargetName } from '../domain/policy/targets/target.ts';
import type { Store } from '../store/port.ts';

/** The workflow that an activity works for, and this attempt of it. */
export type Caller = {
  /** Undefined where no workflow started the activity. */
  readonly workflowId: string | undefined;
  /** It runs inside a workflow task, and may be a repetition of one that a worker did not live to end. */
  readonly local?: boolean | undefined;
  /** True when a failure now is final. */
  readonly lastAttempt: boolean;
  /** Aborted when the work is no longer wanted: cancelled, timed out, or the worker stops. */
  readonly signal: AbortSignal;
  readonly heartbeat: (detail?: unknown) => void;
};

/** A target's own engine, for the concrete half of a proof: it loads the artifact somewhere that enforces nothing. */
export type ProofEngine = {
  /** Name and version, as written into the proof. */
  readonly name: string;
  /** `refusals`: a packet that passes does not say whether a rule let it pass, so `allow` and `not-applicable` look alike. */
  readonly tells: 'decisions' | 'refusals';
  /** One decision a request, in order; undefined for a request that this engine cannot be asked (no packet goes to port 0). */
  readonly decideMany: (
    artifact: Artifact,
    requests: readonly Request[],
    options?: { readonly signal?: AbortSignal | undefined },
  ) => Promise<readonly (Decision | undefined)[]>;
};

/** Why a target has no engine at hand here; it is written into the proof. */
export type NoEngine = { readonly unavailable: string };

export type Ports = {
  readonly store: Store;
  /** The way to a point, opened once and kept; `enforcement-point-unknown`. */
  readonly connector: (point: string) => Promise<Connector>;
  /** The way to an outside system, opened once and kept; `system-missing`. */
  readonly system: (name: string) => Promise<OutsideSystem>;
  /** Generators of drafts, tried in this order; the last one is at hand always. */
  readonly providers: readonly Provider[];
  /** Found when first asked for: what is at hand may take a while to find out. */
  readonly engines: { readonly [target in TargetName]?: () => Promise<ProofEngine | NoEngine> };
  /** The decision point. Throws `dependency-unavailable` where it gives no answer that can be believed. */
  readonly guard: (question: GuardQuestion, options: { readonly signal: AbortSignal }) => Promise<GuardAnswer>;
  readonly caller: () => Caller;
  readonly now: () => Date;
};
