/** What every outside system must do, against the named fake of each kind. Faults stand between the connector and the fake. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutsideSystem } from '../../../connectors/system.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { systemKinds, type ChangeName, type ReadingName, type SystemKind } from '../../../domain/systems/catalogue.ts';
import type { Fault } from '../../fakes/fault-server.ts';

export type ChangeCase = {
  readonly change: ChangeName;
  readonly params: JsonObject;
  readonly target: string | RegExp;
  /** What the fake holds of it, for comparing. */
  readonly held: () => unknown;
  /** How often the fake is changed when it lands. */
  readonly writes?: number;
  readonly undoable: boolean;
  /** Another object that is not there. */
  readonly missing?: JsonObject;
};

export type SystemBench = {
  readonly kind: SystemKind;
  /** A connector without any memory, as after a restart; through the faults. */
  readonly open: (options?: { readonly timeoutMs?: number; readonly secret?: string }) => OutsideSystem;
  readonly setFault: (fault: Fault) => void;
  readonly writes: () => number;
  readonly changes: readonly ChangeCase[];
  readonly reads: readonly { readonly reading: ReadingName; readonly params: JsonObject; readonly expected: JsonObject }[];
  readonly stop: () => Promise<void>;
};

type Options = {
  readonly start: () => Promise<SystemBench>;
  readonly changes: readonly ChangeName[];
  readonly reads: readonly ReadingName[];
};

