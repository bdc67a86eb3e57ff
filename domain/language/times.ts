/**
 * Time phrases: `on Sundays from 02:00 to 06:00 Europe/Zurich`, `daily 22:00-06:00 UTC`. A phrase that does not say days, clock
 * times and a time zone (`at night`, `during maintenance on Sundays`) is read as vague: the draft asks, it does not guess.
 */
import type { TimeWindow } from '../policy/model.ts';
import { minutesOfWeek, parseWindow } from '../policy/time-window.ts';
import { attempt, isAtEnd, spanFrom, takeAny, wordAt } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Span } from './tokenise.ts';
import { kindWords } from './vocabulary.ts';

/** `windows` is empty where the phrase is vague. */
export type TimePhrase = { readonly windows: readonly TimeWindow[]; readonly span: Span };

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const dayWords: { readonly [word: string]: string } = {
  ...Object.fromEntries(
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].flatMap((day, index) =>
      [day, `${day}s`, day.slice(0, 3)].map((word) => [word, dayNames[index] ?? '']),
    ),
  ),
  weekday: 'Mon-Fri',
  weekdays: 'Mon-Fri',
  workdays: 'Mon-Fri',
  weekend: 'Sat-Sun',
  weekends: 'Sat-Sun',
  daily: 'daily',
};
/** Words that open a time phrase, and what must follow for it to be one: `from the office` is a place, `from 02:00` is not. */
const openers: { readonly [word: string]: 'anything' | 'clock' | 'time' } = {
  during: 'anything',
  outside: 'anything',
  before: 'anything',
  after: 'anything',
  until: 'anything',
  daily: 'anything',
  every: 'anything',
  each: 'time',
  for: 'time',
  between: 'clock',
  from: 'clock',
  at: 'time',
  on: 'time',
  in: 'time',
  over: 'time',
};
const vagueWords = new Set(
  `night nights nighttime daytime morning mornings evening evenings maintenance window windows business office working work opening hours hour change changes
  holiday holidays noon midnight lunch peak off-peak release deployment deployments day days week weeks month months year years minutes tonight today tomorrow summer winter
  incident incidents emergency emergencies backup backups planned scheduled approved`.split(/\s+/),
);
/** Those of them that follow `at`, `on`, `in the`, `for the`. */
const momentWords = new Set(
  'night nights nighttime morning mornings evening evenings noon midnight holiday holidays weekend weekends minutes hours days weeks months'.split(
    ' ',
  ),
);
const connectors = new Set('and or to from until the a an between at on of during in each every , - through'.split(' '));

type Gathered = { days: string[]; clocks: string[]; zones: string[]; vague: boolean };

export function readTime(cursor: Cursor): TimePhrase | undefined {
  return attempt(cursor, () => {
    const start = cursor.at;
    const opener = wordAt(cursor);
    if (!opensTime(cursor, opener)) return undefined;
    const gathered: Gathered = { days: [], clocks: [], zones: [], vague: ['outside', 'before', 'after', 'until', 'for'].includes(opener) };
    if (Object.hasOwn(openers, opener) && !['daily', 'every', 'each'].includes(opener)) cursor.at += 1;
    while (!isAtEnd(cursor) && gather(cursor, gathered));
    return saysTime(gathered, cursor, start) ? { windows: windowsOf(gathered), span: spanFrom(cursor, start) } : undefined;
  });
}

function saysTime({ days, clocks, vague }: Gathered, cursor: Cursor, start: number): boolean {
  return days.length > 0 || clocks.length > 0 || (vague && hasSubstance(cursor, start));
}

function opensTime(cursor: Cursor, opener: string): boolean {
  if (dayOf(opener) !== undefined) return true;
  const follows = Object.hasOwn(openers, opener) ? openers[opener] : undefined;
  if (follows === undefined || follows === 'anything') return follows !== undefined;
  const ahead = ['the', 'a'].includes(wordAt(cursor, 1)) ? 2 : 1;
  const next = wordAt(cursor, ahead);
  if (clocksOf(next) !== undefined) return true;
  return follows === 'time' && (dayOf(next) !== undefined || (momentWords.has(next) && !isPlaceAhead(cursor, ahead)));
}

/** `on the office zone`, `in the backup network` */
function isPlaceAhead(cursor: Cursor, ahead: number): boolean {
  return Object.hasOwn(kindWords, wordAt(cursor, ahead + 1));
}

/** More than the opening word. */
function hasSubstance(cursor: Cursor, start: number): boolean {
  return cursor.tokens.slice(start + 1, cursor.at).some((token) => vagueWords.has(token.lower) || /\d/.test(token.lower));
}

