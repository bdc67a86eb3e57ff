/**
 * Losses of engines that answer yes or no and know what they are told of alone: the rules compared with what was said, each difference
 * put down to what no rule speaks of, to a rule that could not be said as it stands, or to one that cannot be told.
 */
import { walkAccess } from '../../access/compare.ts';
import { directoryOf } from '../../access/directory.ts';
import { entityStore } from '../../access/entity-store.ts';
import { environmentOf } from '../../access/environment.ts';
import { type AccessClause, interpreterOf } from '../../access/interpret.ts';
import type { AccessRequest } from '../../access/model.ts';
import { silentReason } from '../../access/prove.ts';
import type { NamedRule } from '../../access/read-rule.ts';
import { readRules } from '../../access/read-rule.ts';
import { selects } from '../../access/selector.ts';
import type { Inventory } from '../../../context/inventory.ts';
import type { Decision } from '../../model.ts';
import { weekClock } from '../../time-window.ts';
import type { Loss, TargetName } from '../target.ts';

type Said = {
  readonly target: TargetName;
  readonly rules: readonly NamedRule[];
  readonly inventory: Inventory;
  /** What was said, as it is read. */
  readonly clauses: readonly AccessClause[];
  /** By rule: what could not be said of it. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
};

/** At most one for each rule, direction and reason. */
export function closedWorldLosses({ target, rules, inventory, clauses, reasons }: Said): readonly Loss[] {
  const { clauses: meant, timezone } = readRules(rules, inventory);
  const store = entityStore(directoryOf(inventory));
  const clock = timezone === undefined ? undefined : weekClock(timezone);
  const tests = meant.map((rule) => ({ rule, stands: interpreterOf(rule) }));
  const found = new Map<string, Loss>();
  const note = (loss: Omit<Loss, 'target'>) => {
    const key = `${loss.rule} ${loss.direction} ${loss.reason}`;
    if (!found.has(key)) found.set(key, { target, ...loss });
  };
  const holds = ({ scope }: AccessClause, request: AccessRequest): boolean => {
    const environment = environmentOf(request, store, clock);
    const held = (list: AccessClause['scope']['principals'], slot: 'principal' | 'action' | 'resource') =>
      list.some((each) => selects(each)(environment[slot], environment.store));
    return held(scope.principals, 'principal') && held(scope.actions, 'action') && held(scope.resources, 'resource');
  };
  const errs = (stands: ReturnType<typeof interpreterOf>, request: AccessRequest) =>
    typeof stands(environmentOf(request, store, clock)) === 'object';
  walkAccess({ sides: [meant, clauses], store, timezone }, ({ request, decisions: [expected, actual] }) => {
    const direction = permits[actual] > permits[expected] ? ('over-permits' as const) : ('under-permits' as const);
    const [first] = meant;
    if (expected === 'not-applicable' && actual === 'deny' && first !== undefined) {
      note({ rule: first.id, direction, reason: silentReason, witness: request, covers: 'unspoken' });
      return false;
    }
    const inexact = meant.filter((rule) => reasons.has(rule.id) && holds(rule, request));
    for (const { id } of inexact) note({ rule: id, direction, reason: (reasons.get(id) ?? []).join('; '), witness: request });
    if (inexact.length > 0) return false;
    for (const { rule, stands } of tests) if (errs(stands, request)) note({ rule: rule.id, direction, reason: untold, witness: request });
    return false;
  });
  return [...found.values()];
}

const permits: Readonly<Record<Decision, number>> = { deny: 0, 'not-applicable': 1, allow: 2 };

const untold = 'a rule that cannot be told, for a value that is missing, refuses what it would allow itself, and not what others allow';
