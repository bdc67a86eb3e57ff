/**
 * The line of one attribute: every value that it may have, as an integer. In this order: its owner has no attributes (`gone`), it is not
 * there (`absent`), false, true, values of types that nothing is compared to, texts in their classes, values that are named, whole
 * numbers, addresses.
 */
import { element } from '../../element.ts';
import { anyAddress, familyLine } from '../../addresses.ts';
import { type IntervalSet, intersect, intervalSet, subtract, union } from '../../intervals.ts';
import { literal, many, anyCharacter, literalTokens, patternOf as stringPattern, type Pattern } from '../../strings/pattern.ts';
import { stringClasses, type StringClasses } from '../../strings/classes.ts';
import type { AttributePath, Outcome, PathTest } from './atom.ts';
import { minuteAttribute } from '../condition.ts';
import { globOf } from '../glob.ts';
import { minutesOfWeek } from '../../time-window.ts';
import type { PatternPart } from '../expression.ts';
import { type IpValue, ipRange } from '../extension.ts';
import { type Long, longOf, type Value, valueKey } from '../value.ts';

const gone = 0n;
const absent = 1n;
const no = 2n;
const yes = 3n;
const other = 4n;
const firstText = 1n << 16n;
const firstNamed = 1n << 40n;
const firstLong = 1n << 80n;
const zero = firstLong + (1n << 63n);
const lastLong = firstLong + (1n << 64n) - 1n;
const firstAddress = 1n << 140n;

export type Presence = { readonly parent: boolean; readonly value: Value | undefined };

export type AttributeLine = {
  readonly path: AttributePath;
  readonly whole: IntervalSet;
  readonly sets: (test: PathTest) => Readonly<Record<Outcome, IntervalSet>>;
  /** Where it is missing, or of this type: `boolean`, `long`, `string`, `ip`; any other name means all the rest. */
  readonly ofType: (type: string) => IntervalSet;
  /** `undefined` where no integer says it: a range of addresses. */
  readonly pointOf: (found: Presence) => bigint | undefined;
  /** A value at a point; `undefined` where there is none. */
  readonly valueAt: (point: bigint) => Value | undefined;
};

function points(...values: readonly bigint[]): IntervalSet {
  return intervalSet(values.map((value) => ({ low: value, high: value })));
}

function globPattern(parts: readonly PatternPart[]): Pattern {
  return stringPattern(parts.flatMap((part) => (typeof part === 'string' ? literalTokens(part) : [many(anyCharacter)])));
}

/** Throws `input-too-large` for patterns that cut texts into too many classes. */
export function attributeLine(path: AttributePath, tests: readonly PathTest[]): AttributeLine {
  const texts = textsOf(tests);
  const named = namedOf(tests);
  const textSet: IntervalSet = [{ low: firstText, high: firstText + BigInt(texts.classes.count) - 1n }];
  const longs: IntervalSet = isMinute(path)
    ? [{ low: zero, high: zero + BigInt(minutesOfWeek - 1) }]
    : [{ low: firstLong, high: lastLong }];
  const addresses = anyAddress.map(({ low, high }) => ({ low: low + firstAddress, high: high + firstAddress }));
  const missing = path.names.length > 1 ? points(gone, absent) : points(absent);
  const whole = union(missing, points(no, yes, other), textSet, points(...[...named.values()].map(({ point }) => point)), longs, addresses);
  const there = subtract(whole, missing);
  const typed: { readonly [type: string]: IntervalSet } = { boolean: points(no, yes), long: longs, string: textSet, ip: addresses };
  const among = (held: IntervalSet, of: IntervalSet) => ({
    true: intersect(held, of),
    false: subtract(of, held),
    error: subtract(whole, of),
  });
  return {
    path,
    whole,
    sets: (test) => {
      switch (test.kind) {
        case 'present':
          return { true: there, false: points(absent), error: intersect(points(gone), whole) };
        case 'holds':
          return { true: points(yes), false: points(no), error: subtract(whole, points(no, yes)) };
        case 'equals':
          return among(points(element([pointOfValue(test.value, texts, named)], 0)), there);
        case 'below':
          return among(intersect([{ low: firstLong, high: longPoint(test.limit) - (test.inclusive ? 0n : 1n) }], longs), longs);
        case 'like':
          return among(texts.of(test.pattern), textSet);
        case 'in-range':
          return among(addressesOf(test.range), addresses);
      }
    },
    ofType: (type) => union(points(absent), typed[type] ?? subtract(there, union(...Object.values(typed)))),
    pointOf: ({ parent, value }) => (value === undefined ? (parent ? absent : gone) : pointOfValue(value, texts, named)),
    valueAt: (point) => valueAt(point, texts, named),
  };
}

