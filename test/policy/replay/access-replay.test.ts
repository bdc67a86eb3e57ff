import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideAccessPolicies, prepareAccessPolicies } from '../../../domain/policy/access/policies.ts';
import type { AccessRule, AiRule } from '../../../domain/policy/access/model.ts';
import type { Decision, Policy } from '../../../domain/policy/model.ts';
import { accessRecorder } from '../../../domain/policy/replay/access-records.ts';
import { accessWhatIf } from '../../../domain/policy/replay/access-replay.ts';
import { runs } from '../../law.ts';
import { accessInventory, accessRequest, accessRules } from '../access/arbitrary.ts';

const policyOf = (rules: readonly (AccessRule | AiRule)[]): readonly Policy[] => [
  { policy: 'p', title: 'P', owner: 'ann', controls: [], requirements: [{ id: 'q1', text: 'Given.' }], rules, questions: [], tests: [] },
];
const deciders = (rules: readonly (AccessRule | AiRule)[]) => prepareAccessPolicies(policyOf(rules), accessInventory);

const allow = (id: string, match: Partial<AccessRule['match']>): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q1',
  effect: 'allow',
  match: { principals: ['any'], actions: ['any'], resources: ['any'], ...match },
});

const recorded = (...entries: readonly (readonly [object, (Decision | undefined)?])[]) => {
  const { add, done } = accessRecorder();
  for (const [fields, decision] of entries) add({ kind: 'access', ...fields }, decision);
  return done();
};

const read = { principal: 'user:ann', action: 'read', resource: 'document:plan' };

describe('a replay of recorded access', () => {
  it('counts what one after the other is decided otherwise', () => {
    fc.assert(
      fc.property(accessRules, accessRules, fc.array(accessRequest, { maxLength: 20 }), (old, fresh, requests) => {
        const { add, done } = accessRecorder();
        // Twice, so that something is alike.
        for (const request of [...requests, ...requests]) expect(add(request, undefined)).toBeUndefined();
        const [before, after] = [deciders(old), deciders(fresh)];
        const passes = (sides: ReturnType<typeof deciders>) =>
          [...requests, ...requests].map((request) => decideAccessPolicies(sides, request).decision === 'allow');
        const [was, is] = [passes(before), passes(after)];
        const found = accessWhatIf(done(), { before, after }, accessInventory);
        expect(found.wouldBlock.requests).toBe(was.filter((one, at) => one && is[at] === false).length);
        expect(found.wouldAllow.requests).toBe(is.filter((one, at) => one && was[at] === false).length);
        for (const { request, before: then, after: now } of [...found.wouldBlock.examples, ...found.wouldAllow.examples]) {
          expect(decideAccessPolicies(before, request).decision).toBe(then);
          expect(decideAccessPolicies(after, request).decision).toBe(now);
        }
      }),
      runs(40),
    );
  });

  it('tells whose they are, the most critical first, then the most frequent', () => {
    const entities = [
      { uid: { type: 'document', id: 'plan' }, attrs: { criticality: 'low' } },
      { uid: { type: 'document', id: 'keys' }, attrs: { criticality: 'critical' } },
    ];
    const records = recorded(
      [{ ...read, resource: 'document:other' }],
      [read],
      [read],
      [{ ...read, principal: 'user:bob', resource: 'document:keys' }],
      [{ ...read, resource: 'document:other' }],
      [{ ...read, resource: 'document:other' }],
    );
    const inventory = { ...accessInventory, entities };
    const sides = { before: deciders([allow('all', {})]), after: deciders([]) };
    const { wouldBlock, wouldAllow } = accessWhatIf(records, sides, inventory);
    expect(wouldAllow).toEqual({ requests: 0, principals: [], examples: [] });
    expect(wouldBlock.examples.map(({ text, criticality, count }) => [text, criticality, count])).toEqual([
      ['user:bob read document:keys', 'critical', 1],
      ['user:ann read document:plan', 'low', 2],
      ['user:ann read document:other', undefined, 3],
    ]);
    expect(wouldBlock.principals).toEqual([
      { principal: 'user:ann', requests: 5 },
      { principal: 'user:bob', requests: 1 },
    ]);
  });

  it('compares with what was decided when it was recorded, and counts what does not tell', () => {
    const records = recorded([read, 'allow'], [{ ...read, action: 'write' }, 'deny'], [{ ...read, action: 'list' }]);
    const after = deciders([allow('write', { actions: ['write'] })]);
    const found = accessWhatIf(records, { before: undefined, after }, accessInventory);
    expect(found).toMatchObject({ requests: 3, untold: 1, wouldBlock: { requests: 1 }, wouldAllow: { requests: 1 } });
    expect(found.wouldBlock.examples[0]).toMatchObject({ before: 'allow', after: 'not-applicable', text: 'user:ann read document:plan' });
    expect(found.wouldAllow.examples[0]).toMatchObject({ before: 'deny', after: 'allow', determining: [] });
  });

  it('asks for the time only where a rule does, and then at each time', () => {
    const times = ['2026-11-23T09:00:00Z', '2026-11-23T09:00:30Z', '2026-11-23T22:00:00Z', undefined];
    const records = recorded(...times.map((at) => [{ ...read, ...(at === undefined ? {} : { at }) }] as const));
    expect(records.distinct).toHaveLength(1);
    const hours = deciders([allow('hours', { when: { during: 'Mon 08:00-18:00 UTC' } })]);
    const found = accessWhatIf(records, { before: deciders([allow('all', {})]), after: hours }, accessInventory);
    expect(found.wouldBlock.requests).toBe(2);
    expect(found.wouldBlock.examples.map(({ request }) => request.at)).toEqual(['2026-11-23T22:00:00.000Z', undefined]);
    expect(found.wouldBlock.examples[1]?.erring).toHaveLength(1);
  });

  it('replays uses of models', () => {
    const use = { kind: 'ai', principal: 'user:ann', model: 'small', purpose: 'support', dataClasses: ['internal'], tools: [] };
    const rule: AiRule = {
      kind: 'ai',
      id: 'support',
      requirement: 'q1',
      effect: 'allow',
      match: { principals: ['any'], models: ['small'], purposes: ['support'], dataClasses: ['internal', 'public'] },
    };
    const records = recorded([use], [{ ...use, dataClasses: ['secret'] }, 'allow']);
    const found = accessWhatIf(records, { before: deciders([]), after: deciders([rule]) }, accessInventory);
    expect(found).toMatchObject({ wouldAllow: { requests: 1 }, wouldBlock: { requests: 0 } });
  });

  it('says why something is no request', () => {
    const { add, done } = accessRecorder();
    expect(add({ kind: 'access', ...read, principal: 7 }, undefined)).toContain('principal');
    expect(add({ kind: 'ai', principal: 'user:ann' }, undefined)).toContain('model');
    expect(add({ kind: 'access', ...read, context: { deep: { nothing: null } } }, undefined)).toContain('context');
    expect(done().count).toBe(0);
  });
});
