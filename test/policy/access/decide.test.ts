import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import { runs } from '../../law.ts';
import { accessInventory, accessRequest, accessRules } from './arbitrary.ts';
import { referenceDecision } from './reference.ts';

const prepared = (rules: readonly AccessRule[]) =>
  prepareAccess(
    rules.map((rule) => ({ id: rule.id, rule })),
    accessInventory,
  );

describe('a decision on access', () => {
  it('does not hang on what was asked before: what cannot be read is denied each time', () => {
    const rule = {
      kind: 'access',
      id: 'all',
      requirement: 'r',
      effect: 'allow',
      match: { principals: ['any'], actions: ['any'], resources: ['any'] },
    } as const;
    const decider = prepareAccess([{ id: 'p/all', rule }], { assets: [], zones: [] });
    const request = { kind: 'access', principal: 'user:ann', action: 'read', resource: 'file:a' } as const;
    const odd = { ...request, context: { never: { __extn: { fn: 'unknown', arg: 'x' } } } };
    const asked = [odd, request, odd, { ...request, context: { share: 0.5 } }].map((each) => decideAccess(decider, each).decision);
    expect(asked).toEqual(['deny', 'allow', 'deny', 'deny']);
  });

  it('is what the rules say one by one, as an independent reader of them says', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(accessRules, fc.array(accessRequest, { minLength: 8, maxLength: 8 }), (rules, requests) => {
        const decider = prepared(rules);
        for (const request of requests) {
          const { decision, determining, erring } = decideAccess(decider, request);
          const expected = referenceDecision(rules, request);
          seen.add(`${decision}${erring.length > 0 ? ' errs' : ''}`);
          expect({ request, rules, decision, determining, erring: erring.map(({ rule }) => rule) }).toEqual({
            request,
            rules,
            ...expected,
          });
        }
      }),
      runs(150),
    );
    expect([...seen].toSorted()).toEqual(['allow', 'deny', 'deny errs', 'not-applicable']);
  });
});
