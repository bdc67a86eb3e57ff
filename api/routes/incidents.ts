/** Incidents, with all that belongs to them. */
import { findAsset } from '../../domain/context/find-asset.ts';
import { EdictError } from '../../domain/errors.ts';
import { confidenceOf } from '../../domain/incident/confidence.ts';
import { entitiesOf } from '../../domain/incident/entities.ts';
import { measuredEvents, metricsOf, summarise } from '../../domain/incident/metrics.ts';
import type { MetricsSummary } from '../../domain/incident/metrics.ts';
import { timelineOf } from '../../domain/incident/timeline.ts';
import type { IncidentEntry, QueuedIncident, QueueFilter } from '../../store/incidents/port-incidents.ts';
import type { SignalRow } from '../../store/port/signals.ts';
import type { RunRow, Store } from '../../store/port.ts';
import type { IncidentDetail, IncidentListQuery, IncidentSummary } from '../contract/incidents.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { runSummary } from './runs.ts';

const signalsShown = 200;
const entriesShown = 1000;
const incidentsMeasured = 200;
const entitiesShown = 100;
const runsAsked = 50;
const askedShown = 100;

type Names = 'incidents.list' | 'incidents.counts' | 'incidents.metrics' | 'incidents.get';

export function incidentHandlers({ store }: HandlerDeps): HandlersOf<Names> {
  return {
    'incidents.list': async ({ query: { cursor, limit, ...filter }, by }) => {
      const { items, next } = await store.incidents.queue(filterOf(filter, by), { cursor, limit });
      return { items: items.map(incidentSummary), next };
    },
    'incidents.counts': ({ by }) => store.incidents.counts(by),
    'incidents.metrics': () => measured(store),
    'incidents.get': ({ params: { id } }) => detailOf(store, id),
  };
}

function filterOf(query: Omit<IncidentListQuery, 'cursor' | 'limit'>, by: string): QueueFilter {
  const { assignee, waiting, mentions, ...rest } = query;
  return {
    ...rest,
    waiting: waiting === 'approval',
    mentions: mentions === undefined ? undefined : by,
    assignee: assignee === undefined ? undefined : { person: assignee === 'nobody' ? undefined : assignee === 'me' ? by : assignee },
  };
}

async function detailOf(store: Store, id: string): Promise<IncidentDetail> {
  const [incident, queued] = await Promise.all([store.incidents.get(id), store.incidents.queued(id)]);
  if (incident === undefined || queued === undefined) throw new EdictError('not-found', `there is no incident \`${id}\``);
  const [runs, first, signals, effects, entries, related, pins] = await Promise.all([
    store.runs.list({ incident: id }, { limit: 100 }),
    store.signals.many(incident.signals.slice(0, 1)),
    store.signals.many(incident.signals.slice(-signalsShown)),
    store.effects.list({ incident: id }, { limit: 500 }),
    store.incidents.ledger([id]),
    store.incidents.related(id),
    store.incidents.pins(id),
  ]);
  const timeline = timelineOf(entries);
  return {
    ...incidentSummary(queued),
    signals,
    runs: runs.items.map(runSummary),
    effects: effects.items,
    notes: incident.notes,
    timeline: timeline.slice(-entriesShown),
    metrics: metricsOf(timeline, first[0]?.at),
    entities: await entitiesWithAssets(store, signals),
    related,
    pins,
    ...(await askedOf(store, runs.items)),
  };
}

async function entitiesWithAssets(store: Store, signals: readonly SignalRow[]): Promise<IncidentDetail['entities']> {
  const inventory = await store.context.inventory();
  return entitiesOf(signals)
    .slice(0, entitiesShown)
    .map((entity) => {
      const asset = findAsset(inventory, entity.value);
      if (asset === undefined) return entity;
      const { name, zone, criticality, owner } = asset;
      return { ...entity, asset: { name, zone, criticality, owner } };
    });
}

/** What its runs ask of people. */
async function askedOf(store: Store, runs: readonly RunRow[]): Promise<Pick<IncidentDetail, 'approvals' | 'tasks'>> {
  const newest = runs.slice(0, runsAsked).map(({ run }) => run);
  const [approvals, tasks] = await Promise.all([
    store.approvals.list({ runs: newest }, { limit: askedShown }),
    store.tasks.list({ runs: newest }, { limit: askedShown }),
  ]);
  return {
    approvals: approvals.items.map(({ id, plan, summary, status, expiresAt }) => ({
      id,
      run: plan.run,
      step: plan.step,
      summary,
      status,
      expiresAt,
    })),
    tasks: tasks.items.map(({ id, run, title, status, claimedBy }) => ({ id, run, title, status, claimedBy })),
  };
}

/** Four statements, however many incidents there are. */
async function measured(store: Store): Promise<MetricsSummary & { readonly incidents: number; readonly since: string | undefined }> {
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
  return { incidents: items.length, since: items.at(-1)?.openedAt, ...summarise(all) };
}

function incidentSummary({ doors, ...incident }: QueuedIncident): IncidentSummary {
  const { kinds, signalCount } = incident;
  return { ...incident, confidence: confidenceOf({ kinds: kinds.length, doors, signals: signalCount }) };
}
