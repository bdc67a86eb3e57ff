/**
 * What may stand where the cursor is in a playbook's YAML: keys and values by the form of playbooks (JSON Schema), actions and what they take,
 * names within `${ … }`. Reads lines and their indents, so that it helps while the text is not yet YAML. Pure.
 */
import type { JsonObject } from '../../../domain/json.ts';

export type Option = { readonly label: string; readonly detail?: string | undefined; readonly apply?: string | undefined };
export type Offered = { readonly from: number; readonly options: readonly Option[] };
export type Catalogue = {
  readonly schema: JsonObject;
  readonly actions: Readonly<
    Record<
      string,
      { readonly summary: string; readonly inputs: Readonly<Record<string, { readonly type: string; readonly optional?: boolean }>> }
    >
  >;
  /** Inputs and steps of the playbook, as far as it compiled last. */
  readonly names: readonly string[];
};

/** `path`: keys from the outside in, `[]` for the items of a list; `key`: the one whose value is written. */
export type Place = { readonly path: readonly string[]; readonly key?: string | undefined; readonly word: string };

export function offersAt(text: string, at: number, catalogue: Catalogue): Offered | undefined {
  const before = text.slice(0, at);
  const expression = /\$\{[^}]*?([\w.-]*)$/u.exec(before);
  if (expression !== null)
    return offered(
      at,
      expression[1] ?? '',
      catalogue.names.map((label) => ({ label })),
    );
  const place = placeAt(before);
  const options = place.path.at(-1) === 'with' && place.key === undefined ? parametersOf(before, catalogue) : optionsAt(place, catalogue);
  return offered(at, place.word, options);
}

function offered(at: number, word: string, options: readonly Option[]): Offered | undefined {
  return options.length === 0 ? undefined : { from: at - word.length, options };
}

const keyLine = /^(?<indent> *)(?<dashes>(?:- +)*)(?:(?<key>[\w-]+) *:)?(?<rest>.*)$/u;

type Line = {
  readonly indent: number;
  readonly listed: boolean;
  readonly column: number;
  readonly key: string | undefined;
  readonly rest: string;
};

function lineOf(text: string): Line {
  const found = keyLine.exec(text)?.groups;
  const [indent, dashes] = [found?.['indent']?.length ?? 0, found?.['dashes']?.length ?? 0];
  return { indent, listed: dashes > 0, column: indent + dashes, key: found?.['key'], rest: found?.['rest'] ?? '' };
}

export function placeAt(before: string): Place {
  const lines = before.split('\n');
  const last = lines.pop() ?? '';
  const { indent, listed, column, key, rest } = lineOf(last);
  const outer = pathAbove(lines, indent, listed ? ['[]'] : []);
  const flow = flowIn(key === undefined ? last.slice(column) : rest);
  if (flow !== undefined) return { path: [...outer, ...(key === undefined ? [] : [key]), ...flow.path], key: flow.key, word: flow.word };
  const word = /[\w.-]*$/u.exec(last)?.[0] ?? '';
  return key === undefined ? { path: outer, word } : { path: outer, key, word };
}

/** Keys that the line stands in, by indents that get smaller upwards. */
function pathAbove(lines: readonly string[], column: number, inner: readonly string[]): readonly string[] {
  const path: string[] = [...inner];
  let need = column;
  for (const text of lines.toReversed()) {
    const line = lineOf(text);
    if (line.key === undefined && !line.listed) continue;
    if (line.key !== undefined && opens(line, need, path[0])) {
      path.unshift(line.key);
      need = line.column;
    }
    if (line.listed && line.indent < need) {
      path.unshift('[]');
      need = line.indent;
    }
  }
  return path;
}

/** A list stands at the column of its key, or deeper. */
function opens({ column, listed }: Line, need: number, first: string | undefined): boolean {
  return column < need || (column === need && first === '[]' && !listed);
}

type Flow = { readonly path: readonly string[]; readonly key: string | undefined; readonly word: string };
type Reading = { readonly stack: { readonly key: string | undefined; readonly list: boolean }[]; key: string | undefined; word: string };

