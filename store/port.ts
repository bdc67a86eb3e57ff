/**
 * The store as everything else sees it: one repository a noun. Implemented on PostgreSQL by Kysely in this folder. All
 * times are RFC 3339 UTC text. Every method that changes state writes its audit row in the same transaction, before the
 * effect that it allows; when neither audit sink can record, the change is refused with `audit-unavailable`.
 */
import type { AuditCheck, AuditRow } from '../domain/audit-chain.ts';
import type { AccessDecisionEvent, Connection, DecisionEvent, IdentityEvent, Indicator } from '../domain/context/event.ts';
import type { Inventory } from '../domain/context/inventory.ts';
import type { ContextLists } from './context/port-lists.ts';
import type { Digest } from '../domain/digest.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { BudgetClaim, GuardDecision } from '../domain/guard/decision.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Fork } from '../domain/playbook/control/fork.ts';
import type { RunOrigin } from '../domain/playbook/control/origin.ts';
import type { RunView } from '../domain/playbook/view.ts';
import type { Policy } from '../domain/policy/model.ts';
import type { Artifact, Loss, TargetName } from '../domain/policy/targets/target.ts';
import type { Accounts, Identities, Sessions, Tries } from './access/port-access.ts';
import type { Approvals, Delegations, Reviews } from './port-approvals.ts';
import type { Compliance } from './compliance/port-compliance.ts';
import type { SignalRow, Signals } from './port-signals.ts';
import type { PlaybookRow, Playbooks, PlaybookVersion } from './port-playbooks.ts';
import type { CommandRow, Commands, CommandStatus } from './runs/port-commands.ts';
import type { Guard, GuardSituation } from './effects/port-guard.ts';
import type { IncidentRow, Incidents, Overview, Views } from './incidents/port-incidents.ts';
import type { SecretRow, Secrets } from './secrets/port-secrets.ts';
import type { Triggers } from './triggers/port-triggers.ts';
import type { Values } from './port-values.ts';
import type { LastProbe, PointQuestions, SeenPermissions } from './points/port-questions.ts';
import type { SystemRow, Systems } from './systems/port-systems.ts';
import type { Tasks } from './port-tasks.ts';

export type Role = 'analyst' | 'manager' | 'engineer' | 'auditor' | 'admin';

/** Who does something. `system:<part>` for Edict itself. */
export type Actor = string;

/** One page: `next` is an opaque cursor, absent on the last page. `limit` 1–500, default 50. */
export type PageRequest = { readonly cursor?: string | undefined; readonly limit?: number | undefined };
export type Page<T> = { readonly items: readonly T[]; readonly next?: string | undefined };

export type Person = { readonly id: string; readonly name: string; readonly roles: readonly Role[]; readonly disabled: boolean };

export type TokenRow = {
  readonly id: string;
  readonly label: string;
  readonly madeAt: string;
  readonly revokedAt: string | undefined;
};

export type People = {
  /** Creates or changes a person. */
  readonly put: (person: Person, by: Actor) => Promise<void>;
  readonly get: (id: string) => Promise<Person | undefined>;
  readonly list: () => Promise<readonly Person[]>;
  /** Makes an API token; the secret is shown once, stored as SHA-256 (256 bits of randomness need no slow hash). */
  readonly issueToken: (input: {
    readonly person: string;
    readonly label: string;
    readonly by: Actor;
  }) => Promise<{ readonly id: string; readonly secret: string }>;
  /** `not-found` where there is no such token, or where `person` is given and it is somebody else's. */
  readonly revokeToken: (id: string, by: Actor, person?: string) => Promise<void>;
  /** A person's tokens, newest first; none where there is no such person. */
  readonly tokens: (person: string) => Promise<readonly TokenRow[]>;
  /** The person that the secret belongs to; undefined when unknown, revoked or disabled. */
  readonly authenticate: (secret: string) => Promise<Person | undefined>;
};

export type PolicyState = 'draft' | 'in-review' | 'approved' | 'distributing' | 'enforced' | 'revising' | 'retired';

