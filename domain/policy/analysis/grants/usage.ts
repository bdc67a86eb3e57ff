/**
 * Grants of access and of models against what was really asked: how many recorded requests each allow let pass, and which of its
 * selectors let any. A proposal without the rest, with its support and a replay: whether the record is long enough is for a person to say.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { accessRequestOfAi, modelSelector } from '../../access/ai.ts';
import { directoryOf } from '../../access/directory.ts';
import { type EntityStore, entityStore } from '../../access/entity-store.ts';
import type { AccessRequest, AccessRule } from '../../access/model.ts';
import { type AccessDeciders, type AccessKind, accessRules, decideAccessPolicies, prepareAccessPolicies } from '../../access/policies.ts';
import { parseSelector, selects, type Selects, uidFrom } from '../../access/selector.ts';
import { entityValue } from '../../access/value.ts';
import { element } from '../../element.ts';
import type { Policy, Rule } from '../../model.ts';
import type { AccessRecords } from '../../replay/access-records.ts';
import { type AccessWhatIf, accessWhatIf, requestGroups } from '../../replay/access-replay.ts';

/** As they are called in an access rule; of an AI rule, `resources` are its models. */
export const grantPlaces = ['principals', 'actions', 'resources'] as const;

export type GrantPlace = (typeof grantPlaces)[number];

export type GrantUsage = {
  /** `policy/rule` of an allow. */
  readonly rule: string;
  readonly kind: AccessKind;
  /** Recorded requests that it let pass, alone or with others. */
  readonly requests: number;
  /** Selectors that let none of them pass. */
  readonly unused: Readonly<Record<GrantPlace, readonly string[]>>;
};

export type GrantSizing = {
  /** Requests that were looked at. */
  readonly support: number;
  readonly usage: readonly GrantUsage[];
  readonly neverUsed: readonly string[];
  /** Without what was never used. */
  readonly proposal: readonly Policy[];
  readonly replay: AccessWhatIf;
};

/** Throws what `prepareAccessPolicies` throws. */
export function rightSizeGrants(policies: readonly Policy[], inventory: Inventory, records: AccessRecords): GrantSizing {
  const before = prepareAccessPolicies(policies, inventory);
  const usage = grantUsage(policies, before, { records, inventory });
  const proposal = proposed(policies, new Map(usage.map((one) => [one.rule, one])));
  return {
    support: records.count,
    usage,
    neverUsed: usage.filter(({ requests }) => requests === 0).map(({ rule }) => rule),
    proposal,
    replay: accessWhatIf(records, { before, after: prepareAccessPolicies(proposal, inventory) }, inventory),
  };
}

type Tallied = { readonly kind: AccessKind; readonly places: readonly PlaceTally[]; requests: number };

type PlaceTally = {
  readonly place: GrantPlace;
  readonly selectors: readonly { readonly text: string; readonly holds: Selects; used: boolean }[];
};

export type Recorded = { readonly records: AccessRecords; readonly inventory: Inventory };

/** Of each allow, in the order of the ids. */
export function grantUsage(policies: readonly Policy[], deciders: AccessDeciders, { records, inventory }: Recorded): readonly GrantUsage[] {
  const store = entityStore(directoryOf(inventory));
  const tallies = new Map(
    (['access', 'ai'] as const).flatMap((kind) =>
      accessRules(policies, kind)
        .filter(({ rule }) => rule.effect === 'allow')
        .map(({ id, rule }): readonly [string, Tallied] => [id, { kind, places: tallied(rule), requests: 0 }]),
    ),
  );
  for (const { number, at, count } of requestGroups(records, [deciders])) {
    const { request } = element(records.distinct, number);
    const asked = at === undefined ? request : { ...request, at };
    const { decision, determining } = decideAccessPolicies(deciders, asked);
    if (decision !== 'allow') continue;
    for (const id of determining) note(tallies.get(id), asked.kind === 'ai' ? accessRequestOfAi(asked) : asked, { store, count });
  }
  return [...tallies].map(([rule, { kind, places, requests }]): GrantUsage => ({ rule, kind, requests, unused: unusedIn(places) }));
}

function tallied({ match }: AccessRule): readonly PlaceTally[] {
  return grantPlaces.map((place) => ({
    place,
    selectors: match[place].map((text) => ({
      text,
      holds: selects(parseSelector(text, place === 'actions' ? 'Action' : undefined)),
      used: false,
    })),
  }));
}

function note(
  tally: Tallied | undefined,
  request: AccessRequest,
  { store, count }: { readonly store: EntityStore; readonly count: number },
): void {
  if (tally === undefined) return;
  tally.requests += count;
  const asked: Readonly<Record<GrantPlace, ReturnType<typeof uidFrom>>> = {
    principals: uidFrom(request.principal),
    actions: uidFrom(request.action, 'Action'),
    resources: uidFrom(request.resource),
  };
  // A request that brings memberships of its own is let in by any selector, as far as anybody can tell here.
  const told = request.entities === undefined;
  for (const { place, selectors } of tally.places)
    for (const selector of selectors) selector.used ||= !told || selector.holds(entityValue(asked[place]), store);
}

function unusedIn(places: readonly PlaceTally[]): GrantUsage['unused'] {
  const of = (wanted: GrantPlace): readonly string[] =>
    places.flatMap(({ place, selectors }) => (place === wanted ? selectors.filter(({ used }) => !used).map(({ text }) => text) : []));
  return { principals: of('principals'), actions: of('actions'), resources: of('resources') };
}

/** A claim and a deny are no grants. */
function proposed(policies: readonly Policy[], usage: ReadonlyMap<string, GrantUsage>): readonly Policy[] {
  return policies.map((policy) => ({
    ...policy,
    rules: policy.rules.flatMap((rule): readonly Rule[] => {
      const used = usage.get(`${policy.policy}/${rule.id}`);
      if (rule.kind === 'network' || used === undefined) return [rule];
      return used.requests === 0 ? [] : [narrowed(rule, used.unused)];
    }),
  }));
}

function narrowed(rule: Exclude<Rule, { readonly kind: 'network' }>, unused: GrantUsage['unused']): Rule {
  const left = (list: readonly string[], place: GrantPlace): readonly string[] => list.filter((text) => !unused[place].includes(text));
  if (rule.kind === 'access') {
    const { principals, actions, resources } = rule.match;
    const match = {
      principals: left(principals, 'principals'),
      actions: left(actions, 'actions'),
      resources: left(resources, 'resources'),
    };
    return { ...rule, match: { ...rule.match, ...match } };
  }
  const gone = new Set(unused.resources);
  const models = rule.match.models.filter((text) => !gone.has(modelSelector(text)));
  return { ...rule, match: { ...rule.match, principals: left(rule.match.principals, 'principals'), models } };
}
