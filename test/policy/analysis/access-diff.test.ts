import { expect, it } from '@jest/globals';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import { diffPolicies } from '../../../domain/policy/diff.ts';
import type { AccessRule, AiRule } from '../../../domain/policy/access/model.ts';
import type { Policy, Rule } from '../../../domain/policy/model.ts';
import { accessInventory } from '../access/arbitrary.ts';

function policyOf(rules: readonly Rule[]): Policy {
  return { policy: 'p', title: '', owner: '', controls: [], requirements: [{ id: 'q', text: '' }], rules, questions: [], tests: [] };
}

const access = (effect: AccessRule['effect'], match: Partial<AccessRule['match']> = {}): Rule => ({
  kind: 'access',
  id: 'a',
  requirement: 'q',
  effect,
  match: { principals: ['group:staff'], actions: ['read'], resources: ['document:*'], ...match },
});

const ai = (match: Partial<AiRule['match']>): Rule => ({
  kind: 'ai',
  id: 'a',
  requirement: 'q',
  effect: 'allow',
  match: { principals: ['user:*'], models: ['small'], ...match },
});

it.each<[string, readonly Rule[], readonly Rule[]]>([
  ['added', [], [access('allow')]],
  ['removed', [access('allow')], []],
  [
    'widened',
    [access('allow', { when: { mfa: true } })],
    [access('allow', { when: { attributes: [{ attribute: 'context.mfa', present: true }] } })],
  ],
  ['widened', [access('allow')], [access('allow', { principals: ['group:everyone'] })]],
  ['narrowed', [access('allow')], [access('allow', { principals: ['user:ann'] })]],
  ['changed', [access('allow')], [access('allow', { actions: ['write'] })]],
  ['changed', [access('allow')], [access('deny')]],
  ['widened', [ai({ models: ['small'] })], [ai({ models: ['small', 'large'] })]],
  ['narrowed', [ai({ purposes: ['audit', 'support'] })], [ai({ purposes: ['audit'] })]],
  ['widened', [ai({ tools: ['search'] })], [ai({ tools: ['search', 'mail'] })]],
])('what people and models may do: a rule is %s, shown by a request', (change, before, after) => {
  const found = diffPolicies([policyOf(before)], [policyOf(after)], accessInventory);
  expect(found).toMatchObject({ equal: false, rules: [{ rule: 'p/a', change }] });
  for (const shown of [found.witness!, found.rules[0]!.witness!]) {
    expect(shown.before).not.toBe(shown.after);
    expect(decide(prepare([policyOf(before)], accessInventory), shown.request).decision).toBe(shown.before);
    expect(decide(prepare([policyOf(after)], accessInventory), shown.request).decision).toBe(shown.after);
  }
});

it('sees that other words say the same', () => {
  const twice = access('allow', { principals: ['user:ann', 'group:staff'] });
  expect(diffPolicies([policyOf([access('allow')])], [policyOf([twice])], accessInventory)).toEqual({ equal: true, rules: [] });
});
