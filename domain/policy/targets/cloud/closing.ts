/**
 * What a language of allows alone makes of a class's rules. A way that is closed lets through what rules allow, and refuses all else, also
 * what none of them speaks of; whether allows and claims close a way is the language's own custom. A way that is not closed lets
 * through everything but what rules refuse. One that no rule speaks of is left as it is.
 */
import { anyAddress } from '../../addresses.ts';
import { intersect, type IntervalSet, subtract } from '../../intervals.ts';
import { anyService } from '../../service-selector.ts';
import { type EndpointClass, type Endpoints, boxAt, type Region, type WayRules } from './endpoints.ts';
import type { Way } from './ways.ts';
import type { Candidate, Said } from './plan-losses.ts';

/** Peers and services that pass, by name or because no rule speaks of them. */
export type Opening = { readonly decision: 'allow' | 'not-applicable'; readonly peers: IntervalSet; readonly service: IntervalSet };

export type ClosedClass = { readonly endpoint: EndpointClass; readonly openings: Readonly<Record<Way, readonly Opening[] | undefined>> };

export type ClosedPlan = {
  readonly classes: readonly ClosedClass[];
  readonly said: readonly Said[];
  readonly candidates: readonly Candidate[];
};

export type Closing = {
  /** Whether a rule that allows or claims closes its way. */
  readonly closes: boolean;
  /** The part of a set of services that can be opened. */
  readonly services: (set: IntervalSet) => IntervalSet;
  /** Openings that are few enough, none of them wider; none at all where the way had better be left as it is. */
  readonly fit: (
    openings: readonly Opening[],
    way: { readonly isClosed: boolean; readonly name: string },
  ) => readonly Opening[] | undefined;
};

export function closedPlan({ classes, inside }: Endpoints, closing: Closing): ClosedPlan {
  const closed = classes.map((endpoint) => ({
    endpoint,
    openings: {
      arriving: openingsOf(endpoint.arriving, endpoint.name, { closing, given: [] }),
      leaving: openingsOf(endpoint.leaving, endpoint.name, {
        closing,
        given: [{ decision: 'not-applicable', peers: inside, service: anyService }],
      }),
    },
  }));
  const speaking = closed.flatMap(({ endpoint, openings }) =>
    ways.flatMap((way) => (openings[way] === undefined ? [] : [{ way, endpoint, openings: openings[way] }])),
  );
  const [into, out] = ways.map((way) =>
    speaking
      .filter((each) => each.way === way)
      .flatMap(({ endpoint: { own }, openings }): readonly Said[] => [
        ...openings.map(({ peers, service, decision }) => ({ box: boxAt(way, own, peers, service), decision })),
        { box: boxAt(way, own, anyAddress, anyService), decision: 'deny' },
      ]),
  );
  const first = speaking.flatMap(({ endpoint, way }) => endpoint[way].rules)[0];
  return {
    classes: closed,
    // INVARIANT: what leaves for the inside passes there, so that the two lists never decide the same connection.
    said: [...(into ?? []), ...(out ?? [])],
    candidates: first === undefined ? [] : [{ rule: first, direction: 'under-permits', covers: 'unspoken', reason: unspokenReason }],
  };
}

const ways: readonly Way[] = ['arriving', 'leaving'];

const unspokenReason =
  'it only lists what may pass: what no rule speaks of is refused where a rule allows or claims, or where it has no words for it';

/** `given`: what passes whatever the rules say. */
type Opened = { readonly closing: Closing; readonly given: readonly Opening[] };

function openingsOf({ regions, rules, isClosed }: WayRules, name: string, { closing, given }: Opened): readonly Opening[] | undefined {
  if (rules.length === 0) return undefined;
  const closed = isClosed && closing.closes;
  const decisions = closed ? (['allow'] as const) : (['allow', 'unspoken'] as const);
  const opened = decisions.flatMap((decision) => openingsFor(decision, regions, closing));
  return closing.fit([...given, ...opened], { isClosed: closed, name });
}

/** Peers that pass in every service pass without a word of services; the rest by region. */
function openingsFor(kind: 'allow' | 'unspoken', regions: readonly Region[], { services }: Closing): readonly Opening[] {
  const decision = kind === 'allow' ? 'allow' : 'not-applicable';
  const always = regions.map((region) => region[kind]).reduce(intersect, anyAddress);
  const byRegion = regions.map(
    (region) => ({ decision, peers: subtract(region[kind], always), service: services(region.service) }) as const,
  );
  return [{ decision, peers: always, service: anyService } as const, ...byRegion].filter(
    ({ peers, service }) => peers.length > 0 && service.length > 0,
  );
}
