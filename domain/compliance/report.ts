/**
 * The report of what was required, enforced, violated and repaired. Each sentence rests on entries of the audit chain and cites
 * them by id; a fact for which the chain has no entry is not told as a sentence but listed as unsupported, never left out silently.
 */
import { controlRef, controlTitle } from './controls.ts';
import type { ControlId } from './controls.ts';
import { reportTables } from './report-tables.ts';
import type { ReportTable } from './report-tables.ts';
import { enforcedSentences } from './report-enforced.ts';
import type { ReportInput } from './report-input.ts';
import { requiredSentences } from './report-required.ts';
import { repairedSentences, violatedSentences } from './report-response.ts';
import { entryIndex } from './sentence.ts';
import type { EntryIndex, Told } from './sentence.ts';

export type ReportSentence = {
  readonly text: string;
  /** Ids of the audit chain's entries that it rests on: at least one, ascending. */
  readonly entries: readonly number[];
  readonly actor: string;
  /** Of the last of the entries. */
  readonly at: string;
  /** `nist-800-53r5:ac-4` */
  readonly controls: readonly string[];
};

export type SectionName = 'required' | 'enforced' | 'violated' | 'repaired';

export type ReportSection = { readonly name: SectionName; readonly title: string; readonly sentences: readonly ReportSentence[] };

export type TouchedControl = {
  readonly control: string;
  readonly title: string;
  readonly sentences: number;
  readonly entries: readonly number[];
};

export type Report = {
  readonly title: string;
  readonly at: string;
  readonly summary: {
    readonly policies: number;
    readonly points: number;
    readonly incidents: number;
    readonly effects: number;
    /** Effects that hold now: applied or confirmed, and not undone. */
    readonly holding: number;
    readonly entries: number;
  };
  /** Where the window of the tables begins; it ends at `at`. Reports that were written before there were tables have neither. */
  readonly since?: string | undefined;
  readonly tables?: readonly ReportTable[] | undefined;
  readonly chain: { readonly ok: boolean; readonly rows: number; readonly head: string } | undefined;
  readonly sections: readonly ReportSection[];
  readonly controls: readonly TouchedControl[];
  readonly unsupported: readonly string[];
};

const sections: readonly {
  readonly name: SectionName;
  readonly title: string;
  readonly tell: (input: ReportInput, index: EntryIndex) => readonly Told[];
}[] = [
  { name: 'required', title: 'What was required', tell: requiredSentences },
  { name: 'enforced', title: 'What was enforced', tell: enforcedSentences },
  { name: 'violated', title: 'What was violated', tell: violatedSentences },
  { name: 'repaired', title: 'What was repaired', tell: repairedSentences },
];

/** Pure: the same input gives the same report. */
export function buildReport(input: ReportInput): Report {
  const index = entryIndex(input.entries);
  const told = sections.map((section) => ({ ...section, told: section.tell(input, index) }));
  const written = told.map(({ name, title, told: all }) => ({
    name,
    title,
    sentences: all.filter(({ entries }) => entries.length > 0).map(sentenceOf),
  }));
  return {
    title: input.title,
    at: input.at,
    summary: summaryOf(input),
    ...(input.compliance === undefined ? {} : { since: input.compliance.since, tables: reportTables(input, input.compliance) }),
    chain: input.chain,
    sections: written,
    controls: touchedControls(written),
    unsupported: told.flatMap(({ told: all }) => all.filter(({ entries }) => entries.length === 0).map(({ text }) => text)),
  };
}

function sentenceOf({ text, entries, controls }: Told): ReportSentence {
  const inOrder = entries.toSorted((a, b) => a.id - b.id);
  const last = inOrder.at(-1);
  return {
    text,
    entries: [...new Set(inOrder.map(({ id }) => id))],
    actor: last?.actor ?? '',
    at: last?.at ?? '',
    controls: [...new Set<ControlId>(controls)].toSorted().map(controlRef),
  };
}

function summaryOf(input: ReportInput): Report['summary'] {
  return {
    policies: input.policies.length,
    points: input.points.length,
    incidents: input.incidents.length,
    effects: input.effects.length,
    holding: input.effects.filter(({ status }) => status === 'applied' || status === 'confirmed').length,
    entries: input.entries.length,
  };
}

function touchedControls(written: readonly ReportSection[]): readonly TouchedControl[] {
  const touched = new Map<string, { sentences: number; entries: Set<number> }>();
  for (const sentence of written.flatMap(({ sentences }) => sentences)) {
    for (const control of sentence.controls) {
      const found = touched.get(control) ?? { sentences: 0, entries: new Set<number>() };
      found.sentences += 1;
      for (const entry of sentence.entries) found.entries.add(entry);
      touched.set(control, found);
    }
  }
  const rows = [...touched].map(([control, { sentences, entries }]) => ({
    control,
    title: controlTitle(control) ?? '',
    sentences,
    entries: [...entries].toSorted((a, b) => a - b),
  }));
  return rows.toSorted((a, b) => (a.control < b.control ? -1 : 1));
}
