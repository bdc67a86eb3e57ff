/** The parts of a report's sentence, before it is written down: what it says, on which entries it rests, which controls it touches. */
import type { ControlId } from './controls.ts';
import type { ReportEntry } from './report-input.ts';

export type Told = { readonly text: string; readonly entries: readonly ReportEntry[]; readonly controls: readonly ControlId[] };

/** Entries about a subject, by subject; `policy/p1`, `run/r1`, `effect/<key>`, `approval/a1`, `point/fw-1`, `incident/i1`, `signal/s1`. */
export type EntryIndex = {
  readonly about: (subject: string, ...events: readonly string[]) => readonly ReportEntry[];
  readonly of: (...events: readonly string[]) => readonly ReportEntry[];
};

export function entryIndex(entries: readonly ReportEntry[]): EntryIndex {
  const bySubject = new Map<string, ReportEntry[]>();
  for (const entry of entries) {
    const list = bySubject.get(entry.subject);
    if (list === undefined) bySubject.set(entry.subject, [entry]);
    else list.push(entry);
  }
  const among = (list: readonly ReportEntry[], events: readonly string[]): readonly ReportEntry[] =>
    events.length === 0 ? list : list.filter(({ event }) => events.includes(event));
  return { about: (subject, ...events) => among(bySubject.get(subject) ?? [], events), of: (...events) => among(entries, events) };
}

/** An own text or number field of an entry's detail, as text. */
export function detailText({ detail }: ReportEntry, key: string): string | undefined {
  const value = Object.hasOwn(detail, key) ? detail[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** `a, b and c` */
export function listed(items: readonly string[]): string {
  const unique = [...new Set(items)];
  const last = unique.at(-1) ?? '';
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} and ${last}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first 12 digits tell digests apart for people; the entry has all of them. */
export function shortDigest(digest: string): string {
  return digest.startsWith('sha256:') ? digest.slice(0, 'sha256:'.length + 12) : digest;
}
