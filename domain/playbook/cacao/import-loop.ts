/**
 * A foreign while-condition → `while`. The variables that its steps give are carried from turn to turn: as they were before the
 * first, as the steps gave them after it. CACAO knows no bound; ours is `mostTurns`, after which the step fails.
 */
import type { SourceStep } from '../playbook.schema.ts';
import { bareName } from './check-variables.ts';
import { celOfCondition } from './condition-cel.ts';
import { parseCondition } from './condition.ts';
import { reachableFrom } from './edges.ts';
import { freshId, orReport, report, resolverOf, type Importing } from './import-context.ts';
import { ownEntry, type CacaoId, type CacaoStepOf } from './model.ts';

/** Up to here each turn stays visible in the run. */
const mostTurns = 500;

type Carried = { readonly name: string; readonly key: string; readonly first: string; readonly type: string };

// oxlint-disable-next-line max-params -- the walk's three, the name, and the walk of the body
export function foreignLoop(
  importing: Importing,
  id: CacaoId,
  step: CacaoStepOf<'while-condition'>,
  named: Pick<SourceStep, 'id'>,
  body: () => SourceStep[],
): readonly SourceStep[] {
  const carried = carriedBy(importing, id, step);
  const last = `v_${named.id.replaceAll('-', '_')}`;
  for (const { name, key, type } of carried) importing.assigned.set(name, { cel: `${last}.${key}`, type });
  const condition = orReport(importing, id, ['condition'], () =>
    celOfCondition(parseCondition(step.condition), resolverOf(importing, step)),
  );
  const before = new Map(importing.assigned);
  const steps = body();
  if (steps.length === 0)
    report(importing, id, { code: 'cacao-unsupported', message: 'repeats nothing', expected: 'steps to repeat' }, 'on_true');
  const collect = carried.map(
    ({ name, key }) => `${JSON.stringify(key)}: ${orReport(importing, id, ['on_true'], () => resolverOf(importing, step)(name).cel)}`,
  );
  importing.assigned = before;
  for (const { name, key, type } of carried) importing.assigned.set(name, { cel: `${named.id}.result.${key}`, type });
  const loop = {
    if: condition ?? 'false',
    max: mostTurns,
    as: last,
    from: Object.fromEntries(carried.map(({ key, first }) => [key, `\${${first}}`])),
    steps: steps.length === 0 ? [{ id: freshId(importing, 'nothing to do'), set: { nothing: 'true' } }] : steps,
    collect: `{${collect.join(', ')}}`,
  };
  return [{ ...named, while: loop }];
}

/** What the steps of the body give, with the values before the first turn. */
function carriedBy(importing: Importing, id: CacaoId, step: CacaoStepOf<'while-condition'>): readonly Carried[] {
  const { playbook } = importing;
  const inside = reachableFrom(playbook, [step.on_true], ({ to }) => to !== id);
  const given = [...inside].flatMap((inner) => {
    const made = ownEntry(playbook.workflow, inner);
    return made !== undefined && 'out_args' in made ? (made.out_args ?? []).map(bareName) : [];
  });
  return [...new Set(given)].flatMap((name) => {
    const value = orReport(importing, id, ['on_true'], () => resolverOf(importing, step)(name));
    return value === undefined ? [] : [{ name, key: `v_${name.slice(2, -2).replaceAll('-', '_')}`, first: value.cel, type: value.type }];
  });
}
