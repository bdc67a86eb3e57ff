/**
 * Access and AI rules as sets to analyse, over the directory as the inventory has it. A rule that can err is taken to match where it
 * does: it denies there, whatever its effect, so that it is never itself said to be needless.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { accessSpace } from '../access/clauses.ts';
import { directoryOf } from '../access/directory.ts';
import { entityStore } from '../access/entity-store.ts';
import { type AccessKind, accessRules } from '../access/policies.ts';
import { readRules } from '../access/read-rule.ts';
import { requestAtClasses } from '../access/request-at.ts';
import { inOrderOfWeight } from '../access/weigh.ts';
import type { Path } from '../compare.ts';
import type { Policy, Request } from '../model.ts';
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
