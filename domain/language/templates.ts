/**
 * Rules with open places. A template is a rule in which a selector or a window may be `<question id>`; `!` before a window stands
 * for every other time. Filling in the last open place makes it a rule.
 */
import type { NetworkRule, RuleExcept } from '../policy/model.ts';
import { hasPlaceholder } from './resolve.ts';
import { complementOf } from './times.ts';

export function isOpen(rule: NetworkRule): boolean {
  return isMatchOpen(rule) || (rule.except ?? []).some(isExceptOpen);
}

function isMatchOpen({ match }: NetworkRule): boolean {
  return hasPlaceholder(match.from) || hasPlaceholder(match.to);
}

function isExceptOpen(except: RuleExcept): boolean {
  return hasPlaceholder(except.from) || hasPlaceholder(except.to) || hasPlaceholder(except.during);
}

/**
 * What of the template holds before its questions are answered: a denial without its open exceptions (it denies more than it
 * will), and of an `allow` nothing.
 */
export function safePart(rule: NetworkRule): NetworkRule | undefined {
  if (!isOpen(rule)) return finished(rule);
  if (isMatchOpen(rule) || rule.effect === 'allow') return undefined;
  return finished(
    withExcept(
      rule,
      (rule.except ?? []).filter((except) => !isExceptOpen(except)),
    ),
  );
}

export function fill(rule: NetworkRule, placeholder: string, value: string): NetworkRule {
  const put = (text: string): string => text.replaceAll(placeholder, value);
  const match = { ...rule.match, from: put(rule.match.from), to: put(rule.match.to) };
  const except = (rule.except ?? []).map((entry) => ({
    ...entry,
    ...(entry.from === undefined ? {} : { from: put(entry.from) }),
    ...(entry.to === undefined ? {} : { to: put(entry.to) }),
    ...(entry.during === undefined ? {} : { during: put(entry.during) }),
  }));
  return finished(withExcept({ ...rule, match }, except));
}

/** Every exception that waits for this window is taken out (`never`), or holds at any time (`always`). */
export function settleWindow(rule: NetworkRule, placeholder: string, holds: 'never' | 'always'): NetworkRule {
  const waits = (entry: RuleExcept): boolean => entry.during?.includes(placeholder) === true;
  // An exception for every other time (`!`) that always applies would undo the rule: the rule's own time is what always holds.
  const isOwnTime = (entry: RuleExcept): boolean => waits(entry) && entry.during?.startsWith('!') === true;
  const except = (rule.except ?? []).flatMap((entry) => {
    if (!waits(entry)) return [entry];
    if (holds === 'never' || isOwnTime(entry)) return [];
    const { during: _, ...always } = entry;
    return [always];
  });
  return withExcept(rule, except);
}

/** `!window` becomes the windows of the rest of the week, once the window is known. */
export function finished(rule: NetworkRule): NetworkRule {
  if (!(rule.except ?? []).some(({ during }) => during?.startsWith('!') === true && !hasPlaceholder(during))) return rule;
  const except = (rule.except ?? []).flatMap((entry) => {
    if (entry.during?.startsWith('!') !== true || hasPlaceholder(entry.during)) return [entry];
    return complementOf(entry.during.slice(1).split('|')).map((during) => ({ ...entry, during }));
  });
  return withExcept(rule, except);
}

export function withExcept(rule: NetworkRule, except: readonly RuleExcept[]): NetworkRule {
  const { except: _, ...bare } = rule;
  const plain: NetworkRule = bare;
  return except.length === 0 ? plain : { ...plain, except };
}
