import { describe, expect, it } from '@jest/globals';
import { accessWitnesses } from '../../../domain/policy/access/space/witnesses.ts';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import type { Policy, Rule } from '../../../domain/policy/model.ts';
import { accessInventory } from './arbitrary.ts';

const access = (id: string, match: Extract<Rule, { kind: 'access' }>['match'], effect: Rule['effect'] = 'allow'): Rule => ({
  kind: 'access',
  id,
  requirement: 'r1',
  effect,
  match,
});
const rules: readonly Rule[] = [
  access('closed', { principals: ['any'], actions: ['any'], resources: ['document:*'] }, 'claim'),
  access('staff', { principals: ['group:staff'], actions: ['read'], resources: ['document:*'], when: { mfa: true } }),
  access('office', { principals: ['user:*'], actions: ['list'], resources: ['document:*'], when: { from: ['10.1.0.0/16'] } }),
  access('purpose', { principals: ['user:*'], actions: ['list'], resources: ['any'], when: { purposes: ['a'] } }),
  {
    kind: 'ai',
    id: 'ask',
    requirement: 'r1',
    effect: 'allow',
    match: { principals: ['group:staff'], models: ['small'], purposes: ['support'] },
  },
];
const policies: readonly Policy[] = [
  { policy: 'p', title: 'P', owner: 'o', controls: [], requirements: [{ id: 'r1', text: 'R' }], rules, questions: [], tests: [] },
];

describe('witnesses of access and AI rules', () => {
  const found = accessWitnesses(policies, accessInventory);

  it('are on both sides of every rule, and say what the rules do', () => {
    for (const { id } of rules) {
      const of = found.filter(({ rule }) => rule === `p/${id}`);
      expect(found.some(({ determining }) => determining.includes(`p/${id}`))).toBe(true);
      expect(of.some(({ determining }) => !determining.includes(`p/${id}`))).toBe(true);
    }
    const decider = prepare(policies, accessInventory);
    for (const { request, expected } of found) expect(decide(decider, request).decision).toBe(expected);
    expect(new Set(found.map(({ expected }) => expected))).toEqual(new Set(['allow', 'deny', 'not-applicable']));
  });

  it('leave no rule out where there are many', () => {
    const few = accessWitnesses(policies, accessInventory, { most: rules.length });
    expect(new Set(few.map(({ rule }) => rule)).size).toBe(rules.length);
  });

  it('say which of the rules that are to be left alone holds them', () => {
    const told = accessWitnesses(policies, accessInventory, { apart: new Set(['p/staff']) });
    const touching = told.filter(({ touches }) => touches === 'p/staff').map(({ rule }) => rule);
    expect(touching).toContain('p/staff');
    expect(told.find(({ rule, at }) => rule === 'p/office' && at === 'inside')?.touches).toBeUndefined();
  });
});
