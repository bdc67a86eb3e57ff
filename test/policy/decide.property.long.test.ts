import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../domain/policy/decide.ts';
import type { NetworkRequest, NetworkRule } from '../../domain/policy/model.ts';
import { prove } from '../../domain/policy/prove.ts';
import { targets } from '../../domain/policy/targets/index.ts';
import { fullPolicies, fullRequest, policies, request, smallInventory } from './arbitrary.ts';
import { decideRead } from './read-decision.ts';
import { referenceDecision } from './reference.ts';
import { runs } from '../law.ts';

const often = runs(40);

describe('decide, by the law', () => {
  it('decides and explains every request as a plain walk over the rules does', () => {
    fc.assert(
      fc.property(policies(true), fc.array(request(true), { minLength: 30, maxLength: 30 }), (list, requests) => {
        const decider = prepare(list, smallInventory);
        for (const each of requests) {
          const { decision, determining, erring } = decide(decider, each);
          expect({ each, decision, determining, erring: erring.map(({ rule }) => rule) }).toEqual({
            each,
            ...referenceDecision(list, smallInventory, each),
          });
        }
      }),
      runs(100),
    );
  });

  it('does so for source ports, directions, states, ICMP types and every protocol, told or not', () => {
    fc.assert(
      fc.property(fullPolicies(true), fc.array(fullRequest(true), { minLength: 30, maxLength: 30 }), (list, requests) => {
        const decider = prepare(list, smallInventory);
        for (const each of requests) {
          const { decision, determining, erring } = decide(decider, each);
          expect({ each, decision, determining, erring: erring.map(({ rule }) => rule) }).toEqual({
            each,
            ...referenceDecision(list, smallInventory, each),
          });
        }
      }),
      runs(150),
    );
  });
});

describe('each target, by the law', () => {
  it('proves what Rego compiles to, time windows included', () => {
    fc.assert(
      fc.property(fullPolicies(true), (list) => {
        const { artifact, losses } = targets.rego.compile(list, smallInventory);
        expect(losses).toEqual([]);
        expect(prove(list, smallInventory, artifact, losses)).toMatchObject({ equal: true, withinLosses: [] });
      }),
      often,
    );
  });

  it('proves what nftables compiles to, but for the losses that it declares', () => {
    fc.assert(
      fc.property(fullPolicies(true), (list) => {
        const { artifact, losses } = targets.nftables.compile(list, smallInventory);
        const proof = prove(list, smallInventory, artifact, losses);
        expect(proof).toMatchObject({ equal: true });
        expect(proof.withinLosses.map(({ rule }) => rule).toSorted()).toEqual(losses.map(({ rule }) => rule).toSorted());
        expect(proof.withinLosses.every(({ direction }) => direction === 'under-permits')).toBe(true);
      }),
      often,
    );
  });

  it('reads both artifacts back to what a plain walk decides, of the flows that rules name, where no rule speaks of time', () => {
    fc.assert(
      fc.property(fullPolicies(false), fc.array(fullRequest(false), { minLength: 30, maxLength: 30 }), (list, requests) => {
        const rules = list.flatMap((policy) => policy.rules as readonly NetworkRule[]);
        const spoken = (each: NetworkRequest) =>
          [undefined, 'forward', ...rules.map(({ match }) => match.direction)].includes(each.direction) &&
          [undefined, 'new', ...rules.flatMap(({ match }) => match.state ?? [])].includes(each.state);
        const asked = requests.filter(spoken).map((each) => ({ sourcePort: 40_000, ...each }));
        for (const target of [targets.nftables, targets.rego]) {
          const read = target.read(target.compile(list, smallInventory).artifact);
          expect(asked.map((each) => ({ each, decision: decideRead(read, each) }))).toEqual(
            asked.map((each) => ({ each, decision: referenceDecision(list, smallInventory, each).decision })),
          );
        }
      }),
      often,
    );
  });

  it('compiles the same policies to the same bytes, in whatever order their rules stand', () => {
    fc.assert(
      fc.property(fullPolicies(true), (list) => {
        const turned = list.toReversed().map((policy) => ({ ...policy, rules: policy.rules.toReversed() }));
        for (const target of [targets.nftables, targets.rego])
          expect(target.compile(turned, structuredClone(smallInventory))).toEqual(target.compile(list, smallInventory));
      }),
      runs(20),
    );
  });
});
