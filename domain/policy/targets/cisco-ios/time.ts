/**
 * Time ranges: `periodic weekdays 8:00 to 17:59`. The last minute is part of it (Cisco IOS Security Configuration Guide, "IP access
 * list entry with a time range": the end time is inclusive to its minute). Told by the system's clock, which is in UTC unless set.
 */
import { unreadable } from '../../import/filter.ts';
import type { Region } from '../../import/region.ts';
import { type Interval, intervalSet } from '../../intervals.ts';
import { minutesOfWeek } from '../../time-window.ts';
import type { CiscoGroup } from './parse.ts';

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const minutesOfDay = minutesOfWeek / 7;

export function timeRange(times: ReadonlyMap<string, CiscoGroup>, name: string): Region {
  const range = times.get(name);
  if (range === undefined || range.lines.length === 0) throw unreadable(`time range \`${name}\` is not there`);
  return { minute: intervalSet(range.lines.flatMap(({ words }) => spansOf(words))) };
}

function spansOf(words: readonly string[]): readonly Interval[] {
  const to = words.indexOf('to');
  const start = minuteOf(words[to - 1] ?? '');
  if (words[0] !== 'periodic' || to < 2) throw unreadable(`\`${words.join(' ')}\``, '`periodic DAYS HH:MM to [DAY] HH:MM`');
  const first = daysNamed(words.slice(1, to - 1));
  const after = words.slice(to + 1);
  const stop = minuteOf(after.at(-1) ?? '');
  if (after.length === 2) return [between(first, start, { day: daysNamed([after[0] ?? ''])[0] ?? 0, stop })].flat();
  if (after.length !== 1 || stop < start) throw unreadable(`\`${words.join(' ')}\``, 'an end on the same day, or with its day');
  return first.map((day) => ({ low: BigInt(day * minutesOfDay + start), high: BigInt(day * minutesOfDay + stop) }));
}

/** From one day to another, over the end of the week if need be. */
function between(
  first: readonly number[],
  start: number,
  { day, stop }: { readonly day: number; readonly stop: number },
): readonly Interval[] {
  const low = (first[0] ?? 0) * minutesOfDay + start;
  const high = day * minutesOfDay + stop;
  if (first.length !== 1) throw unreadable('a span over days that begins on several');
  if (low <= high) return [{ low: BigInt(low), high: BigInt(high) }];
  return [
    { low: BigInt(low), high: BigInt(minutesOfWeek - 1) },
    { low: 0n, high: BigInt(high) },
  ];
}

function daysNamed(words: readonly string[]): readonly number[] {
  if (words.length === 1 && words[0] === 'daily') return days.map((_, day) => day);
  if (words.length === 1 && words[0] === 'weekdays') return [0, 1, 2, 3, 4];
  if (words.length === 1 && words[0] === 'weekend') return [5, 6];
  const found = words.map((word) => days.findIndex((day) => day.toLowerCase() === word.toLowerCase()));
  if (found.length === 0 || found.includes(-1)) throw unreadable(`days \`${words.join(' ')}\``);
  return found;
}

function minuteOf(text: string): number {
  const [, hour, minute] = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) throw unreadable(`time \`${text}\``);
  return Number(hour) * 60 + Number(minute);
}
