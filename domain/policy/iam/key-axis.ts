/**
 * The values that a request may have for one condition key, cut into the classes that the conditions on it can tell apart: no value,
 * one value, or, where a condition asks for all or any of several, a set of values. Classes are found by trying candidates: one of each
 * class of texts, and each bound of numbers, instants and addresses with what lies beside it. Which conditions a candidate meets is
 * said by the same test that decides requests.
 */
import { familyLine, printAddress } from '../addresses.ts';
import { EdictError } from '../../errors.ts';
import type { IntervalSet } from '../intervals.ts';
import { setOf, stringClasses } from '../strings/classes.ts';
import { literal, type Pattern, wildcard } from '../strings/pattern.ts';
import { addressBounds, conditionTest, familyOfOperator, instantOf, numberOf, patternsOf } from './condition.ts';
import type { IamCondition, IamVersion } from './document.ts';
import { type Bindings, expand, parseTemplate } from './template.ts';

/** A condition, and the version of the document that it stands in. */
export type Asked = { readonly condition: IamCondition; readonly version: IamVersion };

export type KeyValue = readonly string[] | undefined;

export type KeyAxis = {
  /** A value of each class; `undefined` is a request without the key. */
  readonly samples: readonly KeyValue[];
  readonly of: (asked: Asked) => IntervalSet;
};

const mostClasses = 4_096;

/** `only`: the values to look at, where what the request has for the key is settled. */
export function keyAxis(asked: readonly Asked[], bindings: Bindings, only?: readonly KeyValue[]): KeyAxis {
  const tests = distinctOf(asked).map(({ condition, version }) => conditionTest(condition, version, bindings));
  const signature = (value: KeyValue): string => tests.map((test) => (test(value) ? '1' : '0')).join('');
  const spread = only === undefined && asked.some(({ condition }) => condition.quantifier !== undefined);
  const singles: readonly KeyValue[] = only ?? candidates(asked, bindings).map((text) => [text]);
  const classes = classesBySignature([...(only === undefined ? [undefined] : []), ...singles], signature);
  if (spread) addSets(classes, [...classesBySignature(singles, signature).values()], signature);
  const samples = [...classes.values()];
  return {
    samples,
    of: ({ condition, version }) => {
      const test = conditionTest(condition, version, bindings);
      return setOf(samples.flatMap((value, number) => (test(value) ? [number] : [])));
    },
  };
}

function classesBySignature(values: readonly KeyValue[], signature: (value: KeyValue) => string): Map<string, KeyValue> {
  const classes = new Map<string, KeyValue>();
  for (const value of values) {
    const key = signature(value);
    if (!classes.has(key)) classes.set(key, value);
  }
  return classes;
}

/**
 * Sets of several values. What a condition says of a set with one more value depends on what it says of the set and of the value, so
 * that adding one value of each class to one set of each class, until nothing new appears, finds all.
 */
function addSets(classes: Map<string, KeyValue>, singles: readonly KeyValue[], signature: (value: KeyValue) => string): void {
  const pending: KeyValue[] = [...singles];
  for (let set = pending.pop(); set !== undefined; set = pending.pop()) {
    for (const single of singles) {
      const grown = [...new Set([...set, ...(single ?? [])])];
      const key = signature(grown);
      if (classes.has(key)) continue;
      classes.set(key, grown);
      pending.push(grown);
      if (classes.size > mostClasses)
        throw new EdictError('input-too-large', `more than ${mostClasses} kinds of values of one condition key`);
    }
  }
}

function distinctOf(asked: readonly Asked[]): readonly Asked[] {
  return [...new Map(asked.map((each) => [JSON.stringify([each.condition, each.version]), each])).values()];
}

/** Texts that stand for all single values of the key. `more`: patterns to tell apart besides. */
export function candidates(asked: readonly Asked[], bindings: Bindings, more: readonly Pattern[] = []): readonly string[] {
  const distinct = distinctOf(asked);
  const families = new Set(distinct.map(({ condition }) => familyOfOperator(condition.operator)));
  families.delete('null');
  const bounds = (family: string): readonly string[] =>
    distinct.flatMap(({ condition, version }) =>
      familyOfOperator(condition.operator) === family
        ? condition.values.flatMap((value) => expand(parseTemplate(value, version), bindings) ?? [])
        : [],
    );
  const found = [
    ...(families.has('truth') ? ['true', 'false'] : []),
    ...(families.has('number') ? around(bounds('number').flatMap((text) => numberOf(text) ?? [])).map(String) : []),
    ...(families.has('date') ? around(bounds('date').flatMap((text) => instantOf(text) ?? [])).map(instantText) : []),
    ...(families.has('address') ? addressCandidates(bounds('address')) : []),
  ];
  if (!families.has('text') && more.length === 0) return found.length === 0 ? ['x'] : found;
  const patterns = distinct.flatMap(({ condition, version }) =>
    familyOfOperator(condition.operator) === 'text' ? patternsOf(condition, version, bindings) : [],
  );
  return [...found, ...textCandidates([...patterns, ...more, ...found.map((text) => literal(text))])];
}

/** The empty text is a class of its own: a person reads a sample that is not empty better. */
function textCandidates(patterns: readonly Pattern[]): readonly string[] {
  return [...stringClasses(patterns, { universe: [wildcard('?*')] }).samples, ''];
}

/** Each bound, what lies between, and what lies beyond: whole numbers where the bounds are. */
function around(bounds: readonly number[]): readonly number[] {
  const sorted = [...new Set(bounds)].toSorted((a, b) => a - b);
  const step = sorted.every(Number.isInteger) ? 1 : 0.5;
  const between = sorted.slice(1).map((high, index) => (high + (sorted[index] ?? high)) / 2);
  const inner = between.filter((value) => step !== 1 || Number.isInteger(value));
  return [...new Set([...sorted.flatMap((value) => [value - 1, value, value + 1]), ...inner])].toSorted((a, b) => a - b);
}

function instantText(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString().replace('.000Z', 'Z');
}

function addressCandidates(texts: readonly string[]): readonly string[] {
  const bounds = new Set([familyLine[4].low, familyLine[6].low, ...texts.flatMap(addressBounds)]);
  return [...bounds].map(printAddress);
}
