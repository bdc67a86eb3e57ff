/** Cursors and times at the door, without a database. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { toRfc3339 } from '../../store/postgres/database.ts';
import { checkInstant } from '../../store/postgres/instant.ts';
import { numberKey, pageLimit, timeKey, toPage } from '../../store/postgres/page.ts';

describe('pages', () => {
  it('give a cursor that leads back to the key, for any id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (id) => {
        const at = '2026-01-01T00:00:00.123456Z';
        const rows = [{ id }, { id: 'next' }];
        const page = toPage({ rows, limit: 1, key: (row) => [at, row.id], item: (row) => row.id });
        expect(page.items).toEqual([id]);
        // Control characters are written as escapes, and such an id is not stored in the first place.
        // oxlint-disable-next-line no-control-regex
        if (!/[\u0000-\u001f]/.test(id)) expect(timeKey({ cursor: page.next })).toEqual({ at, id });
      }),
    );
  });

  it('have no cursor on the last page', () => {
    expect(toPage({ rows: [1, 2], limit: 2, key: (row) => [row], item: (row) => row })).toEqual({ items: [1, 2] });
  });

  it('refuse whatever is no cursor of ours with `input-invalid`', () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const wrong = [
      '',
      'x',
      '***',
      encode({}),
      encode([]),
      encode(['2026-01-01T00:00:00Z']),
      encode([1, 'a']),
      encode(['yesterday', 'a']),
      encode(['2026-01-01T00:00:00Z', 'a\u0000']),
      encode(['2026-01-01T00:00:00Z', '\ud800']),
      encode(['2026-01-01T00:00:00Z', 'a', 'b']),
      'A'.repeat(5000),
    ];
    for (const cursor of wrong) {
      expect(() => timeKey({ cursor })).toThrow(expect.objectContaining({ code: 'input-invalid' }));
      expect(() => numberKey({ cursor })).toThrow(expect.objectContaining({ code: 'input-invalid' }));
    }
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        try {
          timeKey({ cursor });
        } catch (error) {
          expect(error).toMatchObject({ code: 'input-invalid' });
        }
      }),
    );
  });

  it('hold 1 to 500 items, 50 where nothing is said', () => {
    expect([pageLimit({}), pageLimit({ limit: 1 }), pageLimit({ limit: 500 })]).toEqual([50, 1, 500]);
    for (const limit of [0, -1, 501, 1.5, NaN, Infinity])
      expect(() => pageLimit({ limit })).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });
});

describe('times', () => {
  it('come out as RFC 3339 with all that PostgreSQL has', () => {
    expect(toRfc3339('2026-11-25 17:46:52+00')).toBe('2026-11-25T17:46:52.000Z');
    expect(toRfc3339('2026-11-25 17:46:52.5+00')).toBe('2026-11-25T17:46:52.500Z');
    expect(toRfc3339('2026-11-25 17:46:52.123456+00')).toBe('2026-11-25T17:46:52.123456Z');
  });

  it('are refused when they name no instant that can be stored', () => {
    for (const text of ['2026-11-25T17:46:52Z', '2026-11-25T17:46:52.123456+02:00']) expect(checkInstant(text, 'at')).toBe(text);
    for (const text of [
      '',
      'now',
      '2026-11-25',
      '2026-11-25T17:46:52',
      '2026-13-25T17:46:52Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '2026-11-25 17:46:52Z',
    ])
      expect(() => checkInstant(text, 'at')).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });
});
