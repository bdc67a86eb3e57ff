/**
 * The difference between two states of policy, in meaning rather than in text: for each rule what became of the requests that it
 * matches, with a request to show it, and whether anything is decided otherwise at all.
 */
import { type AccessDiff, diffAccess, type ShownAccessChange } from './analysis/access-diff.ts';
import { element } from './element.ts';
import type { Inventory } from '../context/inventory.ts';
import { type Field, fields, networkDimensions } from './boxes.ts';
import { type ClauseRule, type Clauses, clausesOf, type NetworkClause } from './clauses.ts';
import { comparedBox, completeClauses, type Path, ruleReading, walkDifferences } from './compare.ts';
import { decide, type Decider, prepare } from './decide.ts';
import { buildDiagram, newStore, type Reading } from './diagram.ts';
import { EdictError } from '../errors.ts';
import { isEqual } from './intervals.ts';
import type { Decision, Policy, Request } from './model.ts';
import { printRequest, requestMaker, type RequestMaker } from './request-text.ts';
import { resolver } from './resolve.ts';
import { type Space, spaceOf } from './space.ts';

export type ShownRequest = { readonly request: Request; readonly before: Decision; readonly after: Decision; readonly text: string };

export type RuleChange = {
  /** `policy/rule`. */
  readonly rule: string;
  /** `widened`: matches more than before; `narrowed`: less; `changed`: both, or another effect. */
  readonly change: 'added' | 'removed' | 'widened' | 'narrowed' | 'changed';
  /** A request that the rule matches in one of the two states only, or with another effect. Absent for a rule that matches nothing. */
  readonly witness?: ShownRequest | undefined;
};

export type PolicyDiff = {
  /** Every complete request is decided as before. */
  readonly equal: boolean;
  /** A request that is decided otherwise, where there is one. */
  readonly witness?: ShownRequest | undefined;
  readonly rules: readonly RuleChange[];
};

export function diffPolicies(before: readonly Policy[], after: readonly Policy[], inventory: Inventory): PolicyDiff {
  const network = diffNetwork(before, after, inventory);
  const others = (['access', 'ai'] as const).map((kind) => withText(diffAccess(before, after, inventory, kind), inventory));
  const all = [network, ...others];
  const witness = all.find((one) => one.witness !== undefined)?.witness;
  return {
    equal: all.every(({ equal }) => equal),
    ...(witness === undefined ? {} : { witness }),
    rules: all.flatMap(({ rules }) => rules),
  };
}

function withText({ equal, witness, rules }: AccessDiff, inventory: Inventory): PolicyDiff {
  const shown = (one: ShownAccessChange | undefined) =>
    one === undefined ? {} : { witness: { ...one, text: changeText(one, inventory) } };
  return { equal, ...shown(witness), rules: rules.map(({ witness: one, ...rule }) => ({ ...rule, ...shown(one) })) };
}

function changeText({ request, before, after }: Omit<ShownRequest, 'text'>, inventory: Inventory): string {
  return `${printRequest(request, inventory)}: ${before} before, ${after} after`;
}

function diffNetwork(before: readonly Policy[], after: readonly Policy[], inventory: Inventory): PolicyDiff {
  const resolve = resolver(inventory);
  const [old, fresh] = [clausesOf(before, resolve), clausesOf(after, resolve)];
  const timezone = old.timezone ?? fresh.timezone;
  if (fresh.timezone !== undefined && fresh.timezone !== timezone)
    throw new EdictError('policy-timezones-mixed', `before in \`${timezone}\`, after in \`${fresh.timezone}\``, {
      expected: 'one time zone in both',
    });
  const sides = [completeClauses(old), completeClauses(fresh)] as const;
  const space = spaceOf(
    networkDimensions,
    sides.flat().map(({ box }) => box),
    comparedBox(old, fresh),
  );
  const show = shower({
    space,
    inventory,
    make: () => requestMaker(space, inventory, timezone),
    deciders: () => [prepare(before, inventory), prepare(after, inventory)],
  });
  const different = firstDifference(space, [
    { clauses: sides[0], reading: ruleReading(old.rules) },
    { clauses: sides[1], reading: ruleReading(fresh.rules) },
  ]);
  return {
    equal: different === undefined,
    ...(different === undefined ? {} : { witness: show(different) }),
    rules: ruleChanges({ old, fresh, space, show }),
  };
}

