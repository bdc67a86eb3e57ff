/**
 * Exceptions with an end: a rule, or a carve-out of a rule, that bears one is there until then and not a moment longer. Nothing else in
 * the policy core knows of ends: whoever decides or compiles for a moment asks for the policies of that moment first.
 */
import { EdictError } from '../../errors.ts';
import type { Exception, Policy, Rule } from '../model.ts';
import { parseInstantMs } from '../time-window.ts';

/** In milliseconds. Throws `policy-invalid`. */
export function endOf({ until }: Pick<Exception, 'until'>): number {
  const endMs = parseInstantMs(until);
  if (endMs === undefined)
    throw new EdictError('policy-invalid', `\`${until}\` is not an instant`, { expected: 'RFC 3339, such as 2026-12-01T18:00:00Z' });
  return endMs;
}

/** The policies as they are at a moment: what has ended is gone. The same objects where nothing has. */
export function policiesAt(policies: readonly Policy[], atMs: number): readonly Policy[] {
  return policies.map((policy) => policyAt(policy, atMs));
}

export function policyAt(policy: Policy, atMs: number): Policy {
  if (!exceptionsOf(policy).some(({ exception }) => endOf(exception) <= atMs)) return policy;
  const rules = policy.rules.filter((rule) => isThere(rule, atMs)).map((rule) => ruleAt(rule, atMs));
  return { ...policy, rules };
}

function ruleAt(rule: Rule, atMs: number): Rule {
  switch (rule.kind) {
    case 'network':
      return withExceptsAt(rule, atMs);
    case 'access':
      return withExceptsAt(rule, atMs);
    case 'ai':
      return withExceptsAt(rule, atMs);
  }
}

type Bearing = { readonly exception?: Exception | undefined };

function withExceptsAt<R extends { readonly except?: readonly Bearing[] | undefined }>(rule: R, atMs: number): R {
  if (rule.except === undefined) return rule;
  const left = rule.except.filter((each) => isThere(each, atMs));
  if (left.length > 0) return { ...rule, except: left };
  const { except: _, ...rest } = rule;
  return rest as R;
}

function isThere({ exception }: Bearing, atMs: number): boolean {
  return exception === undefined || endOf(exception) > atMs;
}

export type PolicyException = {
  readonly policy: string;
  /** Its id in the policy. */
  readonly rule: string;
  /** `rule`: the rule itself ends; `except`: a carve-out of it. */
  readonly part: 'rule' | 'except';
  readonly exception: Exception;
};

/** In the order in which they end. */
export function exceptionsOf({ policy, rules }: Policy): readonly PolicyException[] {
  return rules
    .flatMap(({ id, exception, except = [] }) => [
      ...(exception === undefined ? [] : [{ policy, rule: id, part: 'rule' as const, exception }]),
      ...except.flatMap((each: Bearing) =>
        each.exception === undefined ? [] : [{ policy, rule: id, part: 'except' as const, exception: each.exception }],
      ),
    ])
    .toSorted((one, other) => endOf(one.exception) - endOf(other.exception));
}

/** When the first of them ends after a moment; `undefined` where none does. */
export function nextEndMs(policies: readonly Policy[], afterMs: number): number | undefined {
  const ends = policies.flatMap((policy) => exceptionsOf(policy).map(({ exception }) => endOf(exception)));
  const later = ends.filter((endMs) => endMs > afterMs);
  return later.length === 0 ? undefined : Math.min(...later);
}
