import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../../../domain/policy/decide.ts';
import { prove } from '../../../../domain/policy/prove.ts';
import { targets } from '../../../../domain/policy/targets/index.ts';
import { runs } from '../../../law.ts';
import { policies, policyOf, request, smallInventory } from '../../arbitrary.ts';
import { networkRule } from '../../conformance/cases.ts';
import { decideRead } from '../../read-decision.ts';

const firewalls = [targets['juniper-srx'], targets['pan-os'], targets.fortinet, targets['check-point'], targets['cisco-asa']];

it.each(firewalls.map((target) => [target.name, target] as const))('%s has no clock by hours: a time zone has a name', (_, target) => {
  const rule = networkRule('web', {}, { effect: 'allow', except: [{ during: 'daily 08:00-18:00 +01:00' }] });
  expect(() => target.compile([policyOf('p', [rule])], smallInventory)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
});

describe.each(firewalls.map((target) => [target.name, target] as const))('random policies on %s', (_, target) => {
  it('are proved, and each loss that is declared shows', () => {
    fc.assert(
      fc.property(policies(true), (list) => {
        const { artifact, losses } = target.compile(list, smallInventory);
        const { counterExample, withinLosses } = prove(list, smallInventory, artifact, losses);
        expect(counterExample?.text).toBeUndefined();
        for (const { rule, direction } of losses) expect(withinLosses).toContainEqual(expect.objectContaining({ rule, direction }));
      }),
      runs(15),
    );
  });

  it('are read back as they are decided, request by request', () => {
    fc.assert(
      fc.property(policies(false), fc.array(request(false), { minLength: 10, maxLength: 10 }), (list, requests) => {
        const { artifact, losses } = target.compile(list, smallInventory);
        fc.pre(losses.length === 0);
        const [decider, read] = [prepare(list, smallInventory), target.read(artifact)];
        for (const asked of requests) {
          const { decision, erring } = decide(decider, asked);
          if (erring.length === 0) expect({ asked, decision: decideRead(read, asked) }).toEqual({ asked, decision });
        }
      }),
      runs(25),
    );
  });
});