type Side = { readonly clauses: readonly NetworkClause[]; readonly reading: Reading };

function firstDifference(
  space: Space<Field>,
  [before, after]: readonly [Side, Side],
  wanted: (before: string, after: string) => boolean = () => true,
): Path | undefined {
  const store = newStore(space);
  let found: Path | undefined;
  walkDifferences(
    store,
    [buildDiagram(store, before.clauses, before.reading), buildDiagram(store, after.clauses, after.reading)],
    ([a = '', b = ''], path) => {
      if (!wanted(a, b)) return false;
      found = path;
      return true;
    },
  );
  return found;
}

type Changes = {
  readonly old: Clauses;
  readonly fresh: Clauses;
  readonly space: Space<Field>;
  readonly show: (path: Path) => ShownRequest;
};

function ruleChanges({ old, fresh, space, show }: Changes): readonly RuleChange[] {
  const ids = [...new Set([...old.rules, ...fresh.rules].map(({ id }) => id))];
  const [oldRules, freshRules] = [clausesById(old), clausesById(fresh)];
  return ids.flatMap((rule) => {
    const [before, after] = [oldRules.get(rule), freshRules.get(rule)];
    if (isSame(before, after)) return [];
    const gained = firstDifference(space, [matching(before), matching(after)], (_, now) => now === 'matches');
    const gone = firstDifference(space, [matching(before), matching(after)], (then) => then === 'matches');
    const change = changeOf({ before, after, gained, gone });
    const path = gained ?? gone ?? (change === undefined ? undefined : firstDifference(space, [matching(undefined), matching(after)]));
    return change === undefined ? [] : [{ rule, change, ...(path === undefined ? {} : { witness: show(path) }) }];
  });
}

type RuleClauses = { readonly rule: ClauseRule; readonly clauses: readonly NetworkClause[] };

/** Word for word: most rules of most changes. */
function isSame(before: RuleClauses | undefined, after: RuleClauses | undefined): boolean {
  if (before === undefined || after === undefined || before.clauses.length !== after.clauses.length) return false;
  return (
    before.rule.effect === after.rule.effect &&
    before.clauses.every(({ role, box }, at) => {
      const other = after.clauses[at];
      return other?.role === role && fields.every((field) => isEqual(box[field], other.box[field]));
    })
  );
}

type RuleSides = {
  readonly before: RuleClauses | undefined;
  readonly after: RuleClauses | undefined;
  readonly gained: Path | undefined;
  readonly gone: Path | undefined;
};

function changeOf({ before, after, gained, gone }: RuleSides): RuleChange['change'] | undefined {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  if (before.rule.effect !== after.rule.effect || (gained !== undefined && gone !== undefined)) return 'changed';
  if (gained !== undefined) return 'widened';
  return gone === undefined ? undefined : 'narrowed';
}

function clausesById({ rules, clauses }: Clauses): ReadonlyMap<string, RuleClauses> {
  const found = new Map<string, { rule: ClauseRule; clauses: NetworkClause[] }>(rules.map((rule) => [rule.id, { rule, clauses: [] }]));
  for (const clause of clauses) if (clause.role !== 'unsure') found.get(element(rules, clause.rule).id)?.clauses.push(clause);
  return found;
}

function matching(rule: RuleClauses | undefined): Side {
  return { clauses: rule?.clauses ?? [], reading: { group: () => 0, decide: (alive) => (alive.length > 0 ? 'matches' : '') } };
}

type Showing = {
  readonly space: Space<Field>;
  readonly inventory: Inventory;
  readonly make: () => RequestMaker;
  readonly deciders: () => readonly [Decider, Decider];
};

function shower({ inventory, make, deciders }: Showing): (path: Path) => ShownRequest {
  // Where nothing changed, nothing is shown.
  let shown: { readonly make: RequestMaker; readonly deciders: readonly [Decider, Decider] } | undefined;
  return (path) => {
    shown ??= { make: make(), deciders: deciders() };
    const request = shown.make(path);
    const [before, after] = [decide(shown.deciders[0], request).decision, decide(shown.deciders[1], request).decision];
    return { request, before, after, text: changeText({ request, before, after }, inventory) };
  };
}
