/**
 * `-m time` of iptables-extensions(8): days of the week and a span of the day, in UTC unless `--kerneltz` is given; `--timestop` is the
 * last second that still matches. Minutes are the model's grain, so that a span must begin with a minute and end with one.
 */
import { unreadable } from '../../import/filter.ts';
import type { Region } from '../../import/region.ts';
import { intervalSet } from '../../intervals.ts';
import { minutesOfWeek } from '../../time-window.ts';
import type { IptablesOption } from './parse.ts';

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const minutesOfDay = minutesOfWeek / 7;

export function timeRegion(options: readonly IptablesOption[]): Region {
  const values = new Map(options.map(({ name, negated, values: [value = ''] }) => [negated ? `! ${name}` : name, value]));
  const { start, stop } = spanOf(values);
  const stray = [...values.keys()].find((name) => !['--weekdays', '--timestart', '--timestop', '--utc'].includes(name));
  if (stray !== undefined) throw unreadable(`match \`-m time ${stray}\``, '`--weekdays`, `--timestart` and `--timestop`, in UTC');
  const minutes = daysOf(values.get('--weekdays')).flatMap((day) => {
    const base = day * minutesOfDay;
    const spans = start <= stop ? [[start, stop] as const] : [[0, stop] as const, [start, minutesOfDay - 1] as const];
    return spans.map(([low, high]) => ({ low: BigInt(base + low), high: BigInt(base + high) }));
  });
  return { minute: intervalSet(minutes) };
}

function spanOf(values: ReadonlyMap<string, string>): { readonly start: number; readonly stop: number } {
  const [start, stop] = [secondOf(values.get('--timestart') ?? '00:00'), secondOf(values.get('--timestop') ?? '23:59:59')];
  if (start % 60 !== 0 || stop % 60 !== 59) throw unreadable('a span of time that does not begin and end with a minute');
  return { start: start / 60, stop: (stop - 59) / 60 };
}

function secondOf(text: string): number {
  const [, hour, minute, second = '00'] = /^([01]?[0-9]|2[0-3]):([0-5]?[0-9])(?::([0-5]?[0-9]))?$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) throw unreadable(`time \`${text}\``);
  return Number(hour) * 3_600 + Number(minute) * 60 + Number(second);
}

function daysOf(text: string | undefined): readonly number[] {
  if (text === undefined) return days.map((_, day) => day);
  return text.split(',').map((word) => {
    const day = /^[1-7]$/.test(word) ? Number(word) - 1 : days.findIndex((each) => each === word.slice(0, 3));
    if (day < 0) throw unreadable(`day \`${word}\``);
    return day;
  });
}
