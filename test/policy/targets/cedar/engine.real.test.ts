import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accessRequestOfAi } from '../../../../domain/policy/access/ai.ts';
import { decide, prepare } from '../../../../domain/policy/decide.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { cedarTarget } from '../../../../domain/policy/targets/cedar/target.ts';
import { runs } from '../../../law.ts';
import { accessInventory, accessRequest, accessRules } from '../../access/arbitrary.ts';
import { authorize, partsOf, validate } from './engine.ts';

const policyOf = (rules: Policy['rules']): Policy => ({
  policy: 'p',
  title: '',
  owner: '',
  controls: [],
  requirements: [],
  rules,
  questions: [],
  tests: [],
});

describe('Cedar itself', () => {
  it('takes every artifact as valid, and decides as the rules do', () => {
    const seen = { allow: 0, deny: 0, refused: 0 };
    fc.assert(
      fc.property(accessRules, fc.array(accessRequest, { minLength: 6, maxLength: 6 }), (rules, requests) => {
        const policies = [policyOf(rules)];
        const parts = partsOf(cedarTarget.compile(policies, accessInventory).artifact);
        expect({ text: parts.policies, schema: JSON.stringify(parts.schema), faults: validate(parts) }).toEqual({
          text: parts.policies,
          schema: JSON.stringify(parts.schema),
          faults: [],
        });
        const decider = prepare(policies, accessInventory);
        const timezone = 'Europe/Zurich';
        for (const request of requests) {
          const found = authorize(
            parts,
            request,
            accessInventory,
            rules.some((rule) => JSON.stringify(rule).includes('during')) ? timezone : undefined,
          );
          seen[found] += 1;
          if (found === 'refused' || /report-2|x-1|backlog/.test(`${request.resource} ${request.principal}`)) continue;
          const { decision } = decide(decider, request);
          expect({ text: parts.policies, rules, request, found }).toEqual({
            text: parts.policies,
            rules,
            request,
            found: decision === 'allow' ? 'allow' : 'deny',
          });
        }
      }),
      runs(300),
    );
    expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(10);
  });

  it('decides the use of models as the rules do', () => {
    const list = fc.uniqueArray(fc.constantFrom('public', 'internal', 'secret', 'odd'), { maxLength: 3 });
    const some = fc.constantFrom(['public'], ['public', 'internal'], ['secret'], []);
    const rule = fc.record({
      effect: fc.constantFrom('allow' as const, 'deny' as const, 'claim' as const),
      match: fc.record(
        {
          principals: fc.constantFrom(['any'], ['group:staff']),
          models: fc.constantFrom(['any'], ['small']),
          dataClasses: some,
          tools: some,
          purposes: fc.constantFrom(['support'], ['support', 'fun']),
        },
        { requiredKeys: ['principals', 'models'] },
      ),
    });
    const asked = fc.record({ dataClasses: list, tools: list, purpose: fc.constantFrom('support', 'fun', 'other') }, { requiredKeys: [] });
    const seen = { allow: 0, deny: 0 };
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.array(asked, { minLength: 4, maxLength: 4 }), (rules, uses) => {
        const policies = [policyOf(rules.map((each, at) => ({ kind: 'ai', id: `r${at}`, requirement: 'q', ...each })))];
        const parts = partsOf(cedarTarget.compile(policies, accessInventory).artifact, 'ai');
        expect(validate(parts)).toEqual([]);
        const decider = prepare(policies, accessInventory);
        for (const use of uses) {
          const request = { kind: 'ai' as const, principal: 'user:ann', model: 'small', ...use };
          const found = authorize(parts, accessRequestOfAi(request), accessInventory);
          if (found === 'refused') continue;
          seen[found] += 1;
          const { decision } = decide(decider, request);
          expect({ text: parts.policies, request, found }).toEqual({
            text: parts.policies,
            request,
            found: decision === 'allow' ? 'allow' : 'deny',
          });
        }
      }),
      runs(300),
    );
    expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(5);
  });
});
