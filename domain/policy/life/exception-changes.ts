/**
 * What became of exceptions from one state of policies to another. A later end decides no request otherwise today, so that a comparison of
 * meanings does not tell it; who approves has to see it all the same.
 */
import type { Exception, Policy, Rule } from '../model.ts';
import { endOf, type PolicyException } from './exceptions.ts';

export type ExceptionChange = Pick<PolicyException, 'policy' | 'rule' | 'part'> & {
  /**
   * `permanent`: what was to end is there without an end now. `removed`: it is gone, with what it was an exception of. `changed`: another
   * owner or reason, the same end.
   */
  readonly change: 'added' | 'removed' | 'extended' | 'shortened' | 'permanent' | 'changed';
  readonly before?: Exception | undefined;
  readonly after?: Exception | undefined;
};

/** In the order of the ends as they are now, then as they were. */
export function exceptionChanges(before: readonly Policy[], after: readonly Policy[]): readonly ExceptionChange[] {
  const [old, fresh] = [placesOf(before), placesOf(after)];
  const now = [...fresh].flatMap(([key, one]) => changeOf(old.get(key), one) ?? []);
  const gone = [...old].flatMap(([key, one]) => (fresh.has(key) ? [] : (changeOf(one, undefined) ?? [])));
  return [...now, ...gone].toSorted((one, other) => endOfChange(one) - endOfChange(other));
}

/** A rule, or a carve-out of one by what it carves out. */
type Place = Pick<PolicyException, 'policy' | 'rule' | 'part'> & { readonly exception: Exception | undefined };

function placesOf(policies: readonly Policy[]): ReadonlyMap<string, Place> {
  return new Map(policies.flatMap((policy) => policy.rules.flatMap((rule) => placesOfRule(policy.policy, rule))));
}

function placesOfRule(policy: string, rule: Rule): readonly (readonly [string, Place])[] {
  const { id, exception, except = [] } = rule;
  return [
    [`${policy}/${id}`, { policy, rule: id, part: 'rule', exception }],
    ...except.map(({ exception: own, ...carved }): readonly [string, Place] => [
      `${policy}/${id} ${JSON.stringify(Object.entries(carved).toSorted(([one], [other]) => (one < other ? -1 : 1)))}`,
      { policy, rule: id, part: 'except', exception: own },
    ]),
  ];
}

function changeOf(old: Place | undefined, fresh: Place | undefined): ExceptionChange | undefined {
  const place = fresh ?? old;
  const [before, after] = [old?.exception, fresh?.exception];
  if (place === undefined) return undefined;
  const change = kindOf(before, after, fresh !== undefined);
  if (change === undefined) return undefined;
  const { policy, rule, part } = place;
  return { policy, rule, part, change, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function kindOf(before: Exception | undefined, after: Exception | undefined, isThere: boolean): ExceptionChange['change'] | undefined {
  if (after === undefined) return before === undefined ? undefined : isThere ? 'permanent' : 'removed';
  if (before === undefined) return 'added';
  const longerMs = endOf(after) - endOf(before);
  if (longerMs !== 0) return longerMs > 0 ? 'extended' : 'shortened';
  return before.owner === after.owner && before.reason === after.reason ? undefined : 'changed';
}

function endOfChange({ before, after }: ExceptionChange): number {
  const exception = after ?? before;
  return exception === undefined ? 0 : endOf(exception);
}

/** One line of it. */
export function exceptionChangeText({ policy, rule, part, change, before, after }: ExceptionChange): string {
  const what = `${part === 'rule' ? 'the exception' : 'a carve-out'} \`${policy}/${rule}\``;
  const whose = ({ owner, reason }: Exception): string => `${owner}: ${reason}`;
  const texts: Readonly<Record<ExceptionChange['change'], string>> = {
    added: `${what} is new, until ${after?.until} (${after === undefined ? '' : whose(after)})`,
    removed: `${what} is gone; it was to end ${before?.until}`,
    extended: `${what} ends ${after?.until} instead of ${before?.until} (${after === undefined ? '' : whose(after)})`,
    shortened: `${what} ends ${after?.until} already, instead of ${before?.until}`,
    permanent: `${what} has no end any more; it was to end ${before?.until}`,
    changed: `${what} is of ${after === undefined ? '' : whose(after)}`,
  };
  return texts[change];
}
