/**
 * What policy variables can stand for, as finitely many cases: nothing, one value of each class of the key that the conditions on it
 * tell apart (a value of its own where the class has one), and each value that makes a text with a variable equal to a text without.
 */
import { EdictError } from '../../errors.ts';
import { wildcard } from '../strings/pattern.ts';
import type { Sided } from './compare-documents.ts';
import { conditionTest } from './condition.ts';
import { type Asked, candidates, type KeyValue } from './key-axis.ts';
import { type Bindings, parseTemplate, type Template, variablesOf } from './template.ts';

/** By key: the request's values for it. */
export type Binding = ReadonlyMap<string, KeyValue>;

const mostCases = 1_024;

/** One that no policy has in it, as far as we can tell. */
const freshName = 'someone-9f4e';

export function bindingsOfCase(binding: Binding): Bindings {
  return (key) => {
    const values = binding.get(key);
    return values?.length === 1 ? values[0] : undefined;
  };
}

export function variableCases(statements: readonly Sided[]): readonly Binding[] {
  const templates = statements.flatMap(templatesOf);
  const keys = [...new Set(templates.flatMap(({ template }) => variablesOf(template)))];
  let cases: readonly Binding[] = [new Map()];
  for (const key of keys) {
    const values = valuesOf(key, statements, templates);
    cases = cases.flatMap((held) => values.map((value) => new Map([...held, [key, value]])));
    if (cases.length > mostCases)
      throw new EdictError('input-too-large', `policy variables take more than ${mostCases} combinations of values`);
  }
  return cases;
}

/** Texts that are compared with each other: resources, and the values of one key. */
type Placed = { readonly place: string; readonly template: Template };

function templatesOf({ statement, version }: Sided): readonly Placed[] {
  const read = (place: string) => (text: string) => ({ place, template: parseTemplate(text, version) });
  return [
    ...(statement.resource?.values ?? []).map(read('resource')),
    ...statement.conditions.flatMap(({ key, values }) => values.map(read(key))),
  ];
}

function valuesOf(key: string, statements: readonly Sided[], templates: readonly Placed[]): readonly KeyValue[] {
  const asked = statements.flatMap(({ statement, version }) =>
    statement.conditions.filter((condition) => condition.key === key).map((condition): Asked => ({ condition, version })),
  );
  const unbound: Bindings = () => undefined;
  const tests = asked.map(({ condition, version }) => conditionTest(condition, version, unbound));
  const singles = candidates(asked, unbound, [wildcard(`*${freshName}*`)]).toSorted(
    (a, b) => Number(b.includes(freshName)) - Number(a.includes(freshName)),
  );
  const classes = new Map<string, KeyValue>();
  for (const text of singles) {
    const signature = tests.map((test) => test([text])).join();
    if (!classes.has(signature)) classes.set(signature, [text]);
  }
  const suggested = new Set(templates.flatMap((placed) => suggestions(key, placed, templates)));
  return [undefined, ...classes.values(), ...[...suggested].map((text) => [text])];
}

/** A text with the variable once, beside one that begins and ends alike: what stands between. */
function suggestions(key: string, { place, template }: Placed, all: readonly Placed[]): readonly string[] {
  const at = template.findIndex((part) => typeof part === 'object' && 'key' in part && part.key === key);
  if (at < 0) return [];
  const [before, after] = [template.slice(0, at), template.slice(at + 1)].map(textOf);
  return all.flatMap((other) => {
    const text = other.place === place ? textOf(other.template) : undefined;
    if (text === undefined || before === undefined || after === undefined) return [];
    const fits = text.startsWith(before) && text.endsWith(after) && text.length > before.length + after.length;
    const middle = text.slice(before.length, text.length - after.length);
    return fits && !/[*?]/u.test(middle) ? [middle] : [];
  });
}

/** `undefined` where a variable stands in it. */
function textOf(template: Template): string | undefined {
  const texts = template.map((part) => (typeof part === 'string' ? part : 'literal' in part ? part.literal : undefined));
  return texts.includes(undefined) ? undefined : texts.join('');
}
