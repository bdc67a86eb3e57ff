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
