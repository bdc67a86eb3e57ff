/** Detectors over what enforcement points decided lately. A finding becomes a recorded signal; the door's outbox delivers it. */
import type { DecisionEvent } from '../../domain/context/event.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { Ports } from '../ports.ts';

const windowMs = 60_000;
const burst = 20;

/** Ids of the signals that were new. The same window and source give the same id: asking again finds nothing again. */
export async function detect({ store, now }: Ports): Promise<readonly string[]> {
  const at = now().getTime();
  const since = new Date(at - windowMs).toISOString();
  const signals = deniedBursts(await store.context.decisions({ since, limit: 10_000 }), at);
  const found: string[] = [];
  for (const signal of signals) {
    const { accepted } = await store.signals.accept(signal, 'detector');
    if (accepted) found.push(signal.id);
  }
  return found;
}

function deniedBursts(decisions: readonly DecisionEvent[], at: number): readonly Signal[] {
  const denied = new Map<string, DecisionEvent[]>();
  for (const event of decisions) if (event.decision === 'deny') denied.set(event.from, [...(denied.get(event.from) ?? []), event]);
  const window = Math.floor(at / (10 * windowMs));
  return [...denied].flatMap(([source, events]) => {
    const [first] = events;
    if (first === undefined || events.length < burst) return [];
    const targets = new Set(events.map(({ to, port }) => `${to}:${port}`));
    return {
      id: `denied-burst-${source}-${window}`,
      kind: 'denied-burst',
      severity: 'medium',
      at: new Date(at).toISOString(),
      title: `${source} was denied ${events.length} times within a minute, at ${targets.size} services`,
      source,
      destination: first.to,
      key: `denied-burst-${source}`,
      attributes: { denied: events.length, services: targets.size },
    } satisfies Signal;
  });
}
