/** Incidents, with all that belongs to them. */
import { EdictError } from '../../domain/errors.ts';
import type { IncidentRow } from '../../store/port.ts';
import type { IncidentSummary } from '../contract/incidents.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { effectsOf, runSummary } from './runs.ts';

export function incidentHandlers({ store }: HandlerDeps): HandlersOf<'incidents.list' | 'incidents.get'> {
  return {
    'incidents.list': async ({ query: { status, ...page } }) => {
      const { items, next } = await store.incidents.list({ status }, page);
      return { items: items.map(incidentSummary), next };
    },
    'incidents.get': async ({ params }) => {
      const incident = await store.incidents.get(params.id);
      if (incident === undefined) throw new EdictError('not-found', `there is no incident \`${params.id}\``);
      const runs = (await store.runs.list({ incident: incident.id }, { limit: 100 })).items;
      const [signals, effects] = await Promise.all([
        Promise.all(incident.signals.slice(-200).map((id) => store.signals.get(id))),
        Promise.all(runs.map(({ run }) => effectsOf(store, run))),
      ]);
      return {
        ...incidentSummary(incident),
        signals: signals.filter((signal) => signal !== undefined),
        runs: runs.map(runSummary),
        effects: effects.flat(),
        notes: incident.notes,
      };
    },
  };
}

function incidentSummary({ notes: _notes, ...incident }: IncidentRow): IncidentSummary {
  return incident;
}
