import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../domain/policy/decide.ts';
import type { NetworkRule } from '../../domain/policy/model.ts';
import { prove } from '../../domain/policy/prove.ts';
import { targets } from '../../domain/policy/targets/index.ts';
import { witnesses } from '../../domain/policy/witnesses.ts';
import { hasEngine } from '../stack/fixture.ts';
import { fullPolicies, fullRequest, policyOf, smallInventory } from './arbitrary.ts';
import { policyCases } from './cases.ts';
import { checkRego, evalRego, loadNft, nftMissing } from './engines.ts';
import { type Attempt, tryOnLoopback } from './loopback.ts';

const named = policyCases.map((each) => [each.name, each] as const);
const randomPolicies = fc.sample(fullPolicies(true), { numRuns: 12, seed: 7 });

function describeIf(missing: string, name: string, tests: () => void): void {
  if (missing === '' || process.env['CI']) describe(name, tests);
  else describe.skip(`${name} (${missing})`, tests);
}

describeIf(hasEngine('opa') ? '' : 'needs opa: run `npm run setup`', 'Rego in OPA', () => {
  it('passes the strict check', () => {
    expect(checkRego(targets.rego.compile([], smallInventory).artifact)).toBe('');
  });

  it.each(named)('answers the case `%s` as it says, with the same reasons', (_, { policies: list, inventory, requests }) => {
    const answers = evalRego(
      targets.rego.compile(list, inventory).artifact,
      requests.map(({ request: each }) => each),
    );
    const read = answers.map(({ decision, determining, erring }, index) => ({
      request: requests[index]!.request,
      decision,
      by: determining,
      erring: erring.map(({ rule }) => rule),
    }));
    expect(read).toEqual(requests.map(({ request: each, decision, by, erring }) => ({ request: each, decision, by, erring })));
  });

  it.each(named)('agrees with decide on every witness of the case `%s`', (_, { policies: list, inventory }) => {
    const tried = witnesses(list, inventory);
    const answers = evalRego(
      targets.rego.compile(list, inventory).artifact,
      tried.map(({ request: each }) => each),
    );
    expect(answers.map(({ decision, determining }, index) => ({ request: tried[index]!.request, decision, determining }))).toEqual(
      tried.map(({ request: each, expected, determining }) => ({ request: each, decision: expected, determining })),
    );
  });

  it('agrees with decide on random policies and requests, whole answers alike', () => {
    for (const list of randomPolicies) {
      const decider = prepare(list, smallInventory);
      const asked = [
        ...fc.sample(fullRequest(true), { numRuns: 100, seed: 11 }),
        ...witnesses(list, smallInventory, { most: 150 }).map((witness) => witness.request),
      ];
      const answers = evalRego(targets.rego.compile(list, smallInventory).artifact, asked);
      expect(answers.map((answer, index) => ({ asked: asked[index], answer }))).toEqual(
        asked.map((each) => ({ asked: each, answer: decide(decider, each) })),
      );
    }
  });

  it('cuts an isolated host off, whatever the policies allow, but for the other sides on its list', () => {
    const { artifact } = targets.rego.compile([], smallInventory);
    const ask = (from: string, to: string) => ({ kind: 'network', from, to, protocol: 'tcp', port: 22 });
    const isolations = [
      { key: 'run-1/isolate/1', addresses: ['10.1.0.17', '2001:db8:1::17'], allow: ['192.0.2.0/24', '2001:db8:9::10'] },
      { key: 'run-2/isolate/1', addresses: ['10.1.0.17/32'], allow: [] },
    ];
    const only = (key: string) => ({ decision: 'deny', determining: [`isolation/${key}`], erring: [] });
    const both = { decision: 'deny', determining: ['isolation/run-1/isolate/1', 'isolation/run-2/isolate/1'], erring: [] };
    const free = { decision: 'not-applicable', determining: [], erring: [] };
    expect(
      evalRego(
        artifact,
        [
          ask('10.1.0.17', '10.2.0.5'),
          ask('10.2.0.5', '10.1.0.17'),
          ask('10.1.0.17', '192.0.2.9'),
          ask('2001:db8:1::17', '2001:db8:9::10'),
          ask('2001:db8:9::11', '2001:db8:1::17'),
          ask('10.1.0.18', '10.2.0.5'),
        ],
        isolations,
      ),
    ).toEqual([both, both, only('run-2/isolate/1'), free, only('run-1/isolate/1'), free]);
  });
});

