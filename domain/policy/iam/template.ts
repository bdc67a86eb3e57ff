/**
 * Texts of policy documents with wildcards and policy variables
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html): `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`
 * with a default, and `${*}`, `${?}`, `${$}` for the characters themselves.
 */
import { type CharSet, literalTokens, type Pattern, patternOf, type Token, wildcardTokens } from '../strings/pattern.ts';
import type { IamVersion } from './document.ts';

export type Variable = {
  /** In lower case. */
  readonly key: string;
  readonly fallback?: string | undefined;
};

export type Template = readonly (string | Variable | { readonly literal: string })[];

/** What variables stand for; `undefined` where the request does not say. */
export type Bindings = (key: string) => string | undefined;

const form = /\$\{([^{}]*)\}/gu;

export function parseTemplate(text: string, version: IamVersion): Template {
  if (version === '2008-10-17' || !text.includes('${')) return [text];
  const parts: Template[number][] = [];
  let end = 0;
  for (const found of text.matchAll(form)) {
    if (found.index > end) parts.push(text.slice(end, found.index));
    parts.push(partOf(found[1] ?? ''));
    end = found.index + found[0].length;
  }
  return end < text.length ? [...parts, text.slice(end)] : parts;
}

function partOf(inside: string): Template[number] {
  if (inside === '*' || inside === '?' || inside === '$') return { literal: inside };
  const [, key = inside, fallback] = /^\s*([^,]+?)\s*(?:,\s*'([^']*)'\s*)?$/u.exec(inside) ?? [];
  return { key: key.toLowerCase(), ...(fallback === undefined ? {} : { fallback }) };
}

export function variablesOf(template: Template): readonly string[] {
  return template.flatMap((part) => (typeof part === 'object' && 'key' in part ? [part.key] : []));
}

export type Reading = { readonly wildcards: boolean; readonly fold?: boolean | undefined; readonly over?: CharSet | undefined };

/** The pattern that the text is where its variables are bound; `undefined` where one of them is not. Values of variables are never wildcards. */
export function instantiate(template: Template, bindings: Bindings, { wildcards, fold = false, over }: Reading): Pattern | undefined {
  const tokens: Token[] = [];
  for (const part of template) {
    if (typeof part === 'string') {
      tokens.push(...(wildcards ? wildcardTokens(part, over === undefined ? { fold } : { fold, over }) : literalTokens(part, fold)));
      continue;
    }
    const text = 'literal' in part ? part.literal : (bindings(part.key) ?? part.fallback);
    if (text === undefined) return undefined;
    tokens.push(...literalTokens(text, fold));
  }
  return patternOf(tokens);
}

/** The text where its variables are bound. */
export function expand(template: Template, bindings: Bindings): string | undefined {
  const texts = template.map((part) =>
    typeof part === 'string' ? part : 'literal' in part ? part.literal : (bindings(part.key) ?? part.fallback),
  );
  return texts.includes(undefined) ? undefined : texts.join('');
}

/** The text as a template that means it: wildcards and `$` as policy variables that stand for the characters. */
export function escapeWildcards(text: string): string {
  return text.replace(/[*?$]/gu, (character) => `\${${character}}`);
}
