/**
 * Times at which a schedule starts a playbook: every so long, counted from 1970-01-01T00:00Z, or by the five fields of cron (minute, hour,
 * day of month, month, day of week) in a time zone. Temporal keeps the time; this says whether a time is one of the schedule's.
 */
import { EdictError } from '../../errors.ts';

export type Times = { readonly everyMs?: number | undefined; readonly cron?: string | undefined; readonly timezone?: string | undefined };

export const shortestEveryMs = 10_000;

/** Throws `input-invalid` for what is no cron expression and no time zone. */
export function checkTimes({ cron, timezone }: Times): void {
  if (cron !== undefined) parseCron(cron);
  if (timezone !== undefined) clockOf(timezone);
}

/** Whether the schedule starts something at this instant. */
export function isDue({ everyMs, cron, timezone }: Times, atMs: number): boolean {
  if (cron === undefined) return everyMs !== undefined && everyMs > 0 && atMs % everyMs === 0;
  if (atMs % 60_000 !== 0) return false;
  const fields = parseCron(cron);
  const parts = Object.fromEntries(
    clockOf(timezone ?? 'UTC')
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const now = [
    Number(parts['minute']),
    Number(parts['hour']),
    Number(parts['day']),
    Number(parts['month']),
    days.indexOf((parts['weekday'] ?? '').toLowerCase()),
  ];
  return fields.every((allowed, index) => allowed.includes(now[index] ?? -1));
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const months = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ranges = [
  { name: 'minute', from: 0, to: 59, words: [] },
  { name: 'hour', from: 0, to: 23, words: [] },
  { name: 'day of month', from: 1, to: 31, words: [] },
  { name: 'month', from: 1, to: 12, words: months },
  { name: 'day of week', from: 0, to: 6, words: days },
] as const;
type Range = (typeof ranges)[number];

function parseCron(text: string): readonly (readonly number[])[] {
  const fields = text.trim().split(/\s+/u);
  if (fields.length !== ranges.length) throw noCron(text, 'five fields: minute, hour, day of month, month, day of week');
  if (fields[2] !== '*' && fields[4] !== '*')
    throw noCron(text, 'a day of month or a day of week, not both: two schedules say that more plainly');
  return ranges.map((range, index) => parseField(text, range, fields[index] ?? ''));
}

function parseField(text: string, range: Range, field: string): readonly number[] {
  return field.split(',').flatMap((part) => {
    const [, span = '', step] = /^([^/]+)(?:\/(\d{1,2}))?$/u.exec(part) ?? [];
    const { from, to } = spanOf(range, span, step !== undefined);
    const by = Number(step ?? 1);
    if (from >= range.from && to <= range.to && from <= to && by >= 1)
      return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
    throw noCron(text, `a ${range.name} of ${range.from} to ${range.to}, not \`${part.slice(0, 20)}\``);
  });
}

/** `3/10` begins at 3 and goes on to the end. */
function spanOf(range: Range, span: string, stepped: boolean): { readonly from: number; readonly to: number } {
  if (span === '*') return range;
  const [first = '', last] = span.split('-');
  const from = numberOf(range, first);
  if (last !== undefined) return { from, to: numberOf(range, last) };
  return { from, to: stepped ? range.to : from };
}

function numberOf({ words }: Range, text: string): number {
  if (/^\d{1,2}$/u.test(text)) return Number(text);
  const at = (words as readonly string[]).indexOf(text.toLowerCase());
  return at < 0 || text === '' ? Number.NaN : at;
}

function noCron(text: string, expected: string): EdictError {
  return new EdictError('input-invalid', `\`${text.slice(0, 60)}\` is not a cron expression`, { expected });
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    });
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${timeZone.slice(0, 60)}\` is not a time zone`, { expected: 'as Europe/Berlin', cause });
  }
}
