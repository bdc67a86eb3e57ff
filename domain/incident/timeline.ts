/** What happened in an incident, in order, from the ledger's entries about it, its signals, its runs and their effects and approvals. */
import type { JsonObject } from '../json.ts';

export type LedgerEntry = {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly detail?: JsonObject | undefined;
};

export type Phase = 'detect' | 'decide' | 'contain' | 'recover' | 'other';

export type TimelineItem = Omit<LedgerEntry, 'detail'> & {
  readonly phase: Phase;
  /** Milliseconds since the first entry. */
  readonly sinceMs: number;
  /** What the entry says in words; never all of its detail. */
  readonly facts: Readonly<Record<string, string>>;
};

/** What may be told of an entry's detail to whoever may read the incident. */
const told = [
  'text',
  'reason',
  'from',
  'to',
  'severity',
  'decision',
  'outcome',
  'status',
  'step',
  'action',
  'playbook',
  'assignee',
  'note',
  'on',
  'code',
];

/** The names are those that the store writes. */
const phases: { readonly [event: string]: Phase } = {
  'signal-accepted': 'detect',
  'signal-delivered': 'detect',
  'signal-settled': 'detect',
  'incident-opened': 'detect',
  'incident-joined': 'detect',
  'approval-opened': 'decide',
  'approval-voted': 'decide',
  'approval-vote-refused': 'decide',
  'approval-reminded': 'decide',
  'approval-escalated': 'decide',
  'approval-approved': 'decide',
  'approval-denied': 'decide',
  'approval-expired': 'decide',
  'approval-cancelled': 'decide',
  'approval-superseded': 'decide',
  'approval-glass-broken': 'decide',
  'task-opened': 'decide',
  'task-claimed': 'decide',
  'task-released': 'decide',
  'task-answered': 'decide',
  'task-refused': 'decide',
  'task-reminded': 'decide',
  'task-escalated': 'decide',
  'task-expired': 'decide',
  'task-cancelled': 'decide',
  'effect-intended': 'contain',
  'effect-attempted': 'contain',
  'effect-applied': 'contain',
  'effect-confirmed': 'contain',
  'effect-failed': 'contain',
  'effect-undone': 'recover',
};

/** `entries`: all that are about the incident, in any order. */
export function timelineOf(entries: readonly LedgerEntry[]): readonly TimelineItem[] {
  const about = entries.toSorted((a, b) => a.id - b.id);
  const first = Date.parse(about[0]?.at ?? '');
  return about.map(({ id, at, actor, event, subject, detail }) => ({
    id,
    at,
    actor,
    event,
    subject,
    phase: phaseOf(event),
    sinceMs: Date.parse(at) - first,
    facts: factsOf(detail ?? {}),
  }));
}

function factsOf(detail: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    told.flatMap((name) => {
      const value = Object.hasOwn(detail, name) ? detail[name] : undefined;
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
    }),
  );
}

function phaseOf(event: string): Phase {
  return (Object.hasOwn(phases, event) ? phases[event] : undefined) ?? 'other';
}
