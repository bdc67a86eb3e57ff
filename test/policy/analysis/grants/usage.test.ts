import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRule, AiRule } from '../../../../domain/policy/access/model.ts';
import { analyse } from '../../../../domain/policy/analysis/analyse.ts';
import { rightSizeGrants } from '../../../../domain/policy/analysis/grants/usage.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { accessRecorder } from '../../../../domain/policy/replay/access-records.ts';
import { runs } from '../../../law.ts';
import { accessInventory, accessRequest, accessRules } from '../../access/arbitrary.ts';

const policyOf = (rules: Policy['rules']): Policy => ({
  policy: 'p',
  title: 'P',
  owner: 'ann',
  controls: [],
  requirements: [{ id: 'q', text: 'Given.' }],
  rules,
  questions: [],
  tests: [],
});

const recorded = (...requests: readonly object[]) => {
  const { add, done } = accessRecorder();
  for (const request of requests) add({ kind: 'access', ...request }, undefined);
  return done();
};

const rule = (id: string, match: Partial<AccessRule['match']>): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q',
  effect: 'allow',
  match: { principals: ['group:staff', 'user:eve'], actions: ['read', 'write'], resources: ['folder:hr', 'document:report-1'], ...match },
});

const read = { principal: 'user:ann', action: 'read', resource: 'document:plan' };

describe('grants cut down to what was asked', () => {
  it('cut nobody off that was recorded, and let nobody in', () => {
    let smaller = 0;
    fc.assert(
      fc.property(accessRules, fc.array(accessRequest, { maxLength: 15 }), (rules, requests) => {
        const { proposal, replay, usage } = rightSizeGrants([policyOf(rules)], accessInventory, recorded(...requests));
        expect(replay.wouldBlock.requests).toBe(0);
        expect(replay.wouldAllow.requests).toBe(0);
        const words = (policies: readonly Policy[]) => JSON.stringify(policies.map((policy) => policy.rules)).length;
        smaller += words([policyOf(rules)]) - words(proposal);
        expect(usage.map(({ rule: id }) => id)).toEqual(rules.filter(({ effect }) => effect === 'allow').map(({ id }) => `p/${id}`));
      }),
      runs(60),
    );
    expect(smaller).toBeGreaterThan(0);
  });

  it('lose selectors that nobody needed, with the number of requests behind the rest', () => {
    const rules = [rule('some', {}), rule('never', { principals: ['user:bob'], actions: ['purge'] })];
    const sized = rightSizeGrants([policyOf(rules)], accessInventory, recorded(read, read, { ...read, action: 'write' }));
    expect(sized).toMatchObject({
      support: 3,
      neverUsed: ['p/never'],
      usage: [
        { rule: 'p/never', requests: 0 },
        { rule: 'p/some', requests: 3, unused: { principals: ['user:eve'], actions: [], resources: ['document:report-1'] } },
      ],
    });
    expect(sized.proposal[0]?.rules).toEqual([rule('some', { principals: ['group:staff'], resources: ['folder:hr'] })]);
  });

  it('are of models too', () => {
    const use: AiRule = {
      kind: 'ai',
      id: 'use',
      requirement: 'q',
      effect: 'allow',
      match: { principals: ['any'], models: ['small', '=model:large'] },
    };
    const records = recorded({ kind: 'ai', principal: 'user:ann', model: 'large' });
    const { proposal } = rightSizeGrants([policyOf([use])], accessInventory, records);
    expect(proposal[0]?.rules).toEqual([{ ...use, match: { principals: ['any'], models: ['=model:large'] } }]);
  });

  it('are told by an analysis', () => {
    const rules = [rule('some', {}), rule('never', { principals: ['user:bob'], actions: ['purge'] })];
    const { findings } = analyse([policyOf(rules)], accessInventory, { asked: recorded(read) });
    expect(findings.flatMap(({ kind, text }) => (kind === 'never-used' || kind === 'over-broad' ? [text] : []))).toEqual([
      '`p/some`: the 1 recorded requests that it let pass never needed `user:eve`, `write`, `document:report-1`',
      '`p/never` let nothing pass in 1 recorded requests',
    ]);
  });
});
