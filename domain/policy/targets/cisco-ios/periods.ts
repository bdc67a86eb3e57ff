/** Minutes of the week as lines of a time range: `periodic Monday Tuesday 8:00 to 17:59`, the last minute included. */
import type { IntervalSet } from '../../intervals.ts';
import { minutesOfWeek } from '../../time-window.ts';

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const minutesOfDay = minutesOfWeek / 7;

/** Days with the same span are one line. */
export function periods(minutes: IntervalSet): readonly string[] {
  const spans = new Map<string, string[]>();
  for (const { low, high } of minutes) {
    const last = Math.min(Number(high), minutesOfWeek - 1);
    for (let from = Number(low); from <= last;) {
      const day = Math.floor(from / minutesOfDay);
      const to = Math.min(last, (day + 1) * minutesOfDay - 1);
      const span = `${clock(from % minutesOfDay)} to ${clock(to % minutesOfDay)}`;
      spans.set(span, [...(spans.get(span) ?? []), days[day] ?? '']);
      from = to + 1;
    }
  }
  return [...spans].map(([span, held]) => `periodic ${held.length === 7 ? 'daily' : held.join(' ')} ${span}`);
}

function clock(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
}
