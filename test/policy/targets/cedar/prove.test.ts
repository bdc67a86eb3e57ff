import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide, prepare } from '../../../../domain/policy/decide.ts';
import type { AccessRule } from '../../../../domain/policy/access/model.ts';
import { proveAccess } from '../../../../domain/policy/access/prove.ts';
import { cedarTarget } from '../../../../domain/policy/targets/cedar/target.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { runs } from '../../../law.ts';
import { accessInventory, accessRules } from '../../access/arbitrary.ts';

export const policyOf = (rules: readonly AccessRule[]): Policy => ({
  policy: 'p',
  title: '',
  owner: '',
  controls: [],
  requirements: [],
  rules,
  questions: [],
  tests: [],
});

describe('Cedar', () => {
  it('says what the rules say, but for its losses, each of which shows', () => {
    fc.assert(
      fc.property(accessRules, (rules) => {
        const policies = [policyOf(rules)];
        const { artifact, losses } = cedarTarget.compile(policies, accessInventory);
        const proof = proveAccess(cedarTarget, { policies, inventory: accessInventory, artifact, losses });
        expect({ rules, text: artifact.files['access.cedar'], counterExample: proof.counterExample }).toEqual({
          rules,
          text: artifact.files['access.cedar'],
          counterExample: undefined,
        });
        const decider = prepare(policies, accessInventory);
        for (const { witness, direction } of losses) {
          const { decision } = decide(decider, witness);
          expect({ witness, decision, fits: direction === 'over-permits' ? decision !== 'allow' : decision !== 'deny' }).toEqual({
            witness,
            decision,
            fits: true,
          });
        }
        if (losses.length > 0)
          expect(proveAccess(cedarTarget, { policies, inventory: accessInventory, artifact, losses: [] }).equal).toBe(false);
      }),
      { ...runs(60), endOnFailure: true },
    );
  });
});