export type PolicyRow = {
  readonly policy: string;
  readonly state: PolicyState;
  /** The version that is being worked on. */
  readonly draft: number | undefined;
  /** The version in force. */
  readonly enforced: number | undefined;
  readonly author: Actor;
  /** Why review sent it back, where it did. */
  readonly reason: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type PolicyVersionRow = {
  readonly policy: string;
  readonly version: number;
  readonly document: Policy;
  readonly digest: Digest;
  readonly status: 'draft' | 'approved' | 'superseded';
  readonly author: Actor;
  readonly createdAt: string;
};

export type ProofRow = {
  readonly policy: string;
  readonly version: number;
  readonly target: TargetName;
  readonly artifact: Digest;
  readonly equal: boolean;
  /** Classes compared, witnesses tried, by which engine, counter-example, as prove.ts returns it. */
  readonly detail: JsonObject;
  readonly at: string;
};

export type Policies = {
  /** A new policy with version 1 as draft, or a new draft version of one (state `revising` when a version is enforced). `conflict` when a draft is in review. */
  readonly saveDraft: (document: Policy, author: Actor) => Promise<PolicyVersionRow>;
  /** Replaces the document of a version that is still a draft; `policy-state-wrong` otherwise. */
  readonly replaceDraft: (document: Policy, version: number, by: Actor) => Promise<PolicyVersionRow>;
  readonly get: (policy: string) => Promise<PolicyRow | undefined>;
  readonly version: (policy: string, version: number) => Promise<PolicyVersionRow | undefined>;
  readonly versions: (policy: string) => Promise<readonly PolicyVersionRow[]>;
  readonly list: (page: PageRequest) => Promise<Page<PolicyRow>>;
  /** Moves the state machine of DESIGN §5; `policy-state-wrong` where there is no such edge. */
  readonly transition: (input: {
    readonly policy: string;
    readonly to: PolicyState;
    readonly by: Actor;
    readonly reason?: string | undefined;
  }) => Promise<PolicyRow>;
  /** Freezes the version. */
  readonly approve: (input: {
    readonly policy: string;
    readonly version: number;
    readonly by: Actor;
    readonly approval: string;
  }) => Promise<PolicyVersionRow>;
  /** Records that the version is the one in force. */
  readonly enforce: (input: { readonly policy: string; readonly version: number; readonly by: Actor }) => Promise<void>;
  /** Every policy in its enforced version. */
  readonly inForce: () => Promise<readonly PolicyVersionRow[]>;
  readonly saveCompilation: (input: {
    readonly policy: string;
    readonly version: number;
    readonly artifact: Artifact;
    readonly losses: readonly Loss[];
    readonly by: Actor;
  }) => Promise<void>;
  readonly compilations: (
    policy: string,
    version: number,
  ) => Promise<readonly { readonly target: TargetName; readonly artifact: Digest; readonly losses: readonly Loss[] }[]>;
  readonly artifact: (digest: Digest) => Promise<Artifact | undefined>;
  readonly saveProof: (proof: Omit<ProofRow, 'at'>, by: Actor) => Promise<ProofRow>;
  readonly proofs: (policy: string, version: number) => Promise<readonly ProofRow[]>;
  readonly saveWhatIf: (input: {
    readonly policy: string;
    readonly version: number;
    readonly result: JsonObject;
    readonly by: Actor;
  }) => Promise<void>;
  readonly whatIf: (policy: string, version: number) => Promise<JsonObject | undefined>;
};

export type DecisionFilter = {
  readonly since?: string | undefined;
  readonly point?: string | undefined;
  readonly limit?: number | undefined;
};

export type Context = ContextLists & {
  readonly saveInventory: (inventory: Inventory, by: Actor) => Promise<{ readonly digest: Digest }>;
  /** Empty inventory when none was loaded. */
  readonly inventory: () => Promise<Inventory>;
  /** Idempotent by id. */
  readonly addConnections: (items: readonly Connection[], by: Actor) => Promise<{ readonly added: number }>;
  readonly connections: (filter?: {
    readonly since?: string | undefined;
    readonly address?: string | undefined;
    readonly limit?: number | undefined;
  }) => Promise<readonly Connection[]>;
  readonly addIdentityEvents: (items: readonly IdentityEvent[], by: Actor) => Promise<{ readonly added: number }>;
  readonly identityEvents: (filter?: {
    readonly since?: string | undefined;
    readonly limit?: number | undefined;
  }) => Promise<readonly IdentityEvent[]>;
  readonly addIndicators: (items: readonly Indicator[], by: Actor) => Promise<{ readonly added: number }>;
  readonly findIndicators: (value: string) => Promise<readonly Indicator[]>;
  /** Decision logs are facts of enforcement points, not changes: no audit row each. Idempotent by id. */
  readonly addDecisions: (items: readonly (DecisionEvent | AccessDecisionEvent)[]) => Promise<{ readonly added: number }>;
  /** On connections. */
  readonly decisions: (filter?: DecisionFilter) => Promise<readonly DecisionEvent[]>;
  /** On access and the use of models. */
  readonly accessDecisions: (filter?: DecisionFilter) => Promise<readonly AccessDecisionEvent[]>;
  readonly counts: () => Promise<{
    readonly assets: number;
    readonly zones: number;
    readonly connections: number;
    readonly identityEvents: number;
    readonly indicators: number;
    readonly decisions: number;
  }>;
};

/** The recorded word that a run may happen: without it no activity of ours does anything. */
export type Order = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  readonly planDigest: string;
  readonly inputs: JsonObject;
  readonly requester: Actor;
  readonly incident?: string | undefined;
  readonly policy?: string | undefined;
  readonly signal?: string | undefined;
  /** Where another run brought it about. */
  readonly origin?: RunOrigin | undefined;
  /** Where it begins in the middle, with what another run recorded. */
  readonly fork?: Fork | undefined;
  readonly orderedAt: string;
};

