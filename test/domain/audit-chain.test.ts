/** The check of a chain by itself: every single change of any row is found. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { auditHash, genesisHash, verifyChain, type AuditRow } from '../../domain/audit-chain.ts';
import type { JsonObject } from '../../domain/json.ts';

type Content = Pick<AuditRow, 'actor' | 'event' | 'subject' | 'detail'>;

function chainOf(contents: readonly Content[]): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const content of contents) {
    const { id, hash } = rows.at(-1) ?? { id: 0, hash: genesisHash };
    const row = { ...content, id: id + 1, at: '2026-01-01T00:00:00.000000Z', previous: hash };
    rows.push({ ...row, hash: auditHash(row) });
  }
  return rows;
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 2 });
const content = fc.record({
  actor: text,
  event: text,
  subject: text,
  detail: fc.dictionary(text, json, { maxKeys: 3 }),
}) as fc.Arbitrary<Content>;
const chains = fc.array(content, { minLength: 1, maxLength: 8 }).map(chainOf);
const chainAndPlace = chains.chain((rows) => fc.tuple(fc.constant(rows), fc.nat(rows.length - 1)));
const headOf = (rows: readonly AuditRow[]) => ({ id: rows.at(-1)!.id, hash: rows.at(-1)!.hash });

describe('the check of an audit chain', () => {
  it('accepts every chain that was built by the rule, also after a trip through JSON', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (rows) => {
        const exported: AuditRow[] = JSON.parse(JSON.stringify(rows));
        expect(await verifyChain(exported, headOf(rows))).toEqual({ ok: true, rows: rows.length, head: rows.at(-1)!.hash });
      }),
    );
  });

  it('accepts the empty chain, and reports a head that it does not reach', async () => {
    expect(await verifyChain([])).toEqual({ ok: true, rows: 0, head: genesisHash });
    expect(await verifyChain([], { id: 2, hash: 'x' })).toMatchObject({
      ok: false,
      fault: { id: 1, reason: 'rows 1 to 2 are missing at the end' },
    });
  });

  it('finds any change of any field of any row, and names the row', async () => {
    const change = fc.constantFrom<keyof AuditRow>('id', 'at', 'actor', 'event', 'subject', 'detail', 'previous', 'hash');
    await fc.assert(
      fc.asyncProperty(chainAndPlace, change, async ([rows, place], field) => {
        const row = rows[place]!;
        const value =
          field === 'id'
            ? row.id + 1
            : field === 'detail'
              ? { ...row.detail, [`${Object.keys(row.detail).join('')}+`]: 1 }
              : `${row[field]}x`;
        const found = await verifyChain(rows.with(place, { ...row, [field]: value }));
        expect(found).toMatchObject({ ok: false, rows: place, fault: { id: place + 1 } });
      }),
    );
  });

  it('finds a changed row with its hash made anew, at the row after it or by the known head', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace, async ([rows, place]) => {
        const { hash: _, ...row } = rows[place]!;
        const forged = { ...row, actor: `${row.actor}!` };
        expect((await verifyChain(rows.with(place, { ...forged, hash: auditHash(forged) }), headOf(rows))).ok).toBe(false);
      }),
    );
  });

  it('finds a missing, a doubled and a swapped row, and rows cut off at the end', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace, async ([rows, place]) => {
        const head = headOf(rows);
        expect((await verifyChain(rows.toSpliced(place, 1), head)).ok).toBe(false);
        expect((await verifyChain(rows.toSpliced(place, 0, rows[place]!), head)).ok).toBe(false);
        expect((await verifyChain(rows.slice(0, place), head)).ok).toBe(false);
        if (place > 0) expect((await verifyChain(rows.with(place, rows[place - 1]!).with(place - 1, rows[place]!), head)).ok).toBe(false);
      }),
    );
  });

  it('finds rows that were added after the known head', async () => {
    const rows = chainOf([1, 2, 3].map((n) => ({ actor: 'a', event: 'e', subject: `s/${n}`, detail: {} })));
    expect(await verifyChain(rows, headOf(rows.slice(0, 2)))).toMatchObject({ ok: false, rows: 2, fault: { id: 3 } });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'row'],
    ['a list', []],
    ['an object without fields', {}],
    ['a field more', { ...chainOf([{ actor: 'a', event: 'e', subject: 's', detail: {} }])[0], extra: 1 }],
    ['a detail that is no object', { ...chainOf([{ actor: 'a', event: 'e', subject: 's', detail: {} }])[0], detail: [] }],
  ])('reports %s in place of a row instead of failing', async (_, row) => {
    expect(await verifyChain([row])).toMatchObject({ ok: false, rows: 0, fault: { id: 1, reason: 'this is not an audit row' } });
  });

  it('reports a row that is nested too deep to be hashed', async () => {
    let detail: JsonObject = {};
    for (let depth = 0; depth < 50_000; depth++) detail = { detail };
    const [row] = chainOf([{ actor: 'a', event: 'e', subject: 's', detail: {} }]);
    const found = await verifyChain([{ ...row, detail }]);
    expect([found.ok, found.fault?.id]).toEqual([false, 1]);
  });
});
