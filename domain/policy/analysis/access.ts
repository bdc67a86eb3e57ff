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
import { readRules } from '../access/read-rule.ts';
import { requestAtClasses } from '../access/space/request-at.ts';
import { inOrderOfWeight } from '../access/weigh.ts';
import type { Path } from '../compare.ts';
import type { Policy, Request } from '../model.ts';
import { printRequest } from '../request-text.ts';
import { decisive, type Decisive, type RuleSet } from './decisive.ts';

export type AccessSubject = {
  readonly set: RuleSet;
  readonly found: Decisive;
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
    set,
    found,
    make: ({ classes }) => requestAtClasses({ lines, space: found.store.space, store, timezone }, classes),
    erring: new Set(clauses.flatMap(({ role, rule }) => (role === 'unsure' ? [rule] : []))),
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

/** Which of two sets of policies allows more access; `undefined` where neither has such a rule. Throws what `accessSubject` throws. */
export function compareAccess(
  first: readonly Policy[],
  second: readonly Policy[],
  { inventory, kind }: { readonly inventory: Inventory; readonly kind: AccessKind },
): AccessComparison | undefined {
  const named = [accessRules(first, kind), accessRules(second, kind)] as const;
  if (named.every((rules) => rules.length === 0)) return undefined;
  const [one, other] = [readRules(named[0], inventory), readRules(named[1], inventory)];
  if (one.timezone !== undefined && other.timezone !== undefined && one.timezone !== other.timezone)
    throw new EdictError('policy-timezones-mixed', `\`${one.timezone}\` on one side, \`${other.timezone}\` on the other`, {
      expected: 'one time zone in all',
    });
  const { relation, firstAllows, secondAllows } = relateAccess({
    sides: [one.clauses, other.clauses],
    store: entityStore(directoryOf(inventory)),
    timezone: one.timezone ?? other.timezone,
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
