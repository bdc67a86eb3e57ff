/**
 * Access and AI rules as sets to analyse, over the directory as the inventory has it. A rule that can err is taken to match where it
 * does: it denies there, whatever its effect, so that it is never itself said to be needless.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { accessSpace } from '../access/space/clauses.ts';
import { type AccessRelation, relateAccess } from '../access/compare.ts';
import { directoryOf } from '../access/directory.ts';
import { entityStore } from '../access/entity-store.ts';
import { type AccessKind, accessRules } from '../access/policies.ts';
import type { AccessRequest } from '../access/model.ts';
import { type AccessRead, typedPart } from '../access/prove.ts';
import { readRules } from '../access/read-rule.ts';
import { requestAtClasses } from '../access/space/request-at.ts';
import { inOrderOfWeight } from '../access/weigh.ts';
import type { Path } from '../compare.ts';
import type { Policy, Request } from '../model.ts';
import { printRequest } from '../request-text.ts';
import type { AccessClause } from '../access/interpret.ts';
import { decisive, type RuleSet } from './decisive.ts';
import type { Counted } from './grants/size.ts';

export type AccessSubject = Counted & {
  readonly kind: AccessKind;
  readonly make: (path: Path) => Request;
  /** Rules that err on some request. */
  readonly erring: ReadonlySet<number>;
};

/** More conditions than these cut the space into too many pieces. */
const mostLines = 200;

/** `undefined` where there is no such rule. Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed`, `input-too-large`. */
export function accessSubject(policies: readonly Policy[], inventory: Inventory, kind: AccessKind): AccessSubject | undefined {
  const named = accessRules(policies, kind);
  if (named.length === 0) return undefined;
  const { clauses: read, timezone } = readRules(named, inventory);
  const rules = inOrderOfWeight(read);
  const store = entityStore(directoryOf(inventory));
  const { lines, clausesOf } = accessSpace([rules], store);
  if (lines.names.length > mostLines)
    throw new EdictError('input-too-large', `conditions on ${lines.names.length} different things`, { expected: `at most ${mostLines}` });
  const clauses = clausesOf(0);
  const set: RuleSet = {
    dimensions: lines.names.map((name) => ({ name })),
    whole: lines.whole,
    rules: rules.map(({ id, effect }) => ({ id, effect })),
    clauses: clauses.filter(({ role }) => role !== 'unsure'),
  };
  const found = decisive(set);
  return {
    kind,
    set,
    found,
    lines,
    store,
    selectors: selectorsOf(rules),
    make: ({ classes }) => requestAtClasses({ lines, space: found.store.space, store, timezone }, classes),
    erring: new Set(clauses.flatMap(({ role, rule }) => (role === 'unsure' ? [rule] : []))),
  };
}

function selectorsOf(rules: readonly AccessClause[]): Counted['selectors'] {
  const scopes = rules.flatMap(({ scope, excepts }) => [scope, ...excepts.map((except) => except.scope)]);
  return {
    principal: scopes.flatMap(({ principals }) => principals),
    action: scopes.flatMap(({ actions }) => actions),
    resource: scopes.flatMap(({ resources }) => resources),
  };
}

export type AccessComparison = {
  readonly kind: AccessKind;
  readonly relation: AccessRelation['relation'];
  /** A request that the first allows, and the second does not. */
  readonly first?: ShownAccess | undefined;
  readonly second?: ShownAccess | undefined;
};

export type ShownAccess = { readonly request: AccessRequest; readonly text: string };

/** What is compared: rules, or what a reader makes of an artifact. */
export type AccessSide = Pick<AccessRead, 'clauses' | 'timezone' | 'typeOf'>;

/** `undefined` where there is no such rule. Throws what `readRules` throws. */
export function accessSide(policies: readonly Policy[], inventory: Inventory, kind: AccessKind): AccessSide | undefined {
  const named = accessRules(policies, kind);
  return named.length === 0 ? undefined : readRules(named, inventory);
}

const empty: AccessSide = { clauses: [] };

/** Which of two sides allows more access; `undefined` where neither says anything. Throws `policy-timezones-mixed` and `input-too-large`. */
export function compareSides(
  first: AccessSide | undefined,
  second: AccessSide | undefined,
  { inventory, kind }: { readonly inventory: Inventory; readonly kind: AccessKind },
): AccessComparison | undefined {
  if (first === undefined && second === undefined) return undefined;
  const [one, other] = [first ?? empty, second ?? empty];
  const timezone = timezoneOf(one, other);
  const typeOf = one.typeOf ?? other.typeOf;
  const { relation, firstAllows, secondAllows } = relateAccess({
    sides: [one.clauses, other.clauses],
    store: entityStore(directoryOf(inventory)),
    timezone,
    ...(typeOf === undefined ? {} : { within: (name, lines) => typedPart(name, lines, typeOf) }),
  });
  const shown = (request: AccessRequest, allows: 'first' | 'second') => ({
    request,
    text: `${printRequest(request, inventory)}: the ${allows} alone allows it`,
  });
  return {
    kind,
    relation,
    ...(firstAllows === undefined ? {} : { first: shown(firstAllows, 'first') }),
    ...(secondAllows === undefined ? {} : { second: shown(secondAllows, 'second') }),
  };
}

function timezoneOf({ timezone: one }: AccessSide, { timezone: other }: AccessSide): string | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  throw new EdictError('policy-timezones-mixed', `\`${one}\` on one side, \`${other}\` on the other`, { expected: 'one time zone in all' });
}
