/** The timeline of an incident as people read it: which entries say something new, of which sort they are, and in which words. */
import type { IncidentDetail, Note, TimelineItem } from '../../../api/contract/incidents.ts';

export type Sort = 'signals' | 'decisions' | 'steps' | 'effects' | 'comments' | 'work';

export const sorts: readonly { readonly sort: Sort; readonly title: string }[] = [
  { sort: 'signals', title: 'Signals' },
  { sort: 'decisions', title: 'Decisions' },
  { sort: 'steps', title: 'Runs' },
  { sort: 'effects', title: 'Effects' },
  { sort: 'comments', title: 'Comments' },
  { sort: 'work', title: 'Handling' },
];

export type Entry = {
  readonly id: number;
  readonly at: string;
  readonly sinceMs: number;
  readonly actor: string;
  readonly sort: Sort;
  /** What happened, in a sentence; of a comment, its text. */
  readonly text: string;
  /** Said by a program in its own words. */
  readonly machine: boolean;
  readonly event: string;
  /** Where more of it stands. */
  readonly to: string | undefined;
  readonly reason: string | undefined;
};

/** They say how it went on inside; the entry after them says what came of it. */
const inner: ReadonlySet<string> = new Set([
  'signal-delivered',
  'signal-settled',
  'run-started',
  'run-viewed',
  'effect-attempted',
  'effect-prepared',
  'effect-applied',
  'approval-reminded',
  'task-reminded',
]);

/** `all`: what went on inside too. */
export function storyOf(detail: IncidentDetail, all: boolean): readonly Entry[] {
  const notes = notesByEntry(detail);
  return detail.timeline.filter(({ event }) => all || !inner.has(event)).map((item) => entryOf(item, detail, notes.get(item.id)));
}

/** The chain holds long texts by their digest only: the notes have them whole. Both are in one order; the newest are there in any case. */
function notesByEntry({ timeline, notes }: IncidentDetail): ReadonlyMap<number, Note> {
  const noted = timeline.filter(({ event }) => event === 'incident-noted').toReversed();
  return new Map(noted.flatMap(({ id }, back) => (notes.at(-1 - back) === undefined ? [] : [[id, notes.at(-1 - back) as Note]])));
}

function entryOf(item: TimelineItem, detail: IncidentDetail, note: Note | undefined): Entry {
  const { id, at, sinceMs, actor, event, facts } = item;
  const machine = event === 'incident-noted' && actor.startsWith('system:');
  return {
    id,
    at,
    sinceMs,
    actor,
    event,
    machine,
    sort: machine ? 'steps' : sortOf(item),
    text: note?.text ?? wordsOf(item, detail),
    to: placeOf(item),
    reason: event === 'incident-noted' ? undefined : facts['reason'],
  };
}

function sortOf({ event, subject }: TimelineItem): Sort {
  if (event === 'incident-noted') return 'comments';
  if (event === 'incident-opened' || event === 'incident-joined' || subject.startsWith('signal/')) return 'signals';
  if (subject.startsWith('approval/') || subject.startsWith('task/')) return 'decisions';
  if (subject.startsWith('run/')) return 'steps';
  return subject.startsWith('effect/') ? 'effects' : 'work';
}

function placeOf({ subject, event }: TimelineItem): string | undefined {
  const [noun = '', ...rest] = subject.split('/');
  const id = rest.join('/');
  if (noun === 'approval') return `/approvals/${id}`;
  if (noun === 'run') return `/runs/${id}`;
  if (noun === 'effect' && !event.endsWith('undo-ordered')) return `/runs/${rest[0] ?? ''}`;
  return undefined;
}

type Words = (item: TimelineItem, detail: IncidentDetail) => string;

const words: Readonly<Record<string, Words>> = {
  'signal-accepted': ({ subject }, { signals }) => signals.find(({ id }) => `signal/${id}` === subject)?.title ?? 'a signal came in',
  'signal-delivered': () => 'the signal was handed on',
  'signal-settled': ({ facts }) => `the signal is ${facts['status'] ?? 'settled'}`,
  'incident-opened': ({ facts }) => `opened as ${facts['severity'] ?? 'an incident'}`,
  'incident-joined': ({ facts }) => `more signals of the same; severity ${facts['severity'] ?? 'unchanged'}`,
  'incident-status-changed': ({ facts }) => `${facts['from'] ?? '?'} → ${facts['to'] ?? '?'}`,
  'incident-assigned': ({ facts }) => `given to ${facts['assignee'] ?? 'nobody'}`,
  'incident-evidence-pinned': ({ facts }) =>
    `marked as evidence: ${facts['on'] ?? 'an entry'}${facts['note'] === undefined ? '' : ` (${facts['note']})`}`,
  'incident-evidence-unpinned': () => 'evidence mark taken off',
  'run-ordered': ({ subject }, detail) => `playbook ${playbookOf(subject, detail)} ordered`,
  'run-started': ({ subject }, detail) => `playbook ${playbookOf(subject, detail)} began`,
  'run-ended': ({ subject, facts }, detail) => `playbook ${playbookOf(subject, detail)} ended: ${facts['outcome'] ?? 'done'}`,
  'run-cancel-ordered': ({ subject }, detail) => `playbook ${playbookOf(subject, detail)} is to be cancelled`,
  'approval-opened': ({ subject }, { approvals }) =>
    `asks: ${approvals.find(({ id }) => `approval/${id}` === subject)?.summary ?? 'an approval'}`,
  'approval-voted': ({ facts }) => (facts['decision'] === 'deny' ? 'voted against' : 'voted for it'),
  'task-opened': ({ subject }, { tasks }) => `asks: ${tasks.find(({ id }) => `task/${id}` === subject)?.title ?? 'a task'}`,
};

function wordsOf(item: TimelineItem, detail: IncidentDetail): string {
  const own = words[item.event];
  if (own !== undefined) return own(item, detail);
  const said = item.event.replaceAll('-', ' ');
  if (!item.subject.startsWith('effect/')) return said;
  const effect = detail.effects.find(({ key }) => `effect/${key}` === item.subject);
  return effect === undefined
    ? said
    : `${effect.action} on ${effect.targets.join(', ')}: ${item.event.replace('effect-', '').replaceAll('-', ' ')}`;
}

function playbookOf(subject: string, { runs }: IncidentDetail): string {
  return runs.find(({ run }) => `run/${run}` === subject)?.playbook ?? subject.slice('run/'.length);
}
