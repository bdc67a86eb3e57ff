import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkTimes, isDue } from '../../../domain/playbook/publishing/schedule.ts';

const at = (text: string): number => Date.parse(text);

describe('the times of a schedule', () => {
  it.each([
    ['0 3 * * 1', 'UTC', '2026-11-23T03:00:00Z', true],
    ['0 3 * * 1', 'UTC', '2026-11-24T03:00:00Z', false],
    ['0 3 * * mon', 'Europe/Berlin', '2026-11-23T02:00:00Z', true],
    ['0 3 * * mon', 'Europe/Berlin', '2026-07-20T01:00:00Z', true],
    ['0 3 * * mon', 'Europe/Berlin', '2026-07-20T02:00:00Z', false],
    ['*/15 8-17 * * mon-fri', 'UTC', '2026-11-25T17:45:00Z', true],
    ['*/15 8-17 * * mon-fri', 'UTC', '2026-11-25T18:00:00Z', false],
    ['*/15 8-17 * * mon-fri', 'UTC', '2026-11-28T09:00:00Z', false],
    ['5/20 * * * *', 'UTC', '2026-11-28T09:45:00Z', true],
    ['5/20 * * * *', 'UTC', '2026-11-28T09:40:00Z', false],
    ['0 0 1 jan,jul *', 'UTC', '2026-07-01T00:00:00Z', true],
    ['0 0 29 2 *', 'UTC', '2028-02-29T00:00:00Z', true],
    ['0 0 * * 0', 'UTC', '2026-11-29T00:00:00Z', true],
  ])('%s in %s: %s is %s', (cron, timezone, time, due) => {
    expect(isDue({ cron, timezone }, at(time))).toBe(due);
    expect(isDue({ cron, timezone }, at(time) + 1_000)).toBe(false);
  });

  it('every so long is counted from the beginning of 1970', () => {
    expect(isDue({ everyMs: 3_600_000 }, at('2026-11-25T20:00:00Z'))).toBe(true);
    expect(isDue({ everyMs: 3_600_000 }, at('2026-11-25T20:30:00Z'))).toBe(false);
    expect(isDue({}, 0)).toBe(false);
  });

  it('a minute of the day is due by its own fields, and by no others', () => {
    const fields = fc.record({
      minute: fc.integer({ min: 0, max: 59 }),
      hour: fc.integer({ min: 0, max: 23 }),
      now: fc.integer({ min: 0, max: 1439 }),
    });
    fc.assert(
      fc.property(fields, ({ minute, hour, now }) => {
        const due = isDue({ cron: `${minute} ${hour} * * *` }, at('2026-11-25T00:00:00Z') + now * 60_000);
        expect(due).toBe(now === hour * 60 + minute);
      }),
    );
  });

  it.each([
    ['* * * *', 'five fields: minute, hour, day of month, month, day of week'],
    ['60 * * * *', 'a minute of 0 to 59, not `60`'],
    ['* * * * 7', 'a day of week of 0 to 6, not `7`'],
    ['* 5-3 * * *', 'a hour of 0 to 23, not `5-3`'],
    ['*/0 * * * *', 'a minute of 0 to 59, not `*/0`'],
    ['* * * foo *', 'a month of 1 to 12, not `foo`'],
    ['0 0 1 * 1', 'a day of month or a day of week, not both: two schedules say that more plainly'],
  ])('%s is refused', (cron, expected) => {
    expect(() => checkTimes({ cron })).toThrow(expect.objectContaining({ code: 'input-invalid', expected }));
  });

  it('a time zone that there is not is refused', () => {
    expect(() => checkTimes({ cron: '0 0 * * *', timezone: 'Mars/Olympus' })).toThrow('`Mars/Olympus` is not a time zone');
    expect(() => checkTimes({ cron: '0 0 * * *', timezone: 'Europe/Berlin' })).not.toThrow();
  });
});
