/** From what each rule says to a decision: the meaning that model.ts of policies states. */
import type { Decision, DecisionResult, RuleEffect } from '../model.ts';
import type { AccessClause, Interpret } from './interpret.ts';
import type { Environment } from './evaluate.ts';

export const effects: readonly RuleEffect[] = ['deny', 'allow', 'claim'];

export const decisionOf: Readonly<Record<RuleEffect, Decision>> = { deny: 'deny', allow: 'allow', claim: 'deny' };

/** `clauses` in order of weight. */
export function weigh(clauses: readonly AccessClause[], interpreters: readonly Interpret[], environment: Environment): DecisionResult {
  const erring: { readonly rule: string; readonly reason: string }[] = [];
  const matched: AccessClause[] = [];
  clauses.forEach((clause, index) => {
    const standing = interpreters[index]?.(environment) ?? 'not';
    if (standing === 'matches') matched.push(clause);
    else if (standing !== 'not') erring.push({ rule: clause.id, reason: standing.errs });
  });
  const effect = erring.length > 0 ? 'deny' : matched[0]?.effect;
  const determining = matched.filter((clause) => clause.effect === effect).map(({ id }) => id);
  return { decision: effect === undefined ? 'not-applicable' : decisionOf[effect], determining, erring };
}

export function inOrderOfWeight<T extends { readonly effect: RuleEffect }>(clauses: readonly T[]): readonly T[] {
  return clauses.toSorted((a, b) => effects.indexOf(a.effect) - effects.indexOf(b.effect));
}

export function unreadableRequest(reason: string): DecisionResult {
  return { decision: 'deny', determining: [], erring: [{ rule: 'request', reason }] };
}
