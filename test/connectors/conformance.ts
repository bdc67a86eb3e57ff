/**
 * What every connector must do, run against the real engine of each kind. A bench is one fresh point with its engine; faults
 * stand between the connector and the engine.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connector, Desired, Isolation } from '../../connectors/connector.ts';
import type { Request } from '../../domain/policy/model.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import { elsewhere, payments, request, stranger } from './policies.ts';

export type Fault = 'none' | 'error' | 'slow' | 'truncated' | 'wrong-content' | 'duplicate' | 'answer-lost' | 'refused';

export type Bench = {
  readonly artifacts: { readonly strict: Artifact; readonly shut: Artifact };
  /** A connector without any memory, as after a restart; through the faults. */
  readonly open: (timeoutMs?: number) => Connector;
  readonly setFault: (fault: Fault) => void;
  /** How often the point was really changed. */
  readonly changes: () => Promise<number>;
  /** Changes behind the connector's back, each from a state that is in force; `undone` by the next apply. */
  readonly drifts: { readonly [what: string]: () => Promise<void> };
  readonly stop: () => Promise<void>;
};

/** What the bench's artifacts decide on: `strict` allows `allowed` and denies `denied`, and says nothing of `elsewhere`. */
export type Traffic = {
  readonly allowed: readonly [Request, ...Request[]];
  readonly denied: readonly [Request, ...Request[]];
  readonly elsewhere: Request;
};

export type ConformanceOptions = {
  readonly start: () => Promise<Bench>;
  /** Kinds of drift that the bench has; known before it is started. */
  readonly drifts: readonly string[];
  /** Connections, unless told. */
  readonly traffic?: Traffic;
  /** No host is cut off at a point that sees no connections: why what isolates is left out. */
  readonly withoutIsolations?: string;
};

const connections: Traffic = { allowed: [payments[4], payments[6]], denied: [stranger[4], stranger[6]], elsewhere };

const isolation = (key: string, address = '10.1.0.10', allow: readonly string[] = []): Isolation => ({ key, addresses: [address], allow });

