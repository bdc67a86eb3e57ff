/**
 * Detectors: events and settings in, signals out. Pure and repeatable: the same events make signals of the same ids, and more events
 * of the same burst do not make a second signal. What a detector saw stands in the signal's attributes.
 */
import { digestOf } from '../digest.ts';
import type { Signal } from '../incident/signal.ts';
import type { JsonObject } from '../json.ts';
import { isMulticastOrBroadcast, matcherOf } from './address.ts';
import type { AccessDecisionEvent, Connection, DecisionEvent } from './event.ts';
import { serviceOf } from './graph.ts';
import { coefficientOfVariation, intervalsOf, localVariation, mode } from './statistics.ts';

export type DeniedBurstSettings = { readonly threshold: number; readonly windowMs: number };

export const deniedBurstDefaults: DeniedBurstSettings = { threshold: 10, windowMs: 60_000 };

/** At least `threshold` denied decisions of one source within the window. One signal a burst; a burst ends where the window is empty. */
export function detectDeniedBursts(decisions: readonly DecisionEvent[], settings: DeniedBurstSettings): readonly Signal[] {
  return denials(decisions, ({ from }) => from, settings).map(([source, burst]) => deniedBurst(source, burst, settings));
}

/** As `detectDeniedBursts`: of one principal, who tries what is not allowed. */
export function detectDeniedAccess(decisions: readonly AccessDecisionEvent[], settings: DeniedBurstSettings): readonly Signal[] {
  return denials(decisions, ({ principal }) => principal, settings).map(([principal, burst]) => deniedAccess(principal, burst, settings));
}

type Decided = Pick<DecisionEvent, 'id' | 'at' | 'decision'>;

function denials<T extends Decided>(
  decisions: readonly T[],
  keyOf: (event: T) => string,
  { threshold, windowMs }: DeniedBurstSettings,
): readonly (readonly [string, readonly T[]])[] {
  const denied = decisions.filter(({ decision }) => decision === 'deny');
  return groupBy(denied, keyOf).flatMap(([source, events]) =>
    burstsOf(events, windowMs)
      .filter((burst) => densest(burst, windowMs) >= threshold)
      .map((burst) => [source, burst] as const),
  );
}

function deniedAccess(principal: string, burst: readonly AccessDecisionEvent[], settings: DeniedBurstSettings): Signal {
  const first = burst[0] as AccessDecisionEvent;
  const resources = [...new Set(burst.map(({ resource }) => resource))].toSorted();
  const actions = [...new Set(burst.map(({ action }) => action))].toSorted();
  return signalOf({
    kind: 'denied-access',
    severity: resources.length >= 5 ? 'high' : 'medium',
    at: burst[settings.threshold - 1]?.at ?? first.at,
    title: `${principal} was denied access ${burst.length} times`.slice(0, 200),
    source: principal,
    identity: [principal, first.id],
    attributes: {
      explanation: `${burst.length} denied requests for ${resources.length} resources; the threshold is ${settings.threshold} in ${settings.windowMs / 1000} s`,
      denied: burst.length,
      resources: resources.slice(0, 20),
      actions: actions.slice(0, 20),
      firstAt: first.at,
      lastAt: (burst.at(-1) ?? first).at,
      points: [...new Set(burst.map(({ point }) => point))].toSorted(),
    },
  });
}

function deniedBurst(source: string, burst: readonly DecisionEvent[], settings: DeniedBurstSettings): Signal {
  const first = burst[0] as DecisionEvent;
  const destinations = [...new Set(burst.map(({ to }) => to))].toSorted();
  const services = [...new Set(burst.map(serviceOf))].toSorted();
  const spread = `${burst.length} denied connections to ${destinations.length} addresses by ${services.length} services`;
  return signalOf({
    kind: 'denied-burst',
    severity: destinations.length >= 5 || services.length >= 5 ? 'high' : 'medium',
    at: burst[settings.threshold - 1]?.at ?? first.at,
    title: `${source} was denied ${burst.length} times`,
    source,
    ...(destinations.length === 1 ? { destination: first.to } : {}),
    identity: [source, first.id],
    attributes: {
      explanation: `${spread}; the threshold is ${settings.threshold} in ${settings.windowMs / 1000} s`,
      denied: burst.length,
      destinations: destinations.slice(0, 20),
      services: services.slice(0, 20),
      firstAt: first.at,
      lastAt: (burst.at(-1) ?? first).at,
      points: [...new Set(burst.map(({ point }) => point))].toSorted(),
    },
  });
}

/** Events in order, cut where more than the window lies between two. */
function burstsOf<T extends { readonly at: string }>(events: readonly T[], windowMs: number): readonly (readonly T[])[] {
  const bursts: T[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const at = Date.parse(event.at);
    if (at - last > windowMs) bursts.push([]);
    bursts.at(-1)?.push(event);
    last = at;
  }
  return bursts;
}

/** The most events that any window holds. */
function densest(events: readonly { readonly at: string }[], windowMs: number): number {
  const times = events.map(({ at }) => Date.parse(at));
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? time) > windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

export type NovelSettings = {
  /** Connections that count as known; a pair of hosts and a service that is not among them is novel. */
  readonly baseline: readonly Connection[];
  /** Addresses of which the connections are watched (CIDRs); empty means all. */
  readonly watched: readonly string[];
};

