/** What Rego decides otherwise than the rules: where a rule asks what policy.rego has no test for, it errs. Each with a request that shows it. */
import { walkAccess } from '../../access/compare.ts';
import type { EntityStore } from '../../access/entity-store.ts';
import { environmentOf } from '../../access/environment.ts';
import { type AccessClause, interpreterOf } from '../../access/interpret.ts';
import type { AccessRequest } from '../../access/model.ts';
import type { ReadRules } from '../../access/read-rule.ts';
import { inOrderOfWeight, weigh } from '../../access/weigh.ts';
import { weekClock } from '../../time-window.ts';
import type { Loss } from '../target.ts';
import { variantsOf } from './variants.ts';

export type Losing = {
  readonly read: ReadRules;
  /** What data.json says, as it is read back. */
  readonly compiled: readonly AccessClause[];
  readonly broken: ReadonlySet<string>;
  readonly store: EntityStore;
};

const reason = 'a condition is no test of the Rego evaluator: the rule errs, and that denies';

/** At most one for each rule. What does not come of a test that is missing is no loss: the proof finds it. */
export function regoAccessLosses({ read, compiled, broken, store }: Losing): readonly Loss[] {
  const clock = read.timezone === undefined ? undefined : weekClock(read.timezone);
  const environment = (request: AccessRequest) => environmentOf(request, store, clock);
  const erring = new Map(compiled.filter(({ id }) => broken.has(id)).map((clause) => [clause.id, interpreterOf(clause)]));
  const [asked, answered] = [decider(read.clauses), decider(compiled)];
  const found = new Map<string, Loss>();
  const note = (witness: AccessRequest, rule: string): void => {
    const given = environment(witness);
    const standing = erring.get(rule)?.(given);
    if (typeof standing !== 'object' || asked(given) === answered(given)) return;
    found.set(rule, { target: 'rego-access', rule, reason, witness, direction: 'under-permits' });
  };
  walkAccess({ sides: [read.clauses, compiled], store, timezone: read.timezone }, ({ request }) => {
    for (const { id, ...clause } of read.clauses) {
      if (!broken.has(id)) continue;
      for (const witness of variantsOf(request, clause, store)) if (!found.has(id)) note(witness, id);
    }
    return found.size === broken.size;
  });
  return [...found.values()];
}

type Asked = (environment: ReturnType<typeof environmentOf>) => string;

function decider(clauses: readonly AccessClause[]): Asked {
  const ordered = inOrderOfWeight(clauses);
  const interpreters = ordered.map(interpreterOf);
  return (environment) => weigh(ordered, interpreters, environment).decision;
}
