/** Access and AI rules with their words read: selectors parsed, conditions as expressions. */
import type { Inventory } from '../../context/inventory.ts';
import { inRule } from '../clauses.ts';
import { EdictError } from '../../errors.ts';
import { resolver } from '../resolve.ts';
import { type ConditionWords, conditionsOf, newWords } from './condition.ts';
import type { AccessClause, ReadPart, ReadScope } from './interpret.ts';
import type { AccessExcept, AccessRule, AccessScope, EntitySelector } from './model.ts';
import { parseSelector, type Selector } from './selector.ts';

export type NamedRule = { readonly id: string; readonly rule: AccessRule };

export type ReadRules = {
  readonly clauses: readonly AccessClause[];
  /** The one time zone of every window; absent where there is no window. */
  readonly timezone: string | undefined;
};

/** Throws `policy-name-unknown`, `policy-invalid` and `policy-timezones-mixed`. */
export function readRules(rules: readonly NamedRule[], inventory: Inventory): ReadRules {
  const words = newWords(resolver(inventory));
  const clauses = rules.map(({ id, rule }) => inRule(id, () => readRule(id, rule, words)));
  return { clauses, timezone: timezoneOf(rules, words) };
}

function readRule(id: string, { effect, match, except = [] }: AccessRule, words: ConditionWords): AccessClause {
  return { id, effect, ...readPart(match, words), excepts: except.map((each) => readPart(each, words)) };
}

function readPart(part: AccessExcept, words: ConditionWords): ReadPart {
  return { scope: readScope(part), conditions: conditionsOf(part.when, words) };
}

const everything: readonly Selector[] = [{ kind: 'any' }];

function readScope({ principals, actions, resources }: AccessScope): ReadScope {
  return { principals: readList(principals), actions: readList(actions, 'Action'), resources: readList(resources) };
}

function readList(selectors: readonly EntitySelector[] | undefined, defaultType?: string): readonly Selector[] {
  return selectors === undefined ? everything : selectors.map((text) => parseSelector(text, defaultType));
}

function timezoneOf(rules: readonly NamedRule[], { windows }: ConditionWords): string | undefined {
  const found = rules.flatMap(({ id, rule: { match, except = [] } }) =>
    [match, ...except].flatMap(({ when }) => (when?.during === undefined ? [] : [{ id, timezone: windows(when.during).timezone }])),
  );
  const other = found.find(({ timezone }) => timezone !== found[0]?.timezone);
  if (other !== undefined)
    throw new EdictError(
      'policy-timezones-mixed',
      `rule \`${found[0]?.id}\` is in \`${found[0]?.timezone}\`, rule \`${other.id}\` in \`${other.timezone}\``,
      {
        where: other.id,
        expected: 'one time zone in all access rules that are in force together',
      },
    );
  return found[0]?.timezone;
}