export function conformance(name: string, { start, drifts, traffic = connections, withoutIsolations }: ConformanceOptions): void {
  const isolates = withoutIsolations === undefined;
  const [allowed] = traffic.allowed;
  const [denied] = traffic.denied;
  const isolating = isolates ? it : it.skip;
  describe(name, () => {
    let bench: Bench;
    let connector: Connector;
    let number = 0;
    const key = () => `run-1/step/${(number += 1)}`;
    const strict = (...isolations: readonly Isolation[]): Desired => ({
      artifact: bench.artifacts.strict,
      isolations: isolates ? isolations : [],
    });
    /** What is seen of isolations that were asked for. */
    const seen = (...keys: readonly string[]) => (isolates ? keys : []);
    const shut = (): Desired => ({ artifact: bench.artifacts.shut, isolations: [] });
    /** In one go: a packet that is dropped is known only after a while. */
    const decideAll = async (...asked: readonly Request[]) => {
      const outcomes = (await connector.probeMany?.(asked)) ?? [];
      // A packet that passes does not say whether a rule let it pass.
      return outcomes.map(({ probe }) => (probe?.decision === 'not-applicable' ? 'allow' : probe?.decision));
    };
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'no error',
        (error: { code?: string }) => error.code,
      );

    beforeAll(async () => {
      bench = await start();
      connector = bench.open();
    }, 60_000);
    afterAll(async () => {
      await connector.close();
      await bench.stop();
    }, 30_000);

    it('shows a point that nothing was applied to as empty and intact', async () => {
      expect(await connector.observe()).toMatchObject({ artifactDigest: undefined, isolationKeys: [], intact: true });
    });

    it('plans in words, and changes nothing by it', async () => {
      const before = await bench.changes();
      expect((await connector.plan(strict(isolation('r/i/1')))).steps.join('\n')).toMatch(
        isolates ? /artifact sha256:.*\n?.*isolate 10\.1\.0\.10/su : /artifact sha256:/u,
      );
      expect(await bench.changes()).toBe(before);
      expect((await connector.observe()).artifactDigest).toBeUndefined();
    });

    it('shows what it applied, and then plans nothing', async () => {
      const receipt = await connector.apply(strict(), key());
      expect(receipt.before).toEqual({ artifact: undefined, isolations: [] });
      expect(receipt.observed).toMatchObject({ artifactDigest: bench.artifacts.strict.digest, isolationKeys: [], intact: true });
      expect(await connector.observe()).toMatchObject({ artifactDigest: bench.artifacts.strict.digest, intact: true });
      expect((await connector.plan(strict())).steps).toEqual([]);
    });

    it('says what its account may do there, and changes nothing by it', async () => {
      await connector.apply(strict(), key());
      const before = await bench.changes();
      const found = await connector.permissions();
      // It takes a program that is not everywhere, and does without.
      const needed = found.filter(({ name }) => name !== 'forget connections of isolated hosts');
      expect(needed.filter(({ held }) => held !== 'yes')).toEqual([]);
      expect(new Set(found.map(({ name }) => name)).size).toBe(found.length);
      expect(found.every(({ detail }) => detail !== '')).toBe(true);
      expect(await bench.changes()).toBe(before);
      expect(await connector.observe()).toMatchObject({ artifactDigest: bench.artifacts.strict.digest, intact: true });
    });

    it('decides as the policy does', async () => {
      await connector.apply(strict(), key());
      for (const request of traffic.allowed) expect((await connector.probe(request)).decision).toBe('allow');
      for (const request of traffic.denied) expect((await connector.probe(request)).decision).toBe('deny');
    });

    it('answers many probes in the order of the requests', async () => {
      await connector.apply(strict(), key());
      const asked = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? denied : index % 3 === 1 ? allowed : traffic.elsewhere));
      const outcomes = await connector.probeMany!(asked);
      expect(outcomes.map((outcome) => outcome.request)).toEqual(asked);
      expect(outcomes.map(({ probe }) => probe?.decision === 'deny')).toEqual(asked.map((each) => each === denied));
    });

    it('does nothing twice under one key, and gives the same receipt again', async () => {
      await connector.apply(shut(), key());
      const same = key();
      const first = await connector.apply(strict(isolation('r/i/2')), same);
      const changes = await bench.changes();
      expect(await connector.apply(strict(isolation('r/i/2')), same)).toEqual({ ...first, observed: expect.anything() });
      const restarted = bench.open();
      const again = await restarted.apply(strict(isolation('r/i/2')), same);
      await restarted.close();
      expect(again.before.artifact?.digest).toBe(bench.artifacts.shut.digest);
      expect(again.before.isolations).toEqual([]);
      expect(await bench.changes()).toBe(changes);
    });

    it('undoes to what was before, twice the same as once', async () => {
      await connector.apply(shut(), key());
      const receipt = await connector.apply(strict(isolation('r/i/3')), key());
      expect(await connector.undo(receipt)).toMatchObject({ artifactDigest: bench.artifacts.shut.digest, isolationKeys: [], intact: true });
      const changes = await bench.changes();
      expect(await connector.undo(receipt)).toMatchObject({ artifactDigest: bench.artifacts.shut.digest, isolationKeys: [], intact: true });
      expect(await bench.changes()).toBe(changes);
    });

    it('undoes the first application to an empty point', async () => {
      await connector.apply({ artifact: undefined, isolations: [] }, key());
      const receipt = await connector.apply(strict(), key());
      expect(await connector.undo(receipt)).toMatchObject({ artifactDigest: undefined, isolationKeys: [], intact: true });
      expect(await decideAll(denied)).toEqual(['allow']);
    });

    isolating('keeps at an undo what others put in force since', async () => {
      await connector.apply(strict(), key());
      const receipt = await connector.apply(strict(isolation('r/i/4')), key());
      await connector.apply(strict(isolation('r/i/4'), isolation('r/i/5', '10.9.0.4')), key());
      expect((await connector.undo(receipt)).isolationKeys).toEqual(['r/i/5']);
    });

    it('undoes by a connector that was started since', async () => {
      await connector.apply(shut(), key());
      const receipt = await connector.apply(strict(), key());
      const restarted = bench.open();
      expect((await restarted.undo(receipt)).artifactDigest).toBe(bench.artifacts.shut.digest);
      await restarted.close();
    });

    isolating('cuts an isolated host off in both directions but for what it may still talk to, and gives it back', async () => {
      await connector.apply(strict(isolation('r/i/6', '10.1.0.10', ['10.7.0.0/16'])), key());
      expect((await connector.observe()).isolationKeys).toEqual(['r/i/6']);
      const allowed = [request('10.1.0.10', '10.7.3.3', 8443), request('10.7.3.3', '10.1.0.10', 22), payments[6]];
      expect(await decideAll(payments[4], request('10.9.0.4', '10.1.0.10', 22), ...allowed)).toEqual([
        'deny',
        'deny',
        'allow',
        'allow',
        'allow',
      ]);
      await connector.apply(strict(), key());
      expect(await decideAll(payments[4])).toEqual(['allow']);
    });

    isolating('lets a host that is isolated twice talk only to what both allow', async () => {
      await connector.apply(
        strict(isolation('r/i/7', '10.9.0.4', ['10.7.0.0/16']), isolation('r/i/8', '10.9.0.4', ['10.7.1.0/24', '10.8.0.0/16'])),
        key(),
      );
      const asked = ['10.7.1.1', '10.7.2.1', '10.8.0.1'].map((to) => request('10.9.0.4', to, 443));
      expect(await decideAll(...asked)).toEqual(['allow', 'deny', 'deny']);
    });

    isolating('isolates at a point without a policy', async () => {
      await connector.apply({ artifact: undefined, isolations: [isolation('r/i/9', '2001:db8:9::4')] }, key());
      expect(await decideAll(stranger[6], stranger[4])).toEqual(['deny', 'allow']);
    });

    isolating('does not let what an isolation allows past the policy', async () => {
      await connector.apply(strict(isolation('r/i/10', '10.9.0.4', ['10.2.0.5'])), key());
      expect(await decideAll(stranger[4])).toEqual(['deny']);
    });

    isolating('holds keys as long as they come, and many isolations', async () => {
      const many = Array.from({ length: 100 }, (_, index) =>
        isolation(`run-${'x'.repeat(180)}/isolate/${String(index).padStart(3, '0')}`, `10.5.0.${index}`),
      );
      const { observed } = await connector.apply(strict(...many), key());
      expect(observed.isolationKeys).toEqual(many.map((each) => each.key));
    });

    it('refuses an artifact of another target and an address that is none, and stays as it was', async () => {
      await connector.apply(strict(), key());
      const foreign: Artifact = { ...bench.artifacts.shut, target: bench.artifacts.shut.target === 'rego' ? 'nftables' : 'rego' };
      expect(await codeOf(connector.apply({ artifact: foreign, isolations: [] }, key()))).toBe('input-invalid');
      const unreadable = { artifact: bench.artifacts.strict, isolations: [isolation('r/i/11', '10.1.0.300; accept')] };
      expect(await codeOf(connector.apply(unreadable, key()))).toBe('policy-invalid');
      expect(await connector.observe()).toMatchObject({ artifactDigest: bench.artifacts.strict.digest, isolationKeys: [], intact: true });
    });

    (isolates ? it.skip : it)('refuses to isolate a host', async () => {
      const wanted = { artifact: bench.artifacts.strict, isolations: [isolation('r/i/18')] };
      expect(await codeOf(connector.apply(wanted, key()))).toBe('input-invalid');
    });

    it('makes changes of one process one after the other', async () => {
      const wanted = [strict(), shut(), strict(isolation('r/i/12')), strict(isolation('r/i/12'), isolation('r/i/13', '10.9.0.4'))];
      await Promise.all(wanted.map((desired) => connector.apply(desired, key())));
      expect(await connector.observe()).toMatchObject({ intact: true, isolationKeys: seen('r/i/12', 'r/i/13') });
    });

    it('is whole after two processes changed it at once, whoever was last', async () => {
      const [one, other] = [bench.open(), bench.open()];
      await Promise.allSettled([one.apply(strict(isolation('r/i/14')), key()), other.apply(shut(), key())]);
      await Promise.all([one.close(), other.close()]);
      const observed = await connector.observe();
      expect(observed.intact).toBe(true);
      const whole = observed.artifactDigest === bench.artifacts.shut.digest ? [] : seen('r/i/14');
      expect(observed.isolationKeys).toEqual(whole);
    });

    describe.each(drifts)('when somebody %s', (what) => {
      it('shows that it is not what was applied, and is put right by the same desired state', async () => {
        const desired = strict(isolation('r/i/15', '10.9.0.4', ['10.7.0.0/16']));
        await connector.apply(desired, key());
        await bench.drifts[what]!();
        const observed = await connector.observe();
        const asDesired =
          observed.intact &&
          observed.artifactDigest === desired.artifact?.digest &&
          seen('r/i/15').every((each) => observed.isolationKeys.includes(each));
        expect(asDesired).toBe(false);
        expect((await connector.plan(desired)).steps).not.toEqual([]);
        const healed = await connector.apply(desired, key());
        expect(healed.observed).toMatchObject({ intact: true, artifactDigest: desired.artifact?.digest, isolationKeys: seen('r/i/15') });
        expect(await decideAll(allowed, denied)).toEqual(['allow', 'deny']);
      });
    });

    describe('with a fault on the way', () => {
      const during = async <T>(fault: Fault, work: () => Promise<T>): Promise<T> => {
        bench.setFault(fault);
        try {
          return await work();
        } finally {
          bench.setFault('none');
        }
      };

      it.each([
        ['error', /^enforcement-point-(unreachable|refused)$/u],
        ['truncated', /^enforcement-point-unreachable$/u],
        ['wrong-content', /^enforcement-point-unreachable$/u],
        ['refused', /^enforcement-point-refused$/u],
      ] as const)('says so for %s, is as before, and goes on when it is over', async (fault, expected) => {
        await connector.apply(strict(), key());
        const same = key();
        await during(fault, async () => {
          expect(await codeOf(connector.observe())).toMatch(expected);
          expect(await codeOf(connector.apply(shut(), same))).toMatch(expected);
        });
        expect(await connector.observe()).toMatchObject({ artifactDigest: bench.artifacts.strict.digest, intact: true });
        expect((await connector.apply(shut(), same)).observed).toMatchObject({ artifactDigest: bench.artifacts.shut.digest, intact: true });
      });

      it('says what its account may not do, and what mends it', async () => {
        await during('refused', async () => {
          const refused = (await connector.permissions()).filter(({ held }) => held === 'no');
          expect(refused.length).toBeGreaterThan(1);
          expect(refused.filter(({ help }) => help === undefined)).toEqual([]);
        });
      });

      it('says of a point that it cannot reach so, and nothing of permissions', async () => {
        await during('slow', async () => expect(await codeOf(connector.permissions({ timeoutMs: 300 }))).toBe('timeout'));
      });

      it('gives up in time when the point is slow', async () => {
        await connector.apply(strict(), key());
        await during('slow', async () => {
          const startedAt = Date.now();
          expect(await codeOf(connector.observe({ timeoutMs: 300 }))).toBe('timeout');
          expect(await codeOf(connector.apply(shut(), key(), { timeoutMs: 300 }))).toBe('timeout');
          expect(await codeOf(connector.probeMany!([allowed], { timeoutMs: 50 }))).toBe('timeout');
          expect(Date.now() - startedAt).toBeLessThan(2500);
        });
      });

      it('stops when it is cancelled', async () => {
        await during('slow', async () => {
          const abort = new AbortController();
          setTimeout(() => abort.abort(), 100);
          expect(await codeOf(connector.apply(shut(), key(), { signal: abort.signal }))).toBe('cancelled');
          expect(await codeOf(connector.observe({ signal: AbortSignal.abort() }))).toBe('cancelled');
        });
      });

      it('is not led astray when each call is made twice', async () => {
        const desired = strict(isolation('r/i/16'));
        const { observed } = await during('duplicate', () => connector.apply(desired, key()));
        expect(observed).toMatchObject({ intact: true, isolationKeys: seen('r/i/16') });
      });

      it('finds its own work when the effect happened and the answer was lost', async () => {
        await connector.apply(shut(), key());
        const same = key();
        const desired = strict(isolation('r/i/17'));
        const hasty = bench.open();
        expect(await during('answer-lost', () => codeOf(hasty.apply(desired, same, { timeoutMs: 1500 })))).toBe('timeout');
        await hasty.close();
        const changes = await bench.changes();
        const restarted = bench.open();
        const receipt = await restarted.apply(desired, same);
        await restarted.close();
        expect(await bench.changes()).toBe(changes);
        expect(receipt.before.artifact?.digest).toBe(bench.artifacts.shut.digest);
        expect(receipt.observed).toMatchObject({ intact: true, isolationKeys: seen('r/i/17') });
      });
    });
  });
}