const missingNft = nftMissing();

describeIf(missingNft === '' ? '' : `needs nft and user namespaces: ${missingNft}`, 'nftables in the kernel', () => {
  it.each(named)('loads the case `%s`, and loads it again over itself', (_, { policies: list, inventory }) => {
    const { artifact } = targets.nftables.compile(list, inventory);
    const loaded = loadNft(artifact);
    expect(loaded).toMatchObject({ ok: true });
    expect(loaded.complaint).toContain(artifact.digest);
  });

  it('loads what random policies compile to', () => {
    for (const list of randomPolicies) expect(loadNft(targets.nftables.compile(list, smallInventory).artifact)).toMatchObject({ ok: true });
  });

  it('lets through to and from the host what the rules say, by source port, direction and ICMP type, over IPv4 and IPv6', () => {
    const { artifact, losses } = targets.nftables.compile([hostPolicy], smallInventory);
    expect(losses).toEqual([]);
    expect(prove([hostPolicy], smallInventory, artifact, losses)).toMatchObject({ equal: true });
    const tries: readonly (readonly [Attempt, boolean])[] = [
      [{ from: '10.1.0.17', to: '10.2.0.5', port: 8080, sourcePort: 40_005 }, true],
      [{ from: '10.1.0.17', to: '10.2.0.5', port: 8080, sourcePort: 40_020 }, false],
      [{ from: '10.1.0.18', to: '10.2.0.5', port: 8080, sourcePort: 40_005 }, false],
      [{ from: '10.1.0.17', to: '10.2.0.5', port: 8081, sourcePort: 40_005 }, false],
      [{ from: '10.1.0.17', to: '10.1.0.18', port: 9_000, sourcePort: 40_006 }, true],
      [{ from: '10.1.0.18', to: '10.1.0.17', port: 9_001, sourcePort: 40_006 }, false],
      [{ from: '10.1.0.17', to: '10.2.0.5', ping: true }, true],
      [{ from: '10.1.0.18', to: '10.2.0.5', ping: true }, false],
      [{ from: '2001:db8:1::17', to: '2001:db8:2::5', port: 8080, sourcePort: 40_007 }, true],
      [{ from: '2001:db8:1::17', to: '2001:db8:2::5', port: 8080, sourcePort: 40_021 }, false],
    ];
    const outcomes = tryOnLoopback(
      artifact,
      ['10.1.0.17/32', '10.1.0.18/32', '10.2.0.5/32', '2001:db8:1::17/128', '2001:db8:2::5/128'],
      tries.map(([attempt]) => attempt),
    );
    expect(tries.map(([attempt], at) => [attempt, outcomes[at]])).toEqual(tries);
  });
});

const hostRule = (id: string, effect: NetworkRule['effect'], match: NetworkRule['match']): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect,
  match,
});

const hostPolicy = policyOf('host', [
  hostRule('clients', 'allow', { from: '10.1.0.17', to: '10.2.0.5', service: 'tcp/8080', sourcePorts: '40000-40010', direction: 'in' }),
  hostRule('clients-6', 'allow', {
    from: '2001:db8:1::17',
    to: '2001:db8:2::5',
    service: 'tcp/8080',
    sourcePorts: '40000-40010',
    direction: 'in',
  }),
  hostRule('echo', 'allow', { from: '10.1.0.17', to: '10.2.0.5', service: 'icmp/8/0', direction: 'in' }),
  hostRule('nobody-else', 'claim', { from: 'any', to: '10.2.0.5', service: 'any', direction: 'in' }),
  hostRule('nobody-else-6', 'claim', { from: 'any', to: '2001:db8:2::5', service: 'any', direction: 'in' }),
  hostRule('none-out', 'deny', { from: '10.1.0.18', to: '10.1.0.17', service: 'tcp/9001', direction: 'out' }),
]);
