/** Entities, selectors and patterns as policy.rego takes them. */
import { type EntityUid, isTypeName } from '../../access/entity.ts';
import type { PatternPart } from '../../access/expression.ts';
import type { Selector } from '../../access/selector.ts';
import { list, object, openObject, textOf, unreadable } from '../rego/read-json.ts';

export function readName(value: unknown, where: string): EntityUid {
  const text = textOf(value, where);
  const space = text.indexOf(' ');
  return { type: readType(text.slice(0, Math.max(space, 0)), where), id: text.slice(space + 1) };
}

function readType(value: unknown, where: string): string {
  const text = textOf(value, where);
  if (!isTypeName(text)) throw unreadable(`\`${text}\` in ${where}`, 'a type');
  return text;
}

export function readSelectors(value: unknown, where: string): readonly Selector[] {
  return list(value, where).map((each) => readSelector(each, where));
}

function readSelector(value: unknown, where: string): Selector {
  const keys = Object.keys(openObject(value, where)).toSorted().join(' ');
  const { any, all, is, in: place, type, id } = openObject(value, where);
  if (keys === 'any' && any === true) return { kind: 'any' };
  if (keys === 'all') return { kind: 'type', type: readType(all, where) };
  if (keys === 'is') return { kind: 'exactly', uid: readName(is, where) };
  if (keys === 'in') return { kind: 'within', uid: readName(place, where) };
  if (keys === 'id type') return { kind: 'pattern', type: readType(type, where), pattern: readRegex(id, where) };
  throw unreadable(`selector with \`${keys}\` in ${where}`, 'any, all, is, in, or type and id');
}

const regexForm = /\.\*|\\([!-/:-@[-`{-~])|([^!-/:-@[-`{-~])/gy;

/** Of RE2's syntax what means letters, and `.*`. */
export function readRegex(value: unknown, where: string): readonly PatternPart[] {
  const text = textOf(value, where);
  const inner = /^\^\(\?s:([\s\S]*)\)\$$/.exec(text)?.[1];
  if (inner === undefined) throw unreadable(`\`${text}\` in ${where}`, '`^(?s:…)$`');
  const parts: PatternPart[] = [];
  const form = new RegExp(regexForm);
  while (form.lastIndex < inner.length) {
    const found = form.exec(inner);
    if (found === null) throw unreadable(`\`${text}\` in ${where}`, 'letters, escaped marks and `.*`');
    const letter = found[1] ?? found[2];
    const last = parts.at(-1);
    if (letter === undefined) parts.push({ any: true });
    else if (typeof last === 'string') parts[parts.length - 1] = last + letter;
    else parts.push(letter);
  }
  return parts;
}

/** What the index must list it under, for policy.rego to find all that it holds. */
export function placeOf(selector: Selector): string {
  switch (selector.kind) {
    case 'any':
      return '*';
    case 'type':
    case 'pattern':
      return selector.type;
    default:
      return `${selector.uid.type} ${selector.uid.id}`;
  }
}

export function readEntity(value: unknown, where: string): EntityUid {
  const { __entity } = object(value, ['__entity'], where);
  const { type, id } = object(__entity, ['type', 'id'], where);
  return { type: readType(type, where), id: textOf(id, where) };
}