/** What the clock says: no other number is ever there. */
function isMinute({ root, names }: AttributePath): boolean {
  return root === 'context' && names.length === 1 && names[0] === minuteAttribute;
}

function longPoint(value: Long): bigint {
  return zero + BigInt(value);
}

function addressesOf(range: IpValue): IntervalSet {
  const { low, high } = ipRange(range);
  const base = firstAddress + familyLine[range.family].low;
  return [{ low: base + low, high: base + high }];
}

type Texts = {
  readonly classes: StringClasses;
  readonly of: (pattern: readonly PatternPart[]) => IntervalSet;
  readonly pointOf: (text: string) => bigint;
};

function shift(set: IntervalSet): IntervalSet {
  return set.map(({ low, high }) => ({ low: low + firstText, high: high + firstText }));
}

/** Texts that the same constants and patterns hold are one point. */
function textsOf(tests: readonly PathTest[]): Texts {
  const constants = [...new Set(tests.flatMap((test) => (test.kind === 'equals' && typeof test.value === 'string' ? [test.value] : [])))];
  const globs = [
    ...new Map(tests.flatMap((test) => (test.kind === 'like' ? [[JSON.stringify(test.pattern), test.pattern] as const] : []))).values(),
  ];
  const classes = stringClasses([...constants.map((text) => literal(text)), ...globs.map(globPattern)]);
  const matchers = globs.map(globOf);
  const signature = (text: string) => matchers.map((matcher) => (matcher(text) ? '1' : '0')).join('');
  const exact = new Map(constants.map((text) => [text, element(classes.of(literal(text)), 0).low + firstText]));
  const bySignature = new Map<string, bigint>();
  classes.samples.forEach((sample, number) => {
    if (!exact.has(sample)) bySignature.set(signature(sample), BigInt(number) + firstText);
  });
  return {
    classes,
    of: (pattern) => shift(classes.of(globPattern(pattern))),
    pointOf: (text) => exact.get(text) ?? bySignature.get(signature(text)) ?? other,
  };
}

type Named = ReadonlyMap<string, { readonly point: bigint; readonly value: Value }>;

function namedOf(tests: readonly PathTest[]): Named {
  const values = tests.flatMap((test) =>
    test.kind === 'equals' && typeof test.value === 'object' && test.value.kind !== 'ip' ? [test.value] : [],
  );
  const distinct = [...new Map(values.map((value) => [valueKey(value), value]))].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map(distinct.map(([key, value], at) => [key, { point: firstNamed + BigInt(at), value }]));
}

function pointOfValue(value: Value, texts: Texts, named: Named): bigint | undefined {
  switch (typeof value) {
    case 'boolean':
      return value ? yes : no;
    case 'string':
      return texts.pointOf(value);
    case 'object':
      if (value.kind !== 'ip') return named.get(valueKey(value))?.point ?? other;
      return isSingle(value) ? addressesOf(value)[0]?.low : undefined;
    default:
      return longPoint(value);
  }
}

export function isSingle({ family, bits }: IpValue): boolean {
  return bits === (family === 4 ? 32 : 128);
}

function valueAt(point: bigint, texts: Texts, named: Named): Value | undefined {
  if (point === no || point === yes) return point === yes;
  if (point < firstText) return undefined;
  if (point < firstNamed) return texts.classes.samples[Number(point - firstText)];
  if (point < firstLong) return [...named.values()].find((each) => each.point === point)?.value;
  if (point <= lastLong) return longOf(point - zero);
  const address = point - firstAddress;
  const family = address >= familyLine[6].low ? 6 : 4;
  return { kind: 'ip', family, address: address - familyLine[family].low, bits: family === 4 ? 32 : 128 };
}
