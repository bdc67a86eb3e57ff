/** What is usual in what was recorded, and what is not. */
import { round, signalOf, type Anomaly } from '../../../domain/context/anomaly/anomaly.ts';
import { baselineGroups, baselineOf } from '../../../domain/context/anomaly/baselines.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { Store } from '../../../store/port.ts';
import type { AnomalyItem, insightRoutes, Measured } from '../../contract/context/insight.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { openInsight, type Insight } from '../../context/insight.ts';
import { holds, namer, pageIn } from './listed.ts';
import { recordedHandlers } from './recorded.ts';

/** Of those that an anomaly came from, so many are told with it. */
const seenShown = 50;

export function insightHandlers(deps: HandlerDeps): HandlersOf<keyof typeof insightRoutes> {
  const { store } = deps;
  const insight = openInsight(store);
  return {
    ...recordedHandlers(deps, insight),
    'context.baselines': async ({ query: { cursor, limit, scope = 'zones', text, fresh, since } }) => {
      const made = await insight(since);
      const isFresh = ({ seen }: { readonly seen: readonly { readonly atMs: number }[] }) => (seen[0]?.atMs ?? 0) >= made.past.sinceMs;
      const found = baselineGroups(made.past, scope).filter(
        (group) => (fresh === undefined || isFresh(group)) && holds([group.from, group.to ?? ''], text),
      );
      const { items, next } = pageIn(found, { cursor, limit });
      return { items: items.map((group) => baselineOf(made.past, group)), next, measured: measuredOf(made), total: found.length };
    },
    'context.anomalies': async ({ query: { cursor, limit, kind, host, since } }) => {
      const made = await insight(since);
      const found = made.anomalies.filter(
        (one) => (kind === undefined || one.kind === kind) && (host === undefined || one.subject === host || one.peer === host),
      );
      const { items, next } = pageIn(found, { cursor, limit });
      return { items: await withIncidents(store, items), next, measured: measuredOf(made), total: found.length };
    },
    'context.anomaly': async ({ params: { id }, query: { since } }) => {
      const made = await insight(since);
      const found = made.anomalies.find((one) => one.id === id);
      if (found === undefined)
        throw new EdictError('not-found', `there is no anomaly \`${id}\``, {
          help: 'what is recorded has changed since, or the time that is measured',
        });
      const [[item], inventory, seen] = await Promise.all([
        withIncidents(store, [found]),
        store.context.inventory(),
        store.context.connectionsById(found.connectionIds.slice(0, seenShown)),
      ]);
      const figures = found.figures.map((figure) => ({ ...figure, value: round(figure.value) }));
      return {
        ...(item as AnomalyItem),
        figures,
        picture: found.picture,
        seen: seen.map(namer(inventory)),
        signal: signalOf(found),
        measured: measuredOf(made),
      };
    },
  };
}

async function withIncidents({ signals }: Store, anomalies: readonly Anomaly[]): Promise<AnomalyItem[]> {
  const sent = new Map((await signals.many(anomalies.map(({ id }) => id))).map(({ id, incident }) => [id, incident]));
  return anomalies.map(({ id, kind, severity, subject, peer, at, lastAt, title, explanation, score, connections }) => {
    const [incident, shown] = [sent.get(id), { id, kind, severity, subject, at, lastAt, title, explanation, score, connections }];
    return { ...shown, ...(peer === undefined ? {} : { peer }), ...(incident === undefined ? {} : { incident }) };
  });
}

function measuredOf({ past, truncated }: Insight): Measured {
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    connections: past.all.length,
    before: past.before.length,
    recent: past.recent.length,
    truncated,
    from: time(past.fromMs),
    since: time(past.sinceMs),
    until: time(past.untilMs),
    bucketSeconds: past.bucketMs / 1000,
  };
}
