/** Entities and selectors as data.json names them: `type id`, which no two entities share, for no type holds a space. */
import type { EntityUid } from '../../access/entity.ts';
import type { PatternPart } from '../../access/expression.ts';
import type { Selector } from '../../access/selector.ts';
import type { JsonObject } from '../../../json.ts';

export function entityName({ type, id }: EntityUid): string {
  return `${type} ${id}`;
}

export function selectorData(selector: Selector): JsonObject {
  switch (selector.kind) {
    case 'any':
      return { any: true };
    case 'type':
      return { all: selector.type };
    case 'exactly':
      return { is: entityName(selector.uid) };
    case 'within':
      return { in: entityName(selector.uid) };
    case 'pattern':
      return { type: selector.type, id: regexOf(selector.pattern) };
  }
}

/** Where the index lists what the selector holds. */
export function indexKey(selector: Selector): string {
  if (selector.kind === 'any') return '*';
  return 'uid' in selector ? entityName(selector.uid) : selector.type;
}

/** In RE2's syntax, of the whole text. */
export function regexOf(pattern: readonly PatternPart[]): string {
  const parts = pattern.map((part) => (typeof part === 'string' ? part.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&') : '.*'));
  return `^(?s:${parts.join('')})$`;
}
