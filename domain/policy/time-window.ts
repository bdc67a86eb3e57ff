/**
 * Times as minutes of the week, Monday 00:00 = 0, on the wall clock of a time zone. `Sun 02:00-06:00 Europe/Zurich` begins at
 * 02:00 and ends before 06:00; an end at or before the start lies on the next day.
 */
import { EdictError } from '../errors.ts';
import { type Interval, type IntervalSet, intervalSet } from './intervals.ts';
import type { TimeWindow } from './model.ts';

export type Window = { readonly timezone: string; readonly minutes: IntervalSet };

export const minutesOfWeek = 10_080;
const minutesOfDay = 1_440;

export const anyMinute: IntervalSet = [{ low: 0n, high: BigInt(minutesOfWeek - 1) }];

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function parseWindow(text: TimeWindow): Window {
  const [, from, to, start, end, timezone] = /^([A-Z][a-z]{2}|daily)(?:-([A-Z][a-z]{2}))? (\S+?)-(\S+) (\S+)$/.exec(text) ?? [];
  if (from === undefined || start === undefined || end === undefined || timezone === undefined) throw unreadable(text);
  const startMinute = minuteOfDay(start, text);
  const endMinute = minuteOfDay(end, text);
  if (startMinute === endMinute || startMinute === minutesOfDay) throw unreadable(text);
  const length = endMinute > startMinute ? endMinute - startMinute : endMinute + minutesOfDay - startMinute;
  checkTimezone(timezone, text);
  return {
    timezone,
    minutes: intervalSet(daysBetween(from, to, text).flatMap((day) => spanOfWeek(day * minutesOfDay + startMinute, length))),
  };
}

function spanOfWeek(start: number, length: number): readonly Interval[] {
  const end = start + length - 1;
  if (end < minutesOfWeek) return [{ low: BigInt(start), high: BigInt(end) }];
  return [
    { low: BigInt(start), high: BigInt(minutesOfWeek - 1) },
    { low: 0n, high: BigInt(end - minutesOfWeek) },
  ];
}

function daysBetween(from: string, to: string | undefined, text: string): readonly number[] {
  if (from === 'daily' && to === undefined) return days.map((_, day) => day);
  const first = days.indexOf(from);
  const last = to === undefined ? first : days.indexOf(to);
  if (first < 0 || last < 0) throw unreadable(text);
  return days.map((_, day) => (first + day) % 7).slice(0, ((last - first + 7) % 7) + 1);
}

function minuteOfDay(clock: string, text: string): number {
  const [, hour, minute] = /^([01][0-9]|2[0-4]):([0-5][0-9])$/.exec(clock) ?? [];
  const value = Number(hour) * 60 + Number(minute);
  if (!(value <= minutesOfDay)) throw unreadable(text);
  return value;
}

function unreadable(text: string): EdictError {
  return new EdictError('policy-invalid', `\`${text}\` is not a time window`, {
    expected: '`Sun 02:00-06:00 Europe/Zurich`, `Mon-Fri 08:00-18:00 UTC` or `daily 22:00-06:00 America/New_York`',
  });
}

function checkTimezone(timezone: string, text: string): void {
  try {
    Intl.DateTimeFormat('en-GB', { timeZone: timezone });
  } catch (cause) {
    throw new EdictError('policy-invalid', `unknown time zone \`${timezone}\` in \`${text}\``, {
      expected: 'an IANA name such as `Europe/Zurich`',
      cause,
    });
  }
}

const instantForm = /^(\d{4})-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339, years 1970–2261 (what nanoseconds in 64 bits can hold, and so every target); `undefined` for anything else. */
export function parseInstantMs(text: string): number | undefined {
  const year = Number(instantForm.exec(text)?.[1]);
  if (!(year >= 1970 && year <= 2261)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || !dayExists(text) ? undefined : ms;
}

/** `Date.parse` rolls 30 February over into March. */
function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day;
}

export type WeekClock = (instantMs: number) => number;

/** The minute of the week at an instant, in a zone. Remembers the last answer: `Intl` takes microseconds, requests come in bursts. */
export function weekClock(timezone: string): WeekClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  let lastMinute = Number.NaN;
  let lastAnswer = 0;
  return (instantMs) => {
    const minute = Math.floor(instantMs / 60_000);
    if (minute === lastMinute) return lastAnswer;
    const parts = Object.fromEntries(format.formatToParts(minute * 60_000).map(({ type, value }) => [type, value]));
    lastAnswer = days.indexOf(parts['weekday'] ?? '') * minutesOfDay + Number(parts['hour']) * 60 + Number(parts['minute']);
    lastMinute = minute;
    return lastAnswer;
  };
}

/** A week without clock changes almost anywhere: Monday, 5 January 2026, 00:00 UTC. */
const referenceMs = Date.UTC(2026, 0, 5);

/** An instant (RFC 3339, UTC) that shows this minute of the week in the zone. */
export function instantAt(minute: number, timezone: string): string {
  const clock = weekClock(timezone);
  const ahead = clock(referenceMs) - minute;
  const guessMs = referenceMs - ahead * 60_000;
  const missed = minute - clock(guessMs);
  return new Date(guessMs + missed * 60_000).toISOString();
}
