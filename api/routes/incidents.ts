/** Incidents, with all that belongs to them. */
import { EdictError } from '../../domain/errors.ts';
import { measuredEvents, metricsOf, summarise } from '../../domain/incident/metrics.ts';
import type { MetricsSummary } from '../../domain/incident/metrics.ts';
import { timelineOf } from '../../domain/incident/timeline.ts';
import type { IncidentEntry, IncidentRow, Store } from '../../store/port.ts';
import type { IncidentSummary } from '../contract/incidents.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { runSummary } from './runs.ts';

const signalsShown = 200;
const entriesShown = 1000;
const incidentsMeasured = 200;

export function incidentHandlers({ store }: HandlerDeps): HandlersOf<'incidents.list' | 'incidents.metrics' | 'incidents.get'> {
  return {
    'incidents.list': async ({ query: { status, ...page } }) => {
      const { items, next } = await store.incidents.list({ status }, page);
      return { items: items.map(incidentSummary), next };
    },
    'incidents.metrics': () => measured(store),
    'incidents.get': async ({ params: { id } }) => {
      const incident = await store.incidents.get(id);
      if (incident === undefined) throw new EdictError('not-found', `there is no incident \`${id}\``);
      const [runs, first, signals, effects, entries] = await Promise.all([
        store.runs.list({ incident: id }, { limit: 100 }),
        store.signals.many(incident.signals.slice(0, 1)),
        store.signals.many(incident.signals.slice(-signalsShown)),
        store.effects.list({ incident: id }, { limit: 500 }),
        store.incidents.ledger([id]),
      ]);
      const timeline = timelineOf(entries);
      return {
        ...incidentSummary(incident),
        signals,
        runs: runs.items.map(runSummary),
        effects: effects.items,
        notes: incident.notes,
        timeline: timeline.slice(-entriesShown),
        metrics: metricsOf(timeline, first[0]?.at),
      };
    },
  };
}

/** Four statements, however many incidents there are. */
async function measured(store: Store): Promise<MetricsSummary & { readonly incidents: number }> {
  const { items } = await store.incidents.list({}, { limit: incidentsMeasured });
  const firsts = items.flatMap(({ signals }) => signals.slice(0, 1));
  const [entries, signals] = await Promise.all([
    store.incidents.ledger(
      items.map(({ id }) => id),
      measuredEvents,
    ),
    store.signals.many(firsts),
  ]);
  const own = new Map<string, IncidentEntry[]>(items.map(({ id }) => [id, []]));
  for (const entry of entries) own.get(entry.incident)?.push(entry);
  const seen = new Map(signals.map(({ id, at }) => [id, at]));
  const all = items.map((incident) => metricsOf(timelineOf(own.get(incident.id) ?? []), seen.get(incident.signals[0] ?? '')));
  return { incidents: items.length, ...summarise(all) };
}

function incidentSummary({ notes: _notes, ...incident }: IncidentRow): IncidentSummary {
  return incident;
}