/** The run went on with another version from here; the command that said so is in `Commands`. */
export type Migration = { readonly version: string; readonly planDigest: string; readonly by: Actor; readonly command: string };

/** `version` and `planDigest` are those that the run goes on with now. */
export type RunRow = Order & {
  readonly status: 'ordered' | 'running' | 'ended';
  readonly outcome: string | undefined;
  /** The last stored view; the live one is the workflow's query. */
  readonly view: RunView | undefined;
  readonly endedAt: string | undefined;
  readonly cancelledBy: Actor | undefined;
  /** Oldest first; `orderedWith` is what it began with. */
  readonly migrations?: readonly Migration[] | undefined;
  readonly orderedWith?: { readonly version: string; readonly planDigest: string } | undefined;
};

export type Runs = {
  /** Immutable; the same run again with the same content is a no-op, with another content `conflict`. */
  readonly order: (order: Omit<Order, 'orderedAt'>, by: Actor, paused?: Pick<CommandRow, 'id' | 'reason'>) => Promise<Order>;
  readonly get: (run: string) => Promise<RunRow | undefined>;
  readonly list: (
    filter: {
      readonly incident?: string | undefined;
      readonly policy?: string | undefined;
      readonly playbook?: string | undefined;
      readonly requester?: string | undefined;
      readonly outcome?: string | undefined;
      readonly status?: RunRow['status'] | undefined;
    },
    page: PageRequest,
  ) => Promise<Page<RunRow>>;
  /** The runs that it brought about, oldest first. */
  readonly broughtBy: (run: string) => Promise<readonly RunRow[]>;
  /** Runs under way of the open incident of this key whose plan waits for a signal somewhere. */
  readonly listening: (incidentKey: string) => Promise<readonly string[]>;
  /** The runs that are forks of it, oldest first. */
  readonly forks: (run: string) => Promise<readonly string[]>;
  readonly started: (run: string) => Promise<void>;
  readonly finish: (run: string, view: RunView) => Promise<void>;
  readonly recordCancel: (run: string, by: Actor, reason: string) => Promise<void>;
};

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

export type AtPoint = { readonly status: EffectStatus | undefined; readonly desired: PointRow['desired'] | undefined };

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

export type PointRow = {
  readonly name: string;
  readonly kind: string;
  readonly target: TargetName;
  readonly settings: JsonObject;
  /** What should be in force: artifact digest and isolations. Set when an effect is confirmed. */
  readonly desired: {
    readonly artifact: Digest | undefined;
    readonly policyVersions: readonly { readonly policy: string; readonly version: number }[];
    readonly isolations: readonly JsonObject[];
  };
  readonly observed: JsonObject | undefined;
  readonly health: 'unknown' | 'in-force' | 'drifted' | 'unreachable';
  readonly lastProbe?: LastProbe | undefined;
  /** As they were seen last, when somebody asked. */
  readonly permissions?: SeenPermissions | undefined;
  readonly updatedAt: string;
};

export type Points = PointQuestions & {
  readonly put: (
    point: { readonly name: string; readonly kind: string; readonly target: TargetName; readonly settings: JsonObject },
    by: Actor,
  ) => Promise<void>;
  readonly get: (name: string) => Promise<PointRow | undefined>;
  readonly list: () => Promise<readonly PointRow[]>;
  readonly setDesired: (name: string, desired: PointRow['desired'], by: Actor) => Promise<void>;
  /** Forgets the point and its bundle; `conflict` where something should be in force there. */
  readonly remove: (name: string, by: Actor) => Promise<void>;
  /** Writes an audit row only when the health changes. */
  readonly setObserved: (name: string, observed: JsonObject, health: PointRow['health']) => Promise<void>;
  /** Runs `work` while no one else changes this point (advisory lock held on one connection; survives nothing). */
  readonly locked: <T>(name: string, work: () => Promise<T>) => Promise<T>;
};

