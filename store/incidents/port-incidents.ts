/** The part of the port (port.ts) that is about incidents and what people do with them. */
import type { Severity } from '../../domain/incident/signal.ts';
import type { LedgerEntry } from '../../domain/incident/timeline.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Actor, Page, PageRequest } from '../port.ts';

export type IncidentStatus = 'open' | 'contained' | 'closed';

export type IncidentRow = {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly assignee: string | undefined;
  readonly signals: readonly string[];
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly notes: readonly IncidentNote[];
};

/** `mentions`: people whom the text calls by name. */
export type IncidentNote = {
  readonly id: number;
  readonly at: string;
  readonly by: Actor;
  readonly text: string;
  readonly mentions: readonly string[];
};

/** One entry of the chain that is about an incident. */
export type IncidentEntry = LedgerEntry & { readonly incident: string };

/** An incident as it stands in a queue. `kinds` and `doors` are those of its first signals. */
export type QueuedIncident = Omit<IncidentRow, 'notes' | 'signals'> & {
  readonly dueAt: string;
  readonly signalCount: number;
  readonly kinds: readonly string[];
  readonly doors: number;
  readonly approvalsOpen: number;
  readonly runsActive: number;
  /** The first signal’s ids, in their order. */
  readonly signals: readonly string[];
};

export type QueueFilter = {
  /** `live`: not closed. */
  readonly status?: IncidentStatus | 'live' | undefined;
  readonly severity?: Severity | undefined;
  /** A person, or nobody. */
  readonly assignee?: { readonly person: string | undefined } | undefined;
  readonly sla?: 'at-risk' | 'late' | undefined;
  readonly waiting?: boolean | undefined;
  readonly mentions?: string | undefined;
  readonly key?: string | undefined;
  /** In the title, the key or the id. */
  readonly text?: string | undefined;
  readonly order?: 'newest' | 'urgent' | undefined;
  /** Opened then or later, and before. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly answered?: 'playbook' | 'automatic' | undefined;
  /** The chain holds what that time is measured by. */
  readonly reached?: 'detect' | 'decide' | 'contain' | 'recover' | undefined;
};

export type QueueCounts = {
  readonly live: number;
  readonly mine: number;
  readonly unassigned: number;
  readonly atRisk: number;
  readonly late: number;
  readonly waiting: number;
  readonly mentions: number;
  readonly severities: Readonly<Record<Severity, number>>;
};

export type IncidentPin = { readonly entry: number; readonly by: Actor; readonly at: string; readonly note: string | undefined };

export type RelatedIncident = Pick<IncidentRow, 'id' | 'title' | 'severity' | 'status' | 'openedAt'> & {
  /** What both have: the key, a host, an address. */
  readonly shared: readonly string[];
};

export type Incidents = {
  /** One open incident a key: opens it or adds the signals to it; severity only rises. */
  readonly upsert: (input: {
    readonly key: string;
    readonly title: string;
    readonly severity: Severity;
    readonly signals: readonly string[];
  }) => Promise<IncidentRow>;
  readonly get: (id: string) => Promise<IncidentRow | undefined>;
  readonly byKey: (key: string) => Promise<IncidentRow | undefined>;
  readonly list: (filter: { readonly status?: IncidentStatus | undefined }, page: PageRequest) => Promise<Page<IncidentRow>>;
  readonly queue: (filter: QueueFilter, page: PageRequest) => Promise<Page<QueuedIncident>>;
  readonly queued: (id: string) => Promise<QueuedIncident | undefined>;
  readonly counts: (person: string) => Promise<QueueCounts>;
  /**
   * What the chain says of each: of itself, its signals (the first 200), its runs, and their approvals and effects; oldest first. Those
   * events alone where they are named.
   */
  readonly ledger: (ids: readonly string[], events?: readonly string[]) => Promise<readonly IncidentEntry[]>;
  readonly note: (id: string, text: string, by: Actor) => Promise<void>;
  /** A note by a person; names that nobody has are no mentions. */
  readonly comment: (id: string, text: string, by: Actor) => Promise<IncidentNote>;
  readonly setStatus: (id: string, status: IncidentStatus, by: Actor, reason?: string) => Promise<void>;
  /** What was closed is open again, as long as no other incident of its key has been opened since. */
  readonly reopen: (id: string, by: Actor) => Promise<void>;
  /** To a person, or to nobody. */
  readonly assign: (id: string, assignee: string | undefined, by: Actor) => Promise<void>;
  /** An entry of its timeline, marked as evidence. The same again changes the note. */
  readonly pin: (
    input: { readonly incident: string; readonly entry: number; readonly note?: string | undefined },
    by: Actor,
  ) => Promise<void>;
  readonly unpin: (incident: string, entry: number, by: Actor) => Promise<void>;
  readonly pins: (incident: string) => Promise<readonly IncidentPin[]>;
  /** Those with the same key, or with a source or destination in common; newest first, 20 at most. */
  readonly related: (incident: string) => Promise<readonly RelatedIncident[]>;
};

export type SavedView = {
  readonly id: string;
  readonly screen: string;
  readonly name: string;
  readonly query: JsonObject;
  readonly madeAt: string;
};

/** Everybody has their own. */
export type Views = {
  readonly list: (owner: string) => Promise<readonly SavedView[]>;
  /** One name is one view of a screen: the same name again changes it. */
  readonly put: (owner: string, view: Pick<SavedView, 'screen' | 'name' | 'query'>) => Promise<SavedView>;
  readonly remove: (owner: string, id: string) => Promise<void>;
};

/** Figures of everything at once, each counted where it lies. */
export type Posture = {
  readonly approvals: { readonly open: number; readonly expiringSoon: number };
  readonly tasks: { readonly open: number };
  /** `failed`: since then. */
  readonly runs: { readonly active: number; readonly failed: number; readonly failedSince: string };
  readonly points: Readonly<Record<'unknown' | 'in-force' | 'drifted' | 'unreachable', number>>;
  readonly policies: { readonly total: number; readonly enforced: number; readonly inReview: number };
  /** Of the incidents opened since then, 30 days: those in which a playbook acted, and those where it began by itself. */
  readonly automation: { readonly since: string; readonly incidents: number; readonly handled: number; readonly automatic: number };
  readonly daily: readonly { readonly day: string; readonly severity: Severity; readonly opened: number }[];
};

export type Overview = { readonly posture: () => Promise<Posture> };