function gather(cursor: Cursor, gathered: Gathered): boolean {
  const word = wordAt(cursor);
  if (takeAny(cursor, 'every day', 'each day', 'every night', 'each night') !== undefined) {
    if (word !== '') gathered.days.push('daily');
    return true;
  }
  if (takeAny(cursor, "o'clock", 'local time') !== undefined) return (gathered.vague = true);
  const day = dayOf(word);
  if (day !== undefined) return step(cursor, () => gathered.days.push(...day));
  const clocks = clocksOf(word);
  if (clocks !== undefined) return step(cursor, () => gathered.clocks.push(...clocks));
  const zone = zoneOf(cursor);
  if (zone !== undefined) return step(cursor, () => gathered.zones.push(zone));
  if (vagueWords.has(word)) return step(cursor, () => (gathered.vague = true));
  return connectors.has(word) && continuesAfter(cursor) && step(cursor, () => (gathered.vague ||= word === 'until'));
}

function step(cursor: Cursor, effect: () => unknown): true {
  effect();
  cursor.at += 1;
  return true;
}

/** Whether, behind up to two joining words, something of time follows: `to 06:00`, `and the weekend`. */
function continuesAfter(cursor: Cursor): boolean {
  for (let ahead = 1; ahead <= 3; ahead += 1) {
    const word = wordAt(cursor, ahead);
    if (dayOf(word) !== undefined || clocksOf(word) !== undefined || vagueWords.has(word)) return true;
    if (!connectors.has(word)) return false;
  }
  return false;
}

/** `sundays` → Sun; `mon-fri` → Mon-Fri */
function dayOf(word: string): readonly string[] | undefined {
  if (Object.hasOwn(dayWords, word)) return [dayWords[word] ?? ''];
  const [first = '', last = '', ...rest] = word.split('-');
  if (rest.length > 0 || !Object.hasOwn(dayWords, first) || !Object.hasOwn(dayWords, last)) return undefined;
  return [`${dayWords[first]}-${dayWords[last]}`];
}

/** `02:00`, `02:00-06:00` */
function clocksOf(word: string): readonly string[] | undefined {
  const parts = word.split('-');
  return parts.length <= 2 && parts.every((part) => /^(?:[01]?\d|2[0-4]):[0-5]\d$/.test(part))
    ? parts.map((part) => part.padStart(5, '0'))
    : undefined;
}

function zoneOf(cursor: Cursor): string | undefined {
  const text = cursor.tokens[cursor.at]?.text ?? '';
  if (text === 'UTC' || text === 'GMT' || text === 'Z') return 'UTC';
  return /^[A-Z][A-Za-z_]{1,30}\/[A-Z][A-Za-z_-]{1,30}(?:\/[A-Z][A-Za-z_]{1,30})?$/.test(text) ? text : undefined;
}

function windowsOf({ days, clocks, zones, vague }: Gathered): readonly TimeWindow[] {
  const [start, end, ...more] = clocks;
  if (vague || start === undefined || end === undefined || more.length > 0 || zones.length !== 1) return [];
  const windows = (days.length === 0 ? ['daily'] : [...new Set(days)]).map((day) => `${day} ${start}-${end} ${zones[0]}`);
  return windows.every(isWindow) ? windows : [];
}

export function isWindow(text: string): boolean {
  if (text.length > 100) return false;
  try {
    parseWindow(text);
    return true;
  } catch {
    return false;
  }
}

/** The windows that cover the rest of the week: an `allow … during` is an allow that is carved out at all other times. */
export function complementOf(windows: readonly TimeWindow[]): readonly TimeWindow[] {
  const first = windows[0];
  if (first === undefined) return [];
  const { timezone } = parseWindow(first);
  const held = windows.flatMap((window) => parseWindow(window).minutes).toSorted((a, b) => (a.low < b.low ? -1 : 1));
  const gaps: { low: number; high: number }[] = [];
  let next = 0;
  for (const { low, high } of held) {
    if (Number(low) > next) gaps.push({ low: next, high: Number(low) - 1 });
    next = Math.max(next, Number(high) + 1);
  }
  if (next < minutesOfWeek) gaps.push({ low: next, high: minutesOfWeek - 1 });
  return byClock(gaps.flatMap((gap) => byDay(gap))).map((part) => `${part} ${timezone}`);
}

type DayPart = { readonly day: number; readonly hours: string };

function byDay(gap: { readonly low: number; readonly high: number }): readonly DayPart[] {
  const parts: DayPart[] = [];
  for (let low = gap.low; low <= gap.high;) {
    const day = Math.floor(low / 1_440);
    const end = Math.min(gap.high + 1, (day + 1) * 1_440);
    parts.push({ day, hours: `${clock(low - day * 1_440)}-${clock(end - day * 1_440)}` });
    low = end;
  }
  return parts;
}

/** Days in a row with the same hours are one window: `Mon-Fri 00:00-08:00`. */
function byClock(parts: readonly DayPart[]): readonly string[] {
  const windows: string[] = [];
  for (const hours of new Set(parts.map((part) => part.hours))) {
    const days = parts.filter((part) => part.hours === hours).map(({ day }) => day);
    for (let first = 0; first < days.length;) {
      let last = first;
      while (days[last + 1] === (days[last] ?? -9) + 1) last += 1;
      const [from, to] = [dayNames[days[first] ?? 0], dayNames[days[last] ?? 0]];
      windows.push(`${from === to ? from : `${from}-${to}`} ${hours}`);
      first = last + 1;
    }
  }
  return windows;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
