/**
 * Conditions as CEL over the context of a check (openfga.dev, "Conditions"): flags, countries, purposes, places, times of the week, and
 * comparisons of the request's own context with constants. A check that does not bring what a condition asks for is an error, which refuses.
 */
import { printCidrs } from '../../addresses.ts';
import type { ConditionWords } from '../../access/condition.ts';
import type { AccessCondition, AttributeTest, Constant } from '../../access/model.ts';
import { union } from '../../intervals.ts';
import type { ParameterType } from './store.ts';

export type Said = { readonly expression: string; readonly parameters: { readonly [name: string]: ParameterType } };

/** What can be said, part by part, and whether that is all. */
export type SaidCondition = { readonly parts: readonly Said[]; readonly isWhole: boolean };

export function sayCondition(when: AccessCondition | undefined, words: ConditionWords): SaidCondition {
  if (when === undefined) return { parts: [], isWhole: true };
  const { mfa, device, countries, from, during, purposes, relationship, attributes = [], expression } = when;
  const tests = attributes.map(sayTest);
  return {
    parts: [
      ...given(mfa, (value) => flag('mfa', value)),
      ...given(device?.managed, (value) => flag('deviceManaged', value)),
      ...given(device?.compliant, (value) => flag('deviceCompliant', value)),
      ...given(countries, (list) => oneOf('country', list)),
      ...given(purposes, (list) => oneOf('purpose', list)),
      ...given(from, (list) => inPlaces(printCidrs(union(...list.map(words.resolve))))),
      ...given(during, (window) => inMinutes(words.windows(window).minutes.map(({ low, high }) => [Number(low), Number(high)]))),
      ...tests.filter((test) => test !== undefined),
    ],
    isWhole: relationship === undefined && expression === undefined && !tests.includes(undefined),
  };
}

/** All of them; `undefined` where there are none. */
export function together(parts: readonly Said[]): Said | undefined {
  return joined(parts, ' && ');
}

/** One of them; `undefined` where there are none. */
export function either(parts: readonly Said[]): Said | undefined {
  return joined(parts, ' || ');
}

function joined(parts: readonly Said[], operator: string): Said | undefined {
  const byText = [...new Map(parts.map((part) => [part.expression, part])).values()].toSorted((a, b) =>
    a.expression < b.expression ? -1 : 1,
  );
  const [first, ...more] = byText;
  if (first === undefined || more.length === 0) return first;
  return {
    expression: byText.map(({ expression }) => `(${expression})`).join(operator),
    parameters: Object.fromEntries(byText.flatMap(({ parameters }) => Object.entries(parameters))),
  };
}

function given<T>(value: T | undefined, say: (value: T) => Said): readonly Said[] {
  return value === undefined ? [] : [say(value)];
}

function flag(name: string, value: boolean): Said {
  return { expression: `${name} == ${value}`, parameters: { [name]: 'TYPE_NAME_BOOL' } };
}

function oneOf(name: string, texts: readonly string[]): Said {
  return { expression: `${name} in [${texts.map((text) => JSON.stringify(text)).join(', ')}]`, parameters: { [name]: 'TYPE_NAME_STRING' } };
}

function inPlaces(cidrs: readonly string[]): Said {
  const parts = cidrs.map((cidr) => `address.in_cidr(${JSON.stringify(cidr)})`);
  return { expression: parts.join(' || '), parameters: { address: 'TYPE_NAME_IPADDRESS' } };
}

function inMinutes(ranges: readonly (readonly [number, number])[]): Said {
  const parts = ranges.map(([low, high]) => `(minuteOfWeek >= ${low} && minuteOfWeek <= ${high})`);
  return { expression: parts.join(' || '), parameters: { minuteOfWeek: 'TYPE_NAME_INT' } };
}

const reserved = new Set([
  'mfa',
  'deviceManaged',
  'deviceCompliant',
  'country',
  'purpose',
  'address',
  'minuteOfWeek',
  'in',
  'true',
  'false',
  'null',
]);

function sayTest({ attribute, ...test }: AttributeTest): Said | undefined {
  const [, name] = /^context\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(attribute) ?? [];
  if (name === undefined || reserved.has(name)) return undefined;
  if (test.is !== undefined) return compare(name, test.is, (list) => `${name} in [${list}]`);
  if (test.isNot !== undefined) return compare(name, test.isNot, (list) => `!(${name} in [${list}])`);
  if (test.atLeast !== undefined && Number.isSafeInteger(test.atLeast))
    return { expression: `${name} >= ${test.atLeast}`, parameters: { [name]: 'TYPE_NAME_INT' } };
  if (test.atMost !== undefined && Number.isSafeInteger(test.atMost))
    return { expression: `${name} <= ${test.atMost}`, parameters: { [name]: 'TYPE_NAME_INT' } };
  return undefined;
}

function compare(name: string, value: Constant | readonly Constant[], print: (list: string) => string): Said | undefined {
  const list = (Array.isArray(value) ? value : [value]) as readonly Constant[];
  const types = new Set(list.map(typeOf));
  const [type] = types;
  if (types.size !== 1 || type === undefined) return undefined;
  return { expression: print(list.map((each) => JSON.stringify(each)).join(', ')), parameters: { [name]: type } };
}

function typeOf(value: Constant): ParameterType | undefined {
  if (typeof value === 'string') return 'TYPE_NAME_STRING';
  if (typeof value === 'boolean') return 'TYPE_NAME_BOOL';
  return typeof value === 'number' && Number.isSafeInteger(value) ? 'TYPE_NAME_INT' : undefined;
}
