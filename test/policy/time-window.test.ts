import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { holds } from '../../domain/policy/intervals.ts';
import { instantAt, parseInstantMs, parseWindow, weekClock } from '../../domain/policy/time-window.ts';
import { runs } from '../law.ts';

const minutes = (text: string) => parseWindow(text).minutes.map(({ low, high }) => [Number(low), Number(high)]);
const day = 1_440;

describe('time windows', () => {
  it.each([
    ['Mon 00:00-01:00 UTC', [[0, 59]]],
    ['Sun 02:00-06:00 Europe/Zurich', [[6 * day + 120, 6 * day + 359]]],
    [
      'Sun 22:00-04:00 UTC',
      [
        [0, 239],
        [6 * day + 1_320, 7 * day - 1],
      ],
    ],
    ['Mon-Fri 08:00-18:00 UTC', [0, 1, 2, 3, 4].map((each) => [each * day + 480, each * day + 1_079])],
    [
      'Sat-Mon 00:00-24:00 UTC',
      [
        [0, day - 1],
        [5 * day, 7 * day - 1],
      ],
    ],
    ['daily 00:00-24:00 UTC', [[0, 7 * day - 1]]],
    ['daily 23:59-00:01 UTC', [[0, 0], ...[1, 2, 3, 4, 5, 6].map((each) => [each * day - 1, each * day]), [7 * day - 1, 7 * day - 1]]],
  ])('`%s` holds the minutes that it says', (text, expected) => {
    expect(minutes(text)).toEqual(expected);
  });

  it.each([
    'Sun 02:00-06:00',
    'sun 02:00-06:00 UTC',
    'Sun 2:00-6:00 UTC',
    'Sun 02:00-02:00 UTC',
    'Sun 24:00-06:00 UTC',
    'Sun 02:60-06:00 UTC',
    'Sun 25:00-26:00 UTC',
    'Fun 02:00-06:00 UTC',
    'daily-Mon 02:00-06:00 UTC',
    'Sun 02:00-06:00 Europe/Zürich',
    'Sun 02:00-24:30 UTC',
    '',
  ])('refuses `%s`', (text) => {
    expect(() => parseWindow(text)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });

  it('follows the wall clock over a change to summer time', () => {
    const clock = weekClock('Europe/Zurich');
    const at = (text: string) => clock(parseInstantMs(text)!) - 6 * day;
    expect([at('2026-03-29T00:59:59Z'), at('2026-03-29T01:00:00Z')]).toEqual([119, 180]);
    expect([at('2026-10-25T00:59:59Z'), at('2026-10-25T01:00:00Z')]).toEqual([179, 120]);
  });

  it('finds an instant for every minute of the week', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 * day - 1 }),
        fc.constantFrom('UTC', 'Europe/Zurich', 'Pacific/Kiritimati', 'Pacific/Marquesas', 'America/New_York'),
        (minute, timezone) => {
          expect(weekClock(timezone)(parseInstantMs(instantAt(minute, timezone))!)).toBe(minute);
        },
      ),
      runs(60),
    );
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01t00:00:00z',
    '1969-12-31T00:00:00Z',
    '2262-01-01T00:00:00Z',
    '2026-01-01T00:00:00+24:00',
    'Thu Jan 1 2026',
  ])('`%s` is no instant', (text) => {
    expect(parseInstantMs(text)).toBeUndefined();
  });

  it('ends a window before its end', () => {
    const { minutes: set } = parseWindow('Sun 02:00-06:00 UTC');
    expect([holds(set, BigInt(6 * day + 359)), holds(set, BigInt(6 * day + 360))]).toEqual([true, false]);
  });
});