/** One signal for each pair and service that the baseline does not have. Answers to a port-scan-like spread are one signal a pair. */
export function detectNovelConnections(connections: readonly Connection[], { baseline, watched }: NovelSettings): readonly Signal[] {
  const known = new Set(baseline.map(edgeKey));
  const sources = new Set(baseline.map(({ from, to }) => JSON.stringify([from, to])));
  const isWatched = watched.length === 0 ? () => true : matcherOf(watched);
  const fresh = connections.filter(
    (connection) => !known.has(edgeKey(connection)) && !isMulticastOrBroadcast(connection.to) && isWatched(connection.to),
  );
  return groupBy(fresh, edgeKey).map(([, events]) => {
    const first = events[0] as Connection;
    const newPair = !sources.has(JSON.stringify([first.from, first.to]));
    return signalOf({
      kind: 'novel-connection',
      severity: newPair ? 'medium' : 'low',
      at: first.at,
      title: `${first.from} talks to ${first.to} by ${serviceOf(first)} for the first time`,
      source: first.from,
      destination: first.to,
      identity: [first.from, first.to, serviceOf(first)],
      attributes: {
        explanation: newPair
          ? `the baseline of ${baseline.length} connections has no connection between the two`
          : `the baseline of ${baseline.length} connections has the pair, but not this service`,
        service: serviceOf(first),
        connections: events.length,
        firstAt: first.at,
        lastAt: events.at(-1)?.at ?? first.at,
      },
    });
  });
}

export type BeaconSettings = {
  /** Addresses inside (CIDRs); what is not inside is external. */
  readonly internal: readonly string[];
  readonly minConnections: number;
  /** Coefficient of variation of the intervals up to which they are constant. */
  readonly maxVariation: number;
  /** Local variation (statistics.ts) of the check-ins up to which their rhythm changes only slowly, as it does with a back-off. */
  readonly maxLocalVariation: number;
  /** The part of the connections that must send the same number of bytes to be check-ins. */
  readonly minSameSize: number;
  /** A silence after which calls are another series, and so another signal. */
  readonly seriesGapMs: number;
  /** Services that keep time by their nature. */
  readonly ignoredServices: readonly string[];
};

export const beaconDefaults: Omit<BeaconSettings, 'internal'> = {
  minConnections: 12,
  maxVariation: 0.3,
  maxLocalVariation: 0.5,
  minSameSize: 0.5,
  seriesGapMs: 24 * 3_600_000,
  ignoredServices: ['udp/123'],
};

/**
 * One host that calls one external destination in a machine's rhythm: intervals that are nearly constant, or check-ins of one size
 * whose intervals change only slowly (implants back off and speed up).
 */
export function detectBeacons(connections: readonly Connection[], settings: BeaconSettings): readonly Signal[] {
  const isInside = matcherOf(settings.internal);
  const outward = connections.filter(
    (connection) =>
      isInside(connection.from) &&
      !isInside(connection.to) &&
      !isMulticastOrBroadcast(connection.to) &&
      !settings.ignoredServices.includes(serviceOf(connection)),
  );
  const series = groupBy(outward, edgeKey).flatMap(([, events]) => burstsOf(events, settings.seriesGapMs));
  return series.flatMap((events) => {
    const rhythm = events.length < settings.minConnections ? undefined : rhythmOf(events, settings);
    return rhythm === undefined ? [] : [beacon(events, rhythm)];
  });
}

type Rhythm = { readonly explanation: string; readonly figures: JsonObject };

function rhythmOf(events: readonly Connection[], settings: BeaconSettings): Rhythm | undefined {
  const intervals = intervalsOf(events);
  const variation = coefficientOfVariation(intervals);
  const size = mode(events.map(({ sentBytes }) => sentBytes));
  const checkIns = events.filter(({ sentBytes }) => sentBytes === size.value);
  const local = localVariation(intervalsOf(checkIns));
  const figures = {
    variation: round(variation),
    localVariation: round(local),
    sameSize: round(size.share),
    sizeBytes: size.value,
    checkIns: checkIns.length,
  };
  if (variation <= settings.maxVariation)
    return { explanation: `the intervals are nearly constant (coefficient of variation ${round(variation)})`, figures };
  const steady = local <= settings.maxLocalVariation && size.share >= settings.minSameSize && checkIns.length >= settings.minConnections;
  if (!steady) return undefined;
  const share = Math.round(size.share * 100);
  return {
    explanation: `${share} % of the connections send exactly ${size.value} bytes, in a rhythm that changes only slowly (local variation ${round(local)}; 1 is random)`,
    figures,
  };
}

function beacon(events: readonly Connection[], { explanation, figures }: Rhythm): Signal {
  const [first, last] = [events[0] as Connection, events.at(-1) as Connection];
  return signalOf({
    kind: 'beacon',
    severity: 'high',
    at: last.at,
    title: `${first.from} calls ${first.to} (${serviceOf(first)}) like a beacon`,
    source: first.from,
    destination: first.to,
    identity: [first.from, first.to, serviceOf(first), first.id],
    attributes: { explanation, service: serviceOf(first), connections: events.length, firstAt: first.at, lastAt: last.at, ...figures },
  });
}

type SignalDraft = Omit<Signal, 'id' | 'key' | 'attributes'> & { readonly identity: readonly string[]; readonly attributes: JsonObject };

function signalOf({ identity, ...rest }: SignalDraft): Signal {
  const id = `${rest.kind}-${digestOf([rest.kind, ...identity]).slice('sha256:'.length, 'sha256:'.length + 24)}`;
  return { id, key: `${rest.kind}:${rest.source ?? ''}`, ...rest };
}

function edgeKey(connection: Connection): string {
  return JSON.stringify([connection.from, connection.to, serviceOf(connection)]);
}

/** Groups in order of key, each in order of time. */
function groupBy<T extends { readonly at: string; readonly id: string }>(
  events: readonly T[],
  keyOf: (event: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const event of events) {
    const key = keyOf(event);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  const inTime = (a: T, b: T): number => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);
  return [...groups].map(([key, group]) => [key, group.toSorted(inTime)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : -1;
}
