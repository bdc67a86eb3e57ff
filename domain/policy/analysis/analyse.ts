/**
 * What is wrong with a whole set of policies, or worth a look: rules that others cover together, rules at odds, rules that open much,
 * names that nothing uses. Each finding about rules comes with a request that shows it.
 */
import type { Inventory } from '../../context/inventory.ts';
import { prepare } from '../decide.ts';
import type { Policy } from '../model.ts';
import { requestMaker } from '../request-text.ts';
import { type AccessSubject, accessSubject } from './access.ts';
import { broadRules } from './broad.ts';
import { overrunsOf } from './budget.ts';
import { type Needless, needlessRules } from './coverage.ts';
import { decisive } from './decisive.ts';
import { type Finding, type FindingKind, findingKinds } from './finding.ts';
import type { Flows } from '../replay/flows.ts';
import { networkRules } from './network.ts';
import { unusedObjects } from './objects.ts';
import { type Overlaps, overlapsOf } from './overlaps.ts';
import { allowedBy } from './permissiveness.ts';
import { usageOf } from './right-size.ts';
import { type FamilySizes, measureOf } from './size.ts';
import { prepareAccessPolicies } from '../access/policies.ts';
import type { AccessRecords } from '../replay/access-records.ts';
import { grantPlaces, grantUsage } from './grants/usage.ts';
import { broadGrants } from './grants/broad.ts';
import { type GrantSizes, sizesOf } from './grants/permissiveness.ts';
import { type Telling, tellingOf } from './telling.ts';

export type AnalyseOptions = {
  /** Share, in log scale, from which on an allow is over-broad; see size.ts. */
  readonly broadShare?: number | undefined;
  /** Findings of one kind that are listed. */
  readonly most?: number | undefined;
  /** What was recorded: grants that it never used, in whole or in part, are found too. */
  readonly flows?: Flows | undefined;
  /** And of access and of models. */
  readonly asked?: AccessRecords | undefined;
};

export type Analysis = {
  readonly rules: number;
  /** By kind, then as the rules are weighed; of each kind at most so many as asked for. */
  readonly findings: readonly Finding[];
  /** Of each kind, listed or not. */
  readonly counts: Readonly<Record<FindingKind, number>>;
  /** Pairs of rules at odds were so many that not all were looked at. */
  readonly pairsCut: boolean;
  /** What the policies allow together. */
  readonly allows: FamilySizes;
  /** And of access and of models. */
  readonly grants: GrantSizes;
};

/** In IPv4 a /16 to a /18 on every TCP port is below, a /16 to a /16 above. */
export const usualBroadShare = 0.57;

const usualMost = 1_000;

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed`, `inventory-invalid` and `input-too-large`. */
export function analyse(policies: readonly Policy[], inventory: Inventory, options: AnalyseOptions = {}): Analysis {
  const set = networkRules(policies, inventory);
  const found = decisive(set);
  const tell = tellingOf({ set, found, make: requestMaker(found.store.space, inventory, set.timezone), inventory });
  const overlaps = overlapsOf(set, found);
  const measure = measureOf(found.store);
  const broad = broadRules(set, found, { measure, share: options.broadShare ?? usualBroadShare });
  const others = (['access', 'ai'] as const).flatMap((kind) => accessSubject(policies, inventory, kind) ?? []);
  const untold: readonly Untold[] = [
    ...untoldRules(tell, needlessRules(set, found), overlaps),
    ...others.flatMap((subject) => untoldAccess(subject, inventory)),
    ...others.flatMap((subject) => untoldBroad(subject, inventory)),
    ...broad.map((one) => ({ kind: 'over-broad' as const, tell: () => tell.broad(one) })),
    ...untoldUsage(tell, policies, inventory, options.flows),
    ...untoldGrantUsage(tell, policies, inventory, options.asked),
    ...policies
      .flatMap((policy) => overrunsOf(policy, inventory))
      .map(({ text }) => ({ kind: 'over-budget' as const, tell: () => tell.overBudget(text) })),
    ...unusedObjects(policies, inventory).map((object) => ({ kind: 'unused-object' as const, tell: () => tell.unused(object) })),
  ];
  const byKind = findingKinds.map((kind) => [kind, untold.filter((one) => one.kind === kind)] as const);
  return {
    rules: [set, ...others.map((subject) => subject.set)].reduce((sum, { rules }) => sum + rules.length, 0),
    findings: byKind.flatMap(([kind, list]) =>
      list.slice(0, kind === 'unused-object' ? list.length : (options.most ?? usualMost)).map((one) => one.tell()),
    ),
    counts: Object.fromEntries(byKind.map(([kind, list]) => [kind, list.length])) as Analysis['counts'],
    pairsCut: overlaps.cut,
    allows: allowedBy(set, found, measure),
    grants: sizesOf(others),
  };
}

function untoldRules(tell: Telling, needless: readonly Needless[], overlaps: Overlaps): readonly Untold[] {
  return [
    ...needless.map((one) => ({ kind: one.standing, tell: () => tell.needless(one) })),
    ...overlaps.found.map((one) => ({ kind: one.relation, tell: () => tell.overlap(one) })),
  ];
}

function untoldAccess({ set, found, make, erring }: AccessSubject, inventory: Inventory): readonly Untold[] {
  const needless = needlessRules(set, found).filter(({ rule }) => !erring.has(rule));
  return untoldRules(tellingOf({ set, found, make, inventory }), needless, overlapsOf(set, found));
}

function untoldBroad(subject: AccessSubject, inventory: Inventory): readonly Untold[] {
  const tell = tellingOf({ ...subject, inventory });
  return broadGrants(subject).map((one) => ({ kind: 'over-broad' as const, tell: () => tell.broadGrant(one) }));
}

/** Of a grant that something used, the part that nothing did makes it over-broad. */
function untoldUsage(tell: Telling, policies: readonly Policy[], inventory: Inventory, flows: Flows | undefined): readonly Untold[] {
  if (flows === undefined) return [];
  return usageOf(policies, prepare(policies, inventory), flows).flatMap((one): readonly Untold[] => {
    if (one.flows === 0) return [{ kind: 'never-used', tell: () => tell.neverUsed(one, flows.count - flows.unreadable) }];
    return one.narrower === undefined ? [] : [{ kind: 'over-broad', tell: () => tell.partlyUsed(one) }];
  });
}

function untoldGrantUsage(
  tell: Telling,
  policies: readonly Policy[],
  inventory: Inventory,
  records: AccessRecords | undefined,
): readonly Untold[] {
  if (records === undefined) return [];
  return grantUsage(policies, prepareAccessPolicies(policies, inventory), { records, inventory }).flatMap((one): readonly Untold[] => {
    if (one.requests === 0) return [{ kind: 'never-used', tell: () => tell.neverAsked(one, records.count) }];
    return grantPlaces.some((place) => one.unused[place].length > 0) ? [{ kind: 'over-broad', tell: () => tell.partlyAsked(one) }] : [];
  });
}

type Untold = { readonly kind: FindingKind; readonly tell: () => Finding };
