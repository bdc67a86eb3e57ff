import { beforeEach, describe, expect, it } from '@jest/globals';
import { createConnector, type Driver, type Reading } from '../../connectors/point.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';

const artifact = (text: string): Artifact => ({
  target: 'nftables',
  digest: digestOf(text),
  files: { 'a.nft': text },
  sizeBytes: text.length,
});
const [first, second] = [artifact('first'), artifact('second')];

const nothing: Reading = { applied: undefined, artifactDigest: undefined, isolationKeys: [], intact: true, facts: {} };

/** A point in memory; `deaf` takes changes and does not show them. */
function memoryPoint(options: { readonly deaf?: boolean } = {}) {
  let reading = nothing;
  let writes = 0;
  const driver: Driver = {
    kind: 'nftables',
    point: 'fw-1',
    target: 'nftables',
    timeoutMs: 1000,
    read: async () => reading,
    write: async ({ applied }) => {
      writes += 1;
      const isolationKeys = applied.isolations.map(({ key }) => key);
      if (options.deaf !== true) reading = { applied, artifactDigest: applied.artifact, isolationKeys, intact: true, facts: {} };
    },
    permissions: async () => [],
    probe: async (requests) => requests.map((request) => ({ request, reason: 'it has no prober' })),
    close: async () => undefined,
  };
  return {
    driver,
    writes: () => writes,
    spoil: () => (reading = { ...reading, intact: false }),
    forget: () => (reading = { ...nothing, intact: false }),
  };
}

describe('a connector over a driver', () => {
  let point: ReturnType<typeof memoryPoint>;
  beforeEach(() => {
    point = memoryPoint();
  });
  const open = (known: readonly Artifact[] = []) =>
    createConnector(point.driver, async (digest) => known.find((each) => each.digest === digest));

  it('does not believe a point that takes a change and does not show it', async () => {
    point = memoryPoint({ deaf: true });
    await expect(open().apply({ artifact: first, isolations: [] }, 'k/1')).rejects.toMatchObject({
      code: 'effect-unverified',
      where: 'fw-1',
    });
  });

  it('names what it would do, and repairs content that somebody changed', async () => {
    const connector = open();
    await connector.apply({ artifact: first, isolations: [] }, 'k/1');
    point.spoil();
    const change = await connector.plan({ artifact: second, isolations: [{ key: 'k/2', addresses: ['10.0.0.1'], allow: [] }] });
    expect(change.steps).toEqual([
      'replace content that is not what was applied',
      `put artifact ${second.digest} in force`,
      'isolate 10.0.0.1 for k/2',
    ]);
    await connector.apply({ artifact: first, isolations: [] }, 'k/1');
    expect(point.writes()).toBe(2);
  });

  it('keeps the state before the first try under a key whose content drifted in between', async () => {
    const connector = open([first]);
    await connector.apply({ artifact: first, isolations: [] }, 'k/1');
    await connector.apply({ artifact: second, isolations: [] }, 'k/2');
    point.spoil();
    const again = await connector.apply({ artifact: second, isolations: [] }, 'k/2');
    expect(again.before.artifact).toEqual(first);
  });

  it('takes the artifact of an undo from the receipt, and refuses when nobody has it any more', async () => {
    await open().apply({ artifact: first, isolations: [] }, 'k/1');
    const receipt = await open().apply({ artifact: second, isolations: [] }, 'k/2');
    expect(receipt.before.artifact).toEqual({ target: 'nftables', digest: first.digest, files: {}, sizeBytes: 0 });
    await expect(open().undo(receipt)).rejects.toMatchObject({ code: 'effect-failed', message: expect.stringContaining(first.digest) });
    const whole = { ...receipt, before: { artifact: first, isolations: [] } };
    expect((await open().undo(whole)).artifactDigest).toBe(first.digest);
  });

  it('puts back what was before where the point’s own record is gone', async () => {
    const connector = open();
    await connector.apply({ artifact: first, isolations: [] }, 'k/1');
    const receipt = await connector.apply({ artifact: second, isolations: [{ key: 'k/2', addresses: ['10.0.0.1'], allow: [] }] }, 'k/2');
    point.forget();
    expect(await connector.undo(receipt)).toMatchObject({ artifactDigest: first.digest, isolationKeys: [], intact: true });
  });

  it('goes on with the next change after one that failed', async () => {
    const connector = open();
    const failing = connector.apply({ artifact: { ...first, target: 'rego' }, isolations: [] }, 'k/1');
    const next = connector.apply({ artifact: second, isolations: [] }, 'k/2');
    await expect(failing).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await next).observed.artifactDigest).toBe(second.digest);
  });

  it('says why a probe cannot be tried', async () => {
    const request = { kind: 'network', from: '10.0.0.1', to: '10.0.0.2', protocol: 'tcp', port: 80 } as const;
    await expect(open().probe(request)).rejects.toMatchObject({
      code: 'probe-unsupported',
      message: expect.stringContaining('it has no prober'),
    });
  });
});
