/**
 * Commands of foreign playbooks → actions, by the rules that a person wrote. What stands in the document is data: it never becomes
 * an expression, whatever it looks like.
 */
import type { Json, JsonObject } from '../../json.ts';
import { textOfBase64 } from './base64.ts';
import type { Resolve } from './condition-cel.ts';
import type { CacaoMapping } from './mapping.schema.ts';
import type { CacaoAgentTarget, CacaoCommand } from './model.ts';

export type MappingRule = CacaoMapping['commands'][number];
export type Match = { readonly rule: MappingRule; readonly captures: readonly string[]; readonly text: string };

/** What the command says, decoded; undefined where it is no text. */
export function commandText(command: CacaoCommand): string | undefined {
  if (command.command !== undefined) return command.command.trim();
  const encoded = 'command_b64' in command ? command.command_b64 : undefined;
  return encoded === undefined ? undefined : textOfBase64(encoded)?.trim();
}

/** The first rule that fits. */
export function matchCommand(command: CacaoCommand, mapping: CacaoMapping): Match | undefined {
  const text = commandText(command);
  if (text === undefined) return undefined;
  for (const rule of mapping.commands) {
    if (rule.type !== undefined && rule.type !== command.type) continue;
    const captures = capture(rule.match, text);
    if (captures) return { rule, captures, text };
  }
  return undefined;
}

/** What each `*` stands for, from the left the shortest; linear in the text for each `*`. */
function capture(pattern: string, text: string): readonly string[] | undefined {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === first ? [] : undefined;
  if (!text.startsWith(first)) return undefined;
  const captures: string[] = [];
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const found = index === rest.length - 1 ? text.length - part.length : text.indexOf(part, at);
    if (found < at || !text.startsWith(part, found)) return undefined;
    captures.push(text.slice(at, found));
    at = found + part.length;
  }
  return captures;
}

export type Filling = {
  readonly match: Match;
  readonly resolve: Resolve;
  readonly target: CacaoAgentTarget | undefined;
  readonly agent: CacaoAgentTarget | undefined;
};

export function namesTarget(rule: MappingRule): boolean {
  return /\$target\b/.test(JSON.stringify(rule.with));
}

/** The inputs of the action. */
export function fillInputs(filling: Filling): JsonObject {
  return Object.fromEntries(Object.entries(filling.match.rule.with).map(([name, value]) => [name, fill(value, filling)]));
}

function fill(value: Json, filling: Filling): Json {
  if (typeof value === 'string') return fillText(value, filling);
  if (Array.isArray(value)) return value.map((item: Json) => fill(item, filling));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry, filling)]));
}

const variable = /(__[A-Za-z][A-Za-z0-9_-]*__)(?::value)?(?![\w-])/g;
const placeholder = /\$(?:([1-9])|(target|agent|command)\b)|(__[A-Za-z][A-Za-z0-9_-]*__)(?::value)?(?![\w-])/g;

function fillText(text: string, filling: Filling): string {
  return text.replaceAll(placeholder, (whole: string, index?: string, word?: string, name?: string) => {
    if (name !== undefined) return `\${${filling.resolve(name).cel}}`;
    const foreign = index === undefined ? wordOf(word, filling) : filling.match.captures[Number(index) - 1];
    return foreign === undefined ? whole : foreignText(foreign, filling.resolve);
  });
}

function wordOf(word: string | undefined, { match, target, agent }: Filling): string | undefined {
  if (word === 'command') return match.text;
  const named = word === 'target' ? target : agent;
  return named && addressOf(named);
}

/** The first address where it has one: names are for people. */
export function addressOf({ name, address = {} }: CacaoAgentTarget): string {
  const kinds = ['ipv4', 'ipv6', 'dname', 'url', 'l2mac'];
  return String(kinds.flatMap((kind) => (Object.hasOwn(address, kind) ? (address[kind] ?? []) : []))[0] ?? name);
}

/** A `$` of the document is a `$`, and never the beginning of an expression; variables in it are read. */
export function foreignText(text: string, resolve: Resolve): string {
  let result = '';
  let at = 0;
  for (const match of text.matchAll(variable)) {
    result += `${text.slice(at, match.index).replaceAll('$', () => '${"$"}')}\${${resolve(match[1] ?? '').cel}}`;
    at = match.index + match[0].length;
  }
  return result + text.slice(at).replaceAll('$', () => '${"$"}');
}
