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

export function placeAt(before: string): Place {
  const lines = before.split('\n');
  const last = lines.pop() ?? '';
  const { indent = '', dashes = '', key, rest = '' } = keyLine.exec(last)?.groups ?? {};
  const flow = flowIn(key === undefined ? last.slice(indent.length + dashes.length) : rest);
  const column = indent.length + dashes.length;
  const outer = pathAbove(lines, indent.length, dashes === '' ? [] : ['[]']);
  if (flow !== undefined) return { path: [...outer, ...(key === undefined ? [] : [key]), ...flow.path], key: flow.key, word: flow.word };
  const word = /[\w.-]*$/u.exec(last)?.[0] ?? '';
  if (key !== undefined && last.length > column) return { path: outer, key, word };
  return { path: outer, word };
}

/** Keys that the line stands in, by indents that get smaller upwards. */
function pathAbove(lines: readonly string[], column: number, inner: readonly string[]): readonly string[] {
  const path: string[] = [...inner];
  let need = column;
  for (const line of lines.toReversed()) {
    const { indent = '', dashes = '', key } = keyLine.exec(line)?.groups ?? {};
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const keyAt = indent.length + dashes.length;
    // A list stands at the column of its key, or deeper.
    const opens = key !== undefined && (keyAt < need || (keyAt === need && path[0] === '[]' && dashes === ''));
    if (opens) {
      path.unshift(key);
      need = keyAt;
    }
    if (dashes !== '' && indent.length < need) {
      path.unshift('[]');
      need = indent.length;
    }
  }
  return path;
}

type Flow = { readonly path: readonly string[]; readonly key: string | undefined; readonly word: string };

/** Within `{ a: { b: ` on one line; nothing where no brace is open. */
function flowIn(line: string): Flow | undefined {
  const stack: { key: string | undefined; list: boolean }[] = [];
  let word = '';
  let key: string | undefined;
  let outerKey: string | undefined;
  for (const char of line) {
    if (char === '{' || char === '[') {
      stack.push({ key: key ?? outerKey, list: char === '[' });
      [key, outerKey, word] = [undefined, undefined, ''];
    } else if (char === '}' || char === ']') {
      stack.pop();
      [key, word] = [undefined, ''];
    } else if (char === ':') [key, word] = [word, ''];
    else if (char === ',') [key, word] = [undefined, ''];
    else word = /[\w.-]/u.test(char) ? word + char : char === ' ' && word === '' ? '' : '';
  }
  if (stack.length === 0) return undefined;
  const path = stack.flatMap((open) => [...(open.key === undefined ? [] : [open.key]), ...(open.list ? ['[]'] : [])]);
  return { path, key, word };
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
