/** Selectors of entities, read: what model.ts's `EntitySelector` says. */
import { EdictError } from '../../errors.ts';
import { type EntityUid, isTypeName, keyOf, parseUid } from './entity.ts';
import { globOf } from './glob.ts';
import type { PatternPart } from './expression.ts';
import type { EntityStore } from './entity-store.ts';
import type { EntitySelector } from './model.ts';
import type { EntityValue } from './value.ts';

export type Selector =
  | { readonly kind: 'any' }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'within' | 'exactly'; readonly uid: EntityUid }
  | { readonly kind: 'pattern'; readonly type: string; readonly pattern: readonly PatternPart[] };

const typed = /^([A-Za-z0-9_]+(?:::[A-Za-z0-9_]+)*):([^:][\s\S]*)$/;

/** Throws `policy-invalid`. `defaultType`: what text without a type is of. */
export function parseSelector(text: EntitySelector, defaultType?: string): Selector {
  if (text === 'any') return { kind: 'any' };
  if (text.startsWith('=')) return { kind: 'exactly', uid: uidFrom(text.slice(1), defaultType) };
  const [, type = defaultType ?? '', id = text] = defaultType === undefined ? (typed.exec(text) ?? []) : typedAs(defaultType, text);
  if (id.startsWith('"') || !id.includes('*')) return { kind: 'within', uid: uidFrom(text, defaultType) };
  if (!isTypeName(type)) throw unreadable(text);
  return id === '*' ? { kind: 'type', type } : { kind: 'pattern', type, pattern: patternParts(id) };
}

/** Of actions and models, a text is an id unless it begins with their own type. */
function typedAs(defaultType: string, text: string): readonly (string | undefined)[] {
  const found = typed.exec(text);
  return found !== null && isKindOf(defaultType, found[1] ?? '') ? found : [text, defaultType, text];
}

function isKindOf(defaultType: string, type: string): boolean {
  return type === defaultType || type.endsWith(`::${defaultType}`);
}

export function uidFrom(text: string, defaultType?: string): EntityUid {
  if (defaultType === undefined) return parseUid(text);
  const type = typed.exec(text)?.[1];
  if (type !== undefined && isKindOf(defaultType, type)) return parseUid(text);
  if (text === '') return { type: defaultType, id: '' };
  return text.startsWith('"') || text.startsWith(':') ? parseUid(`${defaultType}:${text}`) : { type: defaultType, id: text };
}

export function patternParts(text: string): readonly PatternPart[] {
  return text
    .split(/(\*+)/)
    .filter((part) => part !== '')
    .map((part): PatternPart => (part.startsWith('*') ? { any: true } : part));
}

export type Selects = (entity: EntityValue, store: EntityStore) => boolean;

export function selects(selector: Selector): Selects {
  switch (selector.kind) {
    case 'any':
      return () => true;
    case 'type':
      return ({ type }) => type === selector.type;
    case 'exactly': {
      const key = keyOf(selector.uid);
      return (entity) => entity.key === key;
    }
    case 'within': {
      const key = keyOf(selector.uid);
      return (entity, store) => entity.key === key || store.get(entity.key)?.ancestors.has(key) === true;
    }
    case 'pattern': {
      const matches = globOf(selector.pattern);
      return (entity) => entity.type === selector.type && matches(entity.id);
    }
  }
}

function unreadable(text: string): EdictError {
  return new EdictError('policy-invalid', `\`${text}\` is not a selector of entities`, {
    expected: '`any`, `user:alice`, `=user:alice`, `user:*` or `document:report-*`',
  });
}
