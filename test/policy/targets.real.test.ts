import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../domain/policy/decide.ts';
import { targets } from '../../domain/policy/targets/index.ts';
import { witnesses } from '../../domain/policy/witnesses.ts';
import { hasEngine } from '../stack/fixture.ts';
import { policies, request, smallInventory } from './arbitrary.ts';
import { policyCases } from './cases.ts';
import { checkRego, evalRego, loadNft, nftMissing } from './engines.ts';

const named = policyCases.map((each) => [each.name, each] as const);
const randomPolicies = fc.sample(policies(true), { numRuns: 12, seed: 7 });

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
        ...fc.sample(request(true), { numRuns: 100, seed: 11 }),
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
});