export type { AuditCheck, AuditRow };
export type { IncidentRow, Incidents };
export type { PlaybookRow, Playbooks, PlaybookVersion };
export type { SignalRow, Signals };
export type { Approvals, Delegations, Reviews };
export type { CommandRow, Commands, CommandStatus, Guard, GuardSituation, SecretRow, Secrets };
export type { SystemRow, Systems };
export type { Tasks };

/** `event` may end in `*`; `from` is inside, `to` is not; oldest first unless told. */
export type AuditFilter = {
  readonly subject?: string | undefined;
  readonly event?: string | undefined;
  readonly actor?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly since?: number | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
};

export type Audit = {
  readonly append: (entry: {
    readonly actor: Actor;
    readonly event: string;
    readonly subject: string;
    readonly detail: JsonObject;
  }) => Promise<AuditRow>;
  readonly list: (filter: AuditFilter, page: PageRequest) => Promise<Page<AuditRow>>;
  /** Rows that came after this one, in their order, without what they say. None becomes visible before those with smaller ids. */
  readonly after: (id: number, limit: number) => Promise<readonly Pick<AuditRow, 'id' | 'at' | 'event' | 'subject'>[]>;
  /** The id of the newest row; 0 where there is none. */
  readonly head: () => Promise<number>;
  /** The whole chain in order, in pages. */
  readonly export: () => AsyncIterable<AuditRow>;
  /** Verifies the table, and that the file sink agrees with it. */
  readonly verify: () => Promise<AuditCheck>;
};

export type Reports = {
  readonly save: (
    report: { readonly id: string; readonly title: string; readonly html: string; readonly json: Json },
    by: Actor,
  ) => Promise<void>;
  readonly get: (
    id: string,
  ) => Promise<
    { readonly id: string; readonly title: string; readonly html: string; readonly json: Json; readonly at: string } | undefined
  >;
  readonly list: (page: PageRequest) => Promise<Page<{ readonly id: string; readonly title: string; readonly at: string }>>;
};

export type Idempotency = {
  /** The stored answer of the same key by the same actor, or undefined after reserving it; `idempotency-key-reused` when the request differs; `conflict` while the first is under way. */
  readonly begin: (input: {
    readonly actor: Actor;
    readonly key: string;
    readonly requestDigest: Digest;
  }) => Promise<{ readonly status: number; readonly body: Json } | undefined>;
  /** Says that the request is still at work: a reservation that is not renewed for six seconds is taken for dead. */
  readonly renew: (input: { readonly actor: Actor; readonly key: string }) => Promise<void>;
  readonly finish: (input: { readonly actor: Actor; readonly key: string; readonly status: number; readonly body: Json }) => Promise<void>;
  readonly abandon: (input: { readonly actor: Actor; readonly key: string }) => Promise<void>;
};

export type BundleRow = { readonly point: string; readonly revision: string; readonly bytes: Uint8Array };

/** The signed bundle that each OPA point should have: put by the connector, served by the API. One for each point; the newest counts. */
export type Bundles = {
  /** The same revision again is a no-op. No audit row of its own: the effect that puts it has one. */
  readonly put: (bundle: BundleRow) => Promise<void>;
  readonly get: (point: string) => Promise<BundleRow | undefined>;
  /** Resolves as soon as the point's revision is another than `revision` (undefined: as soon as there is one), or with undefined after `waitMs`; works across processes. */
  readonly waitFor: (point: string, revision: string | undefined, waitMs: number, signal?: AbortSignal) => Promise<BundleRow | undefined>;
};

export type Store = {
  readonly people: People;
  readonly sessions: Sessions;
  readonly accounts: Accounts;
  readonly tries: Tries;
  readonly identities: Identities;
  readonly policies: Policies;
  readonly context: Context;
  readonly playbooks: Playbooks;
  readonly triggers: Triggers;
  readonly values: Values;
  readonly runs: Runs;
  readonly commands: Commands;
  readonly approvals: Approvals;
  readonly tasks: Tasks;
  readonly delegations: Delegations;
  readonly reviews: Reviews;
  readonly effects: Effects;
  readonly guard: Guard;
  readonly points: Points;
  readonly signals: Signals;
  readonly incidents: Incidents;
  readonly views: Views;
  readonly overview: Overview;
  readonly audit: Audit;
  readonly compliance: Compliance;
  readonly reports: Reports;
  readonly idempotency: Idempotency;
  readonly secrets: Secrets;
  readonly systems: Systems;
  readonly bundles: Bundles;
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
