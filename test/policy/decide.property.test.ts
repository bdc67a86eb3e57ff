import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../domain/policy/decide.ts';
import { prove } from '../../domain/policy/prove.ts';
import { targets } from '../../domain/policy/targets/index.ts';
import { policies, request, smallInventory } from './arbitrary.ts';
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
});

describe('each target, by the law', () => {
  it('proves what Rego compiles to, time windows included', () => {
    fc.assert(
      fc.property(policies(true), (list) => {
        const { artifact, losses } = targets.rego.compile(list, smallInventory);
        expect(losses).toEqual([]);
        expect(prove(list, smallInventory, artifact, losses)).toMatchObject({ equal: true, withinLosses: [] });
      }),
      often,
    );
  });

  it('proves what nftables compiles to, but for the losses that it declares', () => {
    fc.assert(
      fc.property(policies(true), (list) => {
        const { artifact, losses } = targets.nftables.compile(list, smallInventory);
        const proof = prove(list, smallInventory, artifact, losses);
        expect(proof).toMatchObject({ equal: true });
        expect(proof.withinLosses.map(({ rule }) => rule).toSorted()).toEqual(losses.map(({ rule }) => rule).toSorted());
        expect(proof.withinLosses.every(({ direction }) => direction === 'under-permits')).toBe(true);
      }),
      often,
    );
  });

  it('reads both artifacts back to what a plain walk decides, where no rule speaks of time', () => {
    fc.assert(
      fc.property(policies(false), fc.array(request(false), { minLength: 30, maxLength: 30 }), (list, requests) => {
        for (const target of [targets.nftables, targets.rego]) {
          const read = target.read(target.compile(list, smallInventory).artifact);
          expect(requests.map((each) => ({ each, decision: decideRead(read, each) }))).toEqual(
            requests.map((each) => ({ each, decision: referenceDecision(list, smallInventory, each).decision })),
          );
        }
      }),
      often,
    );
  });

  it('compiles the same policies to the same bytes', () => {
    fc.assert(
      fc.property(policies(true), (list) => {
        for (const target of [targets.nftables, targets.rego])
          expect(target.compile(list, smallInventory)).toEqual(target.compile(structuredClone(list), structuredClone(smallInventory)));
      }),
      runs(20),
    );
  });
});
