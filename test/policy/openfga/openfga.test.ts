import { describe, expect, it } from '@jest/globals';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { speakOpenFga } from '../../../domain/policy/targets/openfga/compile.ts';
import { check, openStore } from './check.ts';
import { questionOf, sampleInventory, sampleRequests, sampleRules } from './sample.ts';

describe('access rules as relationships', () => {
  const { artifact } = speakOpenFga(sampleRules, sampleInventory);
  const store = openStore(artifact.files);
  const decider = prepareAccess(sampleRules, sampleInventory);

  it('are checked as they are decided', () => {
    const decided = sampleRequests.map((request) => ({ request, allowed: decideAccess(decider, request).decision === 'allow' }));
    expect(new Set(decided.map(({ allowed }) => allowed)).size).toBe(2);
    expect(sampleRequests.map((request) => ({ request, allowed: check(store, questionOf(request)) === 'allowed' }))).toEqual(decided);
  });

  it('are the same bytes in any order', () => {
    const entities = sampleInventory.entities?.toReversed();
    expect(speakOpenFga(sampleRules.toReversed(), { ...sampleInventory, entities }).artifact).toEqual(artifact);
  });
});
