/** Who, what and on what, as AWS names them, and what is left of them without others. */
import { type EntityUid, keyOf, printUid, uidOfKey } from '../../access/entity.ts';
import type { EntityStore } from '../../access/entity-store.ts';
import type { PatternPart } from '../../access/expression.ts';
import type { ReadScope } from '../../access/interpret.ts';
import type { Selector } from '../../access/selector.ts';
import { intersect, isSubset, union } from '../../intervals.ts';
import { stringClasses } from '../../strings/classes.ts';
import { anyCharacter, literalTokens, many, type Pattern, patternOf } from '../../strings/pattern.ts';
import { escaped } from './texts.ts';

/** A text of a policy document, and the strings that it holds. */
export type Name = { readonly text: string; readonly pattern: Pattern };

/** What is held or, where `held` is not there, everything without some. AWS cannot say both of one part. */
export type Part = { readonly held?: readonly Name[] | undefined; readonly without: readonly Name[] };

/** Whom a document is attached to: entity selectors; no `to` is everybody. */
export type Attachment = { readonly to?: readonly string[] | undefined; readonly except: readonly string[] };

export type Scope = { readonly actions: Part; readonly resources: Part; readonly principals: Attachment };

/** A scope in AWS's words, and the selectors that it has none for. */
export type NamedScope = { readonly scope: Scope; readonly unnamed: readonly string[] };

export function scopeOf({ principals, actions, resources }: ReadScope, store: EntityStore): NamedScope {
  const unnamed: string[] = [];
  const named = (selectors: readonly Selector[], nameOf: (selector: Selector) => Name | undefined): Part => {
    if (selectors.some(isAny)) return { without: [] };
    const held = selectors
      .flatMap((selector) => withMembers(selector, store))
      .flatMap((selector) => {
        const name = nameOf(selector);
        if (name === undefined) unnamed.push(selectorText(selector));
        return name ?? [];
      });
    return { held: sorted(held), without: [] };
  };
  const to = principals.some(isAny) ? {} : { to: [...new Set(principals.map(selectorText))].toSorted() };
  const scope = { principals: { ...to, except: [] }, actions: named(actions, actionName), resources: named(resources, resourceName) };
  return { scope, unnamed };
}

function isAny({ kind }: Selector): boolean {
  return kind === 'any';
}

function sorted(names: readonly Name[]): readonly Name[] {
  const byText = new Map(names.map((name) => [name.text, name]));
  return [...byText.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

/** An entity with all that is known to be in it, each for itself. */
function withMembers(selector: Selector, store: EntityStore): readonly Selector[] {
  if (selector.kind !== 'within') return [selector];
  const key = keyOf(selector.uid);
  const members = [...store.keys()].filter((each) => store.get(each)?.ancestors.has(key) === true);
  return [{ kind: 'exactly', uid: selector.uid }, ...members.map((each): Selector => ({ kind: 'exactly', uid: uidOfKey(each) }))];
}

/** As policies write it. */
function selectorText(selector: Selector): string {
  switch (selector.kind) {
    case 'any':
      return 'any';
    case 'type':
      return `${selector.type}:*`;
    case 'within':
      return printUid(selector.uid);
    case 'exactly':
      return `=${printUid(selector.uid)}`;
    case 'pattern':
      return `${selector.type}:${selector.pattern.map((part) => (typeof part === 'string' ? part : '*')).join('')}`;
  }
}

function actionName(selector: Selector): Name | undefined {
  const parts = selector.kind === 'type' && selector.type === 'Action' ? [any] : partsOf(selector, 'Action');
  const text = parts?.map((part) => (typeof part === 'string' ? part : '*')).join('');
  const literal = parts?.every((part) => typeof part !== 'string' || !part.includes('*')) === true;
  if (parts === undefined || text === undefined || !literal || !/^(?:\*|[a-z0-9-]+:[a-z0-9*]+)$/iu.test(text)) return undefined;
  return { text, pattern: patternFrom(parts, true) };
}

function resourceName(selector: Selector): Name | undefined {
  const parts = selector.kind === 'type' && selector.type === 'arn' ? [any] : partsOf(selector, 'arn');
  if (parts === undefined) return undefined;
  const text = parts.map((part) => (typeof part === 'string' ? escaped(part, '*?$') : '*')).join('');
  return { text: `arn:${text}`, pattern: patternFrom(['arn:', ...parts], false) };
}

const any: PatternPart = { any: true };

function partsOf(selector: Selector, type: string): readonly PatternPart[] | undefined {
  if (selector.kind === 'pattern') return selector.type === type ? selector.pattern : undefined;
  const uid: EntityUid | undefined = 'uid' in selector ? selector.uid : undefined;
  return uid?.type === type ? [uid.id] : undefined;
}

function patternFrom(parts: readonly PatternPart[], fold: boolean): Pattern {
  return patternOf(parts.flatMap((part) => (typeof part === 'string' ? literalTokens(part, fold) : [many(anyCharacter)])));
}

/** What the part holds without the other; `undefined` where AWS cannot say it. Nothing is left where `held` is empty. */
export function without({ held, without: already }: Part, other: Part): Part | undefined {
  if (other.held === undefined) return { held: [], without: [] };
  if (held === undefined) return { without: sorted([...already, ...other.held]) };
  return leftOf(held, other.held);
}

function leftOf(held: readonly Name[], taken: readonly Name[]): Part | undefined {
  const { of } = stringClasses([...held, ...taken].map(({ pattern }) => pattern));
  const gone = union(...taken.map(({ pattern }) => of(pattern)));
  const left = held.filter(({ pattern }) => !isSubset(of(pattern), gone));
  return left.some(({ pattern }) => intersect(of(pattern), gone).length > 0) ? undefined : { held: left, without: [] };
}

export function meet(one: Part, other: Part): boolean {
  if (one.held === undefined || other.held === undefined) return true;
  const { of } = stringClasses([...one.held, ...other.held].map(({ pattern }) => pattern));
  const [left, right] = [one.held, other.held].map((names) => union(...names.map(({ pattern }) => of(pattern))));
  return intersect(left ?? [], right ?? []).length > 0;
}

/** What both hold; `undefined` where AWS cannot say it. */
export function intersection(one: Part, other: Part): Part | undefined {
  if (one.held === undefined && other.held === undefined) return { without: sorted([...one.without, ...other.without]) };
  if (one.held === undefined) return leftOf(other.held ?? [], one.without);
  if (other.held === undefined) return leftOf(one.held, other.without);
  const { of } = stringClasses([...one.held, ...other.held].map(({ pattern }) => pattern));
  const held: Name[] = [];
  for (const left of one.held) {
    for (const right of other.held) {
      const [ours, theirs] = [of(left.pattern), of(right.pattern)];
      if (isSubset(ours, theirs)) held.push(left);
      else if (isSubset(theirs, ours)) held.push(right);
      else if (intersect(ours, theirs).length > 0) return undefined;
    }
  }
  return { held: sorted(held), without: [] };
}
