/** Policies compiled to one target for somebody who asks: rules of kinds that it does not hold are told of, never left out in silence. */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { Policy, RuleKind } from '../model.ts';
import { type AnyTarget, targetOf, targets } from './index.ts';
import type { Compilation } from './target.ts';

export type CompiledFor = Compilation & {
  /** `policy/rule` of the rules of other kinds. */
  readonly leftOut: readonly string[];
};

/** Throws `target-unknown`, `input-invalid` where there is no rule that the target holds, and what `compile` throws. */
export function compileFor(name: string, policies: readonly Policy[], inventory: Inventory): CompiledFor {
  const target = targetOf(name);
  const leftOut = othersIn(target, policies);
  return { ...target.compile(policies, inventory), leftOut };
}

function othersIn(target: AnyTarget, policies: readonly Policy[]): readonly string[] {
  const rules = policies.flatMap(({ policy, rules: own }) => own.map(({ id, kind }) => ({ id: `${policy}/${id}`, kind })));
  const others = rules.filter(({ kind }) => !holds(target, kind));
  if (others.length > 0 && others.length === rules.length) throw nothingFor(target, [...new Set(others.map(({ kind }) => kind))]);
  return others.map(({ id }) => id);
}

function nothingFor({ name, kinds }: AnyTarget, found: readonly RuleKind[]): EdictError {
  const fitting = Object.values<AnyTarget>(targets).filter((each) => found.some((kind) => holds(each, kind)));
  return new EdictError(
    'input-invalid',
    `\`${name}\` holds ${kinds.join(' and ')} rules, and there are only ${found.join(' and ')} rules`,
    {
      expected: fitting.map((each) => each.name).join(', '),
    },
  );
}

function holds({ kinds }: AnyTarget, kind: RuleKind): boolean {
  return (kinds as readonly RuleKind[]).includes(kind);
}