export function systemConformance(name: SystemKind, { start, changes, reads }: Options): void {
  describe(name, () => {
    let bench: SystemBench;
    let system: OutsideSystem;
    let number = 0;
    const key = () => `run-1/step/${(number += 1)}`;
    const caseOf = (change: ChangeName): ChangeCase => bench.changes.find((one) => one.change === change)!;
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'no error',
        (error: { code?: string }) => error.code ?? 'no code',
      );

    beforeAll(async () => {
      bench = await start();
    });
    beforeEach(() => {
      system = bench.open();
    });
    afterEach(async () => {
      bench.setFault('none');
      await system.close();
    });
    afterAll(() => bench.stop());

    it('can do all that the catalogue says of its kind', () => {
      expect([...changes, ...reads].toSorted()).toEqual([...systemKinds[name].capabilities].toSorted());
      expect(system.kind).toBe(name);
    });

    it('says who we are, and refuses a wrong secret in words that do not hold it', async () => {
      expect(Object.values(await system.check()).length).toBeGreaterThan(0);
      const stranger = bench.open({ secret: 'guessed-secret' });
      const error = await stranger.check().catch((caught: unknown) => caught as Error & { code: string });
      expect(error).toMatchObject({ code: 'system-refused' });
      expect(JSON.stringify([(error as Error).message, (error as Error).stack, error])).not.toContain('guessed-secret');
      await stranger.close();
    });

    it('refuses what its kind cannot do', async () => {
      expect(await codeOf(system.read('nothing' as ReadingName, {}))).toBe('system-missing');
      expect(await codeOf(system.prepare('nothing' as ChangeName, {}))).toBe('system-missing');
    });

    if (reads.length > 0)
      it.each(reads)('reads %s', async (reading) => {
        const cases = bench.reads.filter((one) => one.reading === reading);
        expect(cases.length).toBeGreaterThan(0);
        for (const { params, expected } of cases) expect(await system.read(reading, params)).toEqual(expected);
      });

    describe.each(changes)('%s', (change) => {
      it('lands once, shows it, and is taken back where it can be', async () => {
        const { params, target, held, undoable, writes = 1 } = caseOf(change);
        const before = held();
        const [writesBefore, one] = [bench.writes(), key()];
        const named = await system.target(change, params);
        expect(named).toMatch(target);
        const prepared = await system.prepare(change, params);
        expect(prepared).toMatchObject({ change, target: named, already: false });
        expect(JSON.parse(JSON.stringify(prepared))).toEqual(prepared);
        expect(bench.writes()).toBe(writesBefore);
        expect((await system.observe(prepared, one)).state).toBe('absent');
        expect((await system.perform(prepared, one)).state).toBe('landed');
        expect(bench.writes()).toBe(writesBefore + writes);
        expect(held()).not.toEqual(before);
        expect((await system.observe(prepared, one)).state).toBe('landed');
        if (!undoable) {
          expect(await codeOf(system.undo(prepared, one))).toBe('system-missing');
          return;
        }
        const restarted = bench.open();
        expect((await restarted.undo(prepared, one)).state).toBe('absent');
        expect(held()).toEqual(before);
        const writesAfter = bench.writes();
        expect((await restarted.undo(prepared, one)).state).toBe('absent');
        expect(bench.writes()).toBe(writesAfter);
        await restarted.close();
      });

      it('does nothing, and takes nothing back, where it was so before', async () => {
        const { params, held, undoable } = caseOf(change);
        if (!undoable) return;
        const before = held();
        const [first, second] = [key(), key()];
        const prepared = await system.prepare(change, params);
        await system.perform(prepared, first);
        const landed = held();
        const again = await system.prepare(change, params).catch(() => undefined);
        if (again !== undefined) {
          expect(again.already).toBe(true);
          const writes = bench.writes();
          await system.perform(again, second);
          await system.undo(again, second);
          expect(bench.writes()).toBe(writes);
          expect(held()).toEqual(landed);
        }
        await system.undo(prepared, first);
        expect(held()).toEqual(before);
      });

      it('says that there is no such object', async () => {
        const { missing } = caseOf(change);
        if (missing === undefined) return;
        expect(await codeOf(system.prepare(change, missing))).toBe('system-object-missing');
        expect(await codeOf(system.prepare(change, {}))).toBe('input-invalid');
      });

      it.each(['answer-lost', 'reset-after'] as const)(
        'that happened, and whose answer was lost (%s), is seen and not done again',
        async (fault) => {
          const { params, held, undoable, writes = 1 } = caseOf(change);
          const before = held();
          const one = key();
          const prepared = await system.prepare(change, params);
          const writesBefore = bench.writes();
          const hasty = bench.open({ timeoutMs: 250 });
          // Looks before it acts are answered; what is lost is the answer to the change itself.
          bench.setFault(fault);
          expect(await codeOf(hasty.perform(prepared, one))).toMatch(/^(?:timeout|system-unreachable)$/u);
          bench.setFault('none');
          await hasty.close();
          expect(bench.writes()).toBe(writesBefore + writes);
          const restarted = bench.open();
          for (let looks = 0; (await restarted.observe(prepared, one)).state === 'pending'; looks += 1) expect(looks).toBeLessThan(10);
          expect((await restarted.observe(prepared, one)).state).toBe('landed');
          expect(bench.writes()).toBe(writesBefore + writes);
          if (undoable) {
            await restarted.undo(prepared, one);
            expect(held()).toEqual(before);
          }
          await restarted.close();
        },
      );

      it.each([
        ['unauthorised', /^system-refused$/u],
        ['forbidden', /^system-refused$/u],
        ['server-error', /^system-unreachable$/u],
        ['wrong-content', /^system-unreachable$/u],
        ['truncated', /^system-unreachable$/u],
        ['throttled-long', /^rate-limited$/u],
        ['silent', /^timeout$/u],
      ] as const)('says so for %s, is as before, and goes on when it is over', async (fault, expected) => {
        const { params, held } = caseOf(change);
        const before = held();
        // A busy machine is no fault: only silence is waited out.
        const hasty = bench.open({ timeoutMs: fault === 'silent' ? 150 : 5000 });
        bench.setFault(fault);
        const code = await codeOf(hasty.prepare(change, params));
        bench.setFault('none');
        expect(code).toMatch(expected);
        expect(held()).toEqual(before);
        expect(await codeOf(hasty.prepare(change, params, { timeoutMs: 5000 }))).toBe('no error');
        await hasty.close();
      });

      it('waits as long as it is told to, and is then done', async () => {
        const { params } = caseOf(change);
        bench.setFault('throttled-once');
        expect(await codeOf(system.prepare(change, params))).toBe('no error');
      });

      it('lands whole when each call is made twice', async () => {
        const { params, held, undoable } = caseOf(change);
        if (!undoable) return;
        const before = held();
        const one = key();
        const prepared = await system.prepare(change, params);
        bench.setFault('duplicate');
        const performed = await codeOf(system.perform(prepared, one));
        bench.setFault('none');
        if (performed !== 'no error') expect(performed).toBe('system-refused');
        expect((await system.observe(prepared, one)).state).toBe('landed');
        await system.undo(prepared, one);
        expect(held()).toEqual(before);
      });

      it('stops when it is cancelled', async () => {
        const { params } = caseOf(change);
        const abort = new AbortController();
        bench.setFault('silent');
        setTimeout(() => abort.abort(), 30);
        expect(await codeOf(system.prepare(change, params, { signal: abort.signal }))).toBe('cancelled');
      });
    });
  });
}