/** Within `{ a: { b: ` on one line; nothing where no brace is open. */
function flowIn(line: string): Flow | undefined {
  const reading: Reading = { stack: [], key: undefined, word: '' };
  for (const char of line) read(reading, char);
  const { stack, key, word } = reading;
  if (stack.length === 0) return undefined;
  const path = stack.flatMap((open) => [...(open.key === undefined ? [] : [open.key]), ...(open.list ? ['[]'] : [])]);
  return { path, key, word };
}

function read(reading: Reading, char: string): void {
  if (/[\w.-]/u.test(char)) {
    reading.word += char;
    return;
  }
  if (char === '{' || char === '[') reading.stack.push({ key: reading.key, list: char === '[' });
  if (char === '}' || char === ']') reading.stack.pop();
  if (char === ':') reading.key = reading.word;
  else if (char !== ' ') reading.key = undefined;
  reading.word = '';
}

type Node = { readonly [key: string]: unknown };

function optionsAt({ path, key }: Place, { schema, actions }: Catalogue): readonly Option[] {
  const nodes = path.reduce<readonly Node[]>(
    (open, segment) => open.flatMap((node) => into(node, segment, schema)),
    expand(schema, schema),
  );
  if (key === undefined) return keysOf(nodes);
  if (key === 'action') return Object.entries(actions).map(([label, { summary }]) => ({ label, detail: summary }));
  return valuesOf(nodes.flatMap((node) => into(node, key, schema)));
}

function keysOf(nodes: readonly Node[]): readonly Option[] {
  const found = new Map<string, Option>();
  for (const node of nodes) {
    for (const [label, value] of Object.entries((node['properties'] ?? {}) as Node)) {
      const { description } = value as { readonly description?: string };
      if (!found.has(label)) found.set(label, { label, detail: description, apply: `${label}: ` });
    }
  }
  return [...found.values()];
}

function valuesOf(nodes: readonly Node[]): readonly Option[] {
  const values = nodes.flatMap(({ enum: choices, const: only, type }) => [
    ...(Array.isArray(choices) ? (choices as readonly unknown[]) : []),
    ...(only === undefined ? [] : [only]),
    ...(type === 'boolean' ? [true, false] : []),
  ]);
  return [...new Set(values.map(String))].map((label) => ({ label }));
}

function into(node: Node, segment: string, root: Node): readonly Node[] {
  if (segment === '[]') return expand(node['items'], root);
  const own = ((node['properties'] ?? {}) as Node)[segment];
  return expand(own ?? node['additionalProperties'], root);
}

/** A node and all that it may be: references followed, alternatives side by side. */
function expand(node: unknown, root: Node): readonly Node[] {
  if (typeof node !== 'object' || node === null) return [];
  const { $ref, anyOf, oneOf, allOf } = node as {
    readonly $ref?: string;
    readonly anyOf?: unknown[];
    readonly oneOf?: unknown[];
    readonly allOf?: unknown[];
  };
  if ($ref !== undefined) return expand(referred(root, $ref), root);
  return [node as Node, ...[...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])].flatMap((one) => expand(one, root))];
}

function referred(root: Node, ref: string): unknown {
  return ref
    .replace(/^#\/?/u, '')
    .split('/')
    .filter((part) => part !== '')
    .reduce<unknown>((node, part) => (node as Node | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], root);
}

/** Of the action that the step names, above or on the same line. */
function parametersOf(before: string, { actions }: Catalogue): readonly Option[] {
  const lines = before.split('\n');
  for (const line of lines.slice(-12).toReversed()) {
    const name = /\baction: *(?<name>[\w.-]+)/u.exec(line)?.groups?.['name'];
    const spec = name === undefined || !Object.hasOwn(actions, name) ? undefined : actions[name];
    if (spec !== undefined)
      return Object.entries(spec.inputs).map(([label, { type, optional }]) => ({
        label,
        detail: `${type}${optional === true ? ', optional' : ''}`,
        apply: `${label}: `,
      }));
    if (/^\s*- /u.test(line) && !/\bwith\b/u.test(line)) return [];
  }
  return [];
}
