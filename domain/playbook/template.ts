/**
 * Templates: values that may hold `${ expression }`. A text that is only `${ … }` keeps the type of its value; `$${` is a
 * literal `${`. What an expression gives is data: it is never looked at for further templates.
 */
import { canonicalJson } from '../digest.ts';
import { EdictError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { evaluate, type Scope } from './expression.ts';
import type { Cel, Template, Templates } from './plan.ts';

/** `compileCel` checks an expression and gives the text that the plan keeps. Throws `expression-invalid`. */
export function parseTemplate(value: Json, compileCel: (text: string) => Cel): Template {
  if (typeof value === 'string') return parseText(value, compileCel);
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => parseTemplate(item, compileCel));
    return items.every((item) => item.is === 'value') ? { is: 'value', value: items.map((item) => item.value) } : { is: 'list', items };
  }
  if (typeof value === 'object' && value !== null) return parseMap(value as JsonObject, compileCel);
  return { is: 'value', value };
}

/** Throws `expression-failed`. */
export function evaluateTemplate(template: Template, scope: Scope): Json {
  switch (template.is) {
    case 'value':
      return template.value;
    case 'cel':
      return evaluate(template.cel, scope);
    case 'text':
      return template.parts.map((part) => (typeof part === 'string' ? part : textOf(evaluate(part.cel, scope), part.cel))).join('');
    case 'list':
      return template.items.map((item) => evaluateTemplate(item, scope));
    case 'map':
      return evaluateTemplates(template.entries, scope);
  }
}

export function evaluateTemplates(templates: Templates, scope: Scope): JsonObject {
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, evaluateTemplate(template, scope)]));
}

/** The expressions in a template. */
export function expressionsOf(template: Template): readonly Cel[] {
  switch (template.is) {
    case 'value':
      return [];
    case 'cel':
      return [template.cel];
    case 'text':
      return template.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.cel]));
    case 'list':
      return template.items.flatMap(expressionsOf);
    case 'map':
      return Object.values(template.entries).flatMap(expressionsOf);
  }
}

function parseMap(value: JsonObject, compileCel: (text: string) => Cel): Template {
  const entries = Object.entries(value).map(([key, entry]) => [key, parseTemplate(entry, compileCel)] as const);
  if (entries.every(([, template]) => template.is === 'value')) return { is: 'value', value };
  return { is: 'map', entries: Object.fromEntries(entries) };
}

function parseText(text: string, compileCel: (text: string) => Cel): Template {
  const parts: (string | { readonly cel: Cel })[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at)) [literal, at] = [`${literal}\${`, at + 3];
    else if (text.startsWith('${', at)) {
      const end = closingBrace(text, at + 2);
      if (literal !== '') parts.push(literal);
      parts.push({ cel: compileCel(text.slice(at + 2, end).trim()) });
      [literal, at] = ['', end + 1];
    } else [literal, at] = [literal + (text[at] ?? ''), at + 1];
  }
  if (literal !== '') parts.push(literal);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return { is: 'cel', cel: only.cel };
  if (parts.every((part) => typeof part === 'string')) return { is: 'value', value: parts.join('') };
  return { is: 'text', parts };
}

/** Index of the `}` that ends the expression; braces in CEL maps and in its strings do not count. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (quote !== undefined) {
      if (letter === '\\') at++;
      else if (letter === quote) quote = undefined;
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '{') depth++;
    else if (letter === '}' && depth-- === 0) return at;
  }
  throw new EdictError('expression-invalid', `\`${text.slice(0, 200)}\` has \`\${\` without its \`}\``, {
    help: 'write `$${` for a literal `${`',
  });
}

/** As it stands in a text: texts as they are, all else as JSON. Null has no place in one. */
export function textOf(value: Json, cel: Cel = 'value'): string {
  if (value === null) throw new EdictError('expression-failed', `\`${cel}\` is null and cannot be put into text`);
  return typeof value === 'string' ? value : canonicalJson(value);
}
