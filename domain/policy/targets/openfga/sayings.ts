/**
 * Access rules as relationships: for each rule, who is related to what, under which condition. What OpenFGA cannot say is left out of an
 * allow (and of a deny's exceptions), and said wider by a deny (and by an allow's exceptions).
 */
import { newWords } from '../../access/condition.ts';
import type { EntityUid } from '../../access/entity.ts';
import type { AccessCondition, AccessExcept, AccessRule } from '../../access/model.ts';
import type { NamedRule } from '../../access/read-rule.ts';
import type { Selector } from '../../access/selector.ts';
import type { Resolve } from '../../resolve.ts';
import { type Said, sayCondition, together } from './conditions.ts';
import { printObject, printType } from './names.ts';
import { scopeOf, type Universe } from './universe.ts';

export type Relationship = {
  readonly user: string;
  readonly action: EntityUid;
  readonly object: EntityUid;
  /** And with everything that is in it. */
  readonly inherited: boolean;
  readonly condition: Said | undefined;
};

export type Saying = {
  readonly id: string;
  readonly effect: AccessRule['effect'];
  readonly grants: readonly Relationship[];
  readonly excepts: readonly Relationship[];
  /** What could not be said of it. */
  readonly reasons: readonly string[];
};

export function sayingsOf(rules: readonly NamedRule[], universe: Universe, resolve: Resolve): readonly Saying[] {
  const words = newWords(resolve);
  return rules.map(({ id, rule }): Saying => {
    const reasons = new Set<string>();
    const say = (part: AccessExcept, wider: boolean): readonly Relationship[] => {
      const condition = conditionOf(part.when, wider, reasons, words);
      return condition === 'unsaid' ? [] : relationships(part, condition, universe, reasons);
    };
    const refuses = rule.effect !== 'allow';
    return {
      id,
      effect: rule.effect,
      grants: rule.effect === 'claim' ? [] : say(rule.match, refuses),
      excepts: rule.effect === 'claim' ? [] : (rule.except ?? []).flatMap((except) => say(within(except, rule), !refuses)),
      reasons: [...reasons],
    };
  });
}

/** What an exception leaves open is as the rule has it. */
function within(except: AccessExcept, { match: { principals, actions, resources } }: AccessRule): AccessExcept {
  return { principals, actions, resources, ...except };
}

function conditionOf(
  when: AccessCondition | undefined,
  wider: boolean,
  reasons: Set<string>,
  words: ReturnType<typeof newWords>,
): Said | undefined | 'unsaid' {
  const { parts, isWhole } = sayCondition(when, words);
  if (isWhole) return together(parts);
  reasons.add('its conditions see the context of a check alone, not attributes of principals and resources, and no expressions');
  return wider ? together(parts) : 'unsaid';
}

function relationships(part: AccessExcept, condition: Said | undefined, universe: Universe, reasons: Set<string>): readonly Relationship[] {
  const { principals, actions, resources } = scopeOf(part);
  const users = principals.flatMap((selector) => usersOf(selector, universe, reasons));
  const acts = actions.flatMap((selector) => {
    if (selector.kind === 'any' || selector.kind === 'type' || selector.kind === 'pattern') reasons.add(closed('actions'));
    return universe.held(selector, 'actions');
  });
  const objects = resources.flatMap((selector) => objectsOf(selector, universe, reasons));
  return users.flatMap((user) => acts.flatMap((action) => objects.map((object) => ({ user, action, ...object, condition }))));
}

function closed(what: string): string {
  return `it knows ${what} one by one: those that nobody has named are related to nothing`;
}

function usersOf(selector: Selector, universe: Universe, reasons: Set<string>): readonly string[] {
  switch (selector.kind) {
    case 'any':
      reasons.add(closed('types of principals'));
      return universe.types.map((type) => `${printType(type)}:*`);
    case 'type':
      return [`${printType(selector.type)}:*`];
    case 'exactly':
      return [printObject(selector.uid)];
    case 'within': {
      const user = printObject(selector.uid);
      return universe.hasMembers(selector.uid) ? [user, `${user}#member`] : [user];
    }
    case 'pattern':
      reasons.add(closed('principals'));
      return universe.held(selector, 'entities').map(printObject);
  }
}

type Target = Pick<Relationship, 'object' | 'inherited'>;

function objectsOf(selector: Selector, universe: Universe, reasons: Set<string>): readonly Target[] {
  if (selector.kind === 'exactly') return [{ object: selector.uid, inherited: false }];
  if (selector.kind === 'within') return [{ object: selector.uid, inherited: universe.hasMembers(selector.uid) }];
  reasons.add(closed('resources'));
  return universe.held(selector, 'entities').map((object) => ({ object, inherited: false }));
}
