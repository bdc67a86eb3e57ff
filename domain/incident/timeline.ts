/** What happened in an incident, in order, from the ledger's entries about it, its signals, its runs and their effects and approvals. */
export type LedgerEntry = {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
};

export type Phase = 'detect' | 'decide' | 'contain' | 'recover' | 'other';

export type TimelineItem = LedgerEntry & { readonly phase: Phase; /** Milliseconds since the first entry. */ readonly sinceMs: number };

export type IncidentSubjects = {
  readonly incident: string;
  readonly signals: readonly string[];
  readonly runs: readonly string[];
  readonly approvals: readonly string[];
};

const phases: { readonly [event: string]: Phase } = {
  'signal-accepted': 'detect',
  'incident-opened': 'detect',
  'approval-opened': 'decide',
  'approval-voted': 'decide',
  'approval-approved': 'decide',
  'approval-denied': 'decide',
  'approval-expired': 'decide',
  'effect-intended': 'contain',
  'effect-applied': 'contain',
  'effect-confirmed': 'contain',
  'effect-failed': 'contain',
  'effect-undone': 'recover',
};

export function timelineOf(entries: readonly LedgerEntry[], subjects: IncidentSubjects): readonly TimelineItem[] {
  const own = new Set([
    `incident/${subjects.incident}`,
    ...subjects.signals.map((id) => `signal/${id}`),
    ...subjects.runs.map((id) => `run/${id}`),
    ...subjects.approvals.map((id) => `approval/${id}`),
  ]);
  const effects = subjects.runs.map((run) => `effect/${run}/`);
  const about = entries
    .filter(({ subject }) => own.has(subject) || effects.some((prefix) => subject.startsWith(prefix)))
    .toSorted((a, b) => a.id - b.id);
  const first = Date.parse(about[0]?.at ?? '');
  return about.map((entry) => ({ ...entry, phase: phaseOf(entry.event), sinceMs: Date.parse(entry.at) - first }));
}

function phaseOf(event: string): Phase {
  return (Object.hasOwn(phases, event) ? phases[event] : undefined) ?? 'other';
}
