/**
 * Triage: signals and what is known of the assets they are about in, severity and title out. Severity only rises here: above the worst
 * signal by what the asset is worth, and by how many kinds of signal agree. An opinion from outside (a model's) may raise, never lower.
 */
import type { Asset } from '../context/inventory.ts';
import type { Severity, Signal } from './signal.ts';

export type TriageInput = {
  /** At least one. */
  readonly signals: readonly Signal[];
  /** The asset that the signals' source is, where the inventory knows it. */
  readonly source?: Asset | undefined;
  /** The asset at the other end. */
  readonly destination?: Asset | undefined;
  /** What somebody else thinks of it. */
  readonly opinion?: Severity | undefined;
};

export type Triage = { readonly severity: Severity; readonly title: string; readonly reasons: readonly string[] };

export const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

export function triage({ signals, source, destination, opinion }: TriageInput): Triage {
  const worst = signals.toSorted((a, b) => rankOf(b.severity) - rankOf(a.severity) || (a.at < b.at ? -1 : 1))[0];
  const kinds = [...new Set(signals.map(({ kind }) => kind))].toSorted();
  const reasons = [`the worst of ${signals.length} signals is ${worst?.severity ?? 'low'}`];
  let severity = worst?.severity ?? 'low';
  const critical = [source, destination].find((asset) => asset?.criticality === 'critical');
  if (critical !== undefined && rankOf(severity) >= rankOf('medium')) {
    severity = raised(severity);
    reasons.push(`${critical.name} is a critical asset`);
  }
  if (kinds.length >= 3) {
    severity = raised(severity);
    reasons.push(`${kinds.length} kinds of signal agree: ${kinds.join(', ')}`);
  }
  if (opinion !== undefined && rankOf(opinion) > rankOf(severity)) {
    severity = opinion;
    reasons.push(`an assessment says ${opinion}`);
  }
  return { severity, title: titleOf(worst, source, signals.length), reasons };
}

export function rankOf(severity: Severity): number {
  return severities.indexOf(severity);
}

function raised(severity: Severity): Severity {
  return severities[rankOf(severity) + 1] ?? severity;
}

/** The worst signal's title, with the asset's name where the signal has an address alone. */
function titleOf(worst: Signal | undefined, source: Asset | undefined, count: number): string {
  const title = worst?.title ?? 'no signal';
  const named = source !== undefined && worst?.source !== undefined && !title.includes(source.name) ? `${source.name}: ${title}` : title;
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return `${named.slice(0, 200)}${more}`;
}
