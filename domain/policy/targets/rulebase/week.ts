/** Minutes of the week as spans of days, as the schedules of devices have them; no span goes over midnight. */
import { element } from '../../element.ts';
import type { IntervalSet } from '../../intervals.ts';
import { mark, shortDigest } from './names.ts';

/** `day`: Monday = 0. Minutes of the day, the end exclusive: 1440 is midnight. */
export type DaySpan = { readonly day: number; readonly start: number; readonly end: number };

const minutesOfDay = 1_440;

export const dayEnd = minutesOfDay;

/** In the order of the week. */
export function daySpans(minutes: IntervalSet): readonly DaySpan[] {
  return minutes.flatMap(({ low, high }) => {
    const spans: DaySpan[] = [];
    for (let from = Number(low); from <= Number(high);) {
      const day = Math.floor(from / minutesOfDay);
      const end = Math.min(Number(high) + 1, (day + 1) * minutesOfDay);
      spans.push({ day, start: from - day * minutesOfDay, end: end - day * minutesOfDay });
      from = end;
    }
    return spans;
  });
}

/** Layers with at most one span a day: the first spans of all days, the second ones, and so on. */
export function spanLayers(spans: readonly DaySpan[]): readonly (readonly DaySpan[])[] {
  const layers: DaySpan[][] = [];
  const seen = new Map<number, number>();
  for (const span of spans) {
    const layer = seen.get(span.day) ?? 0;
    seen.set(span.day, layer + 1);
    if (layers.length === layer) layers.push([]);
    element(layers, layer).push(span);
  }
  return layers;
}

/** Days that have the same span, for schedules that name days and one span. */
export function spanGroups(
  spans: readonly DaySpan[],
): readonly { readonly days: readonly number[]; readonly start: number; readonly end: number }[] {
  const groups = new Map<string, { readonly days: number[]; readonly start: number; readonly end: number }>();
  for (const { day, start, end } of spans) {
    const key = `${start}-${end}`;
    const group = groups.get(key) ?? { days: [], start, end };
    group.days.push(day);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** At most 31 characters, by what it holds. */
export function scheduleName(spans: readonly DaySpan[]): string {
  return `${mark}time-${shortDigest(spans.map(({ day, start, end }) => `${day}:${start}-${end}`).join(' '))}`;
}

/** `06:05`; a device that knows no 24:00 is given its own word for it. */
export function clockText(minute: number): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
