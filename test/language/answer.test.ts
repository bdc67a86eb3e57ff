import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { answerQuestion } from '../../domain/language/answer.ts';
import { draftPolicy } from '../../domain/language/draft.ts';
import { isNetworkRule, type NetworkPolicy, type Policy } from '../../domain/policy/model.ts';
import { runPolicyTests } from '../../domain/policy/life/policy-tests.ts';
import { validatePolicy } from '../../domain/policy/validate.ts';
import { questionLines, ruleLine } from './render.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '..', 'fixtures', 'language', name), 'utf8');
const { inventory } = parseInventory({ assets: fixture('inventory.csv'), zones: fixture('zones.csv') });
const draft = (text: string): Policy => draftPolicy(text, inventory, { owner: 'payments-security' }).policy;
const answer = (policy: Policy, question: string, said: string): Policy =>
  answerQuestion(policy, { question, answer: said, by: 'engineer-1', at: '2026-11-25T10:00:00Z' });
const lines = (policy: Policy): readonly string[] => policy.rules.filter(isNetworkRule).map(ruleLine);
const isSound = (policy: Policy): boolean => validatePolicy(policy, inventory).length === 0;

describe('an answer', () => {
  const only = 'Only the payments service may connect to the cardholder database on port 5432.';

  it('of `no` keeps everything else closed, and becomes a test that passes', () => {
    const policy = answer(draft(only), 'q1', 'no');
    expect(lines(policy)).toEqual(['allow service:payments -> group:cardholder-db tcp/5432', 'claim any -> group:cardholder-db any']);
    expect(policy.questions[0]?.answered).toEqual({ answer: 'no', by: 'engineer-1', at: '2026-11-25T10:00:00Z' });
    expect(runPolicyTests(policy, inventory)).toMatchObject([{ passed: true }]);
    expect(isSound(policy)).toBe(true);
  });

  it('of `yes` narrows the claim in its place', () => {
    const policy = answer(draft(only), 'q1', 'yes');
    expect(lines(policy)).toEqual(['allow service:payments -> group:cardholder-db tcp/5432', 'claim any -> group:cardholder-db tcp/5432']);
    expect(runPolicyTests(policy, inventory)).toMatchObject([{ passed: true }]);
  });

  it('leaves the policy that it was given as it was', () => {
    const policy = draft(only);
    const before = JSON.stringify(policy);
    answer(policy, 'q1', 'yes');
    expect(JSON.stringify(policy)).toBe(before);
  });

  it('with a window makes the exception hold then', () => {
    const text = 'Nobody may use SSH from the internet, except the bastion during maintenance on Sundays.';
    expect(lines(answer(draft(text), 'q1', 'Sun 02:00-06:00 Europe/Zurich'))).toEqual([
      'deny zone:internet -> any tcp/22 except to asset:bastion during Sun 02:00-06:00 Europe/Zurich',
    ]);
    expect(lines(answer(draft(text), 'q1', 'never'))).toEqual(['deny zone:internet -> any tcp/22']);
    expect(lines(answer(draft(text), 'q1', 'always'))).toEqual(['deny zone:internet -> any tcp/22 except to asset:bastion']);
  });

  it('with a window makes a permission hold then and at no other time', () => {
    const policy = answer(draft('ws-17 may connect to ledger-db at night.'), 'q1', 'daily 22:00-24:00 UTC');
    expect(lines(policy)).toEqual(['allow asset:ws-17 -> asset:ledger-db any except during Mon-Sun 00:00-22:00 UTC']);
    expect(isSound(policy)).toBe(true);
  });

  it('names what a word means, by a suggestion or by a selector', () => {
    const text = 'The paymnts service may connect to db-1 on port 5432.';
    expect(lines(answer(draft(text), 'q1', 'service:payments'))).toEqual(['allow service:payments -> asset:db-1 tcp/5432']);
    expect(lines(answer(draft(text), 'q1', '10.1.0.0/24'))).toEqual(['allow 10.1.0.0/24 -> asset:db-1 tcp/5432']);
    expect(lines(answer(draft(text), 'q1', 'leave-out'))).toEqual([]);
  });

  it('waits for the others of the same sentence, in whatever order they come', () => {
    const text = 'Only the unicorn service may connect to the dragon lair on port 5432.';
    const inOrder = answer(answer(answer(draft(text), 'q1', 'service:payments'), 'q2', 'asset:db-1'), 'q3', 'yes');
    const backwards = answer(answer(answer(draft(text), 'q3', 'yes'), 'q2', 'asset:db-1'), 'q1', 'service:payments');
    const expected = ['allow service:payments -> asset:db-1 tcp/5432', 'claim any -> asset:db-1 tcp/5432'];
    expect(lines(inOrder).toSorted()).toEqual(expected);
    expect(lines(backwards).toSorted()).toEqual(expected);
    expect(isSound(inOrder)).toBe(true);
  });

  it('to one of two names that are unclear makes no rule yet', () => {
    const policy = answer(draft('Allow everything.'), 'q1', 'any');
    expect(lines(policy)).toEqual([]);
    expect((policy as NetworkPolicy).questions.slice(1).map(questionLines)).toMatchObject([{ answers: { any: ['allow any -> any any'] } }]);
  });

  it.each([
    ['an unknown question', 'q9', 'no', 'not-found'],
    ['an answer that it does not have', 'q1', 'perhaps', 'input-invalid'],
    ['the placeholder itself', 'q1', '<q1>', 'input-invalid'],
    ['a selector where a choice was asked', 'q1', 'group:workstations', 'input-invalid'],
  ])('to %s is refused', (_, question, said, code) => {
    expect(() => answer(draft(only), question, said)).toThrow(EdictError);
    expect(() => answer(draft(only), question, said)).toThrow(expect.objectContaining({ code }));
  });

  it('makes no test that another sentence would fail', () => {
    const contrary = `${only} monitoring-1 may connect to db-1 on port 9187.`;
    expect(answer(draft(contrary), 'q1', 'no').tests).toEqual([]);
    expect(answer(draft(`${only} Deny everything else.`), 'q1', 'yes').tests).toEqual([]);
    for (const text of [contrary, `${only} Deny everything else.`]) {
      for (const said of ['no', 'yes']) expect(validatePolicy(answer(draft(text), 'q1', said), inventory)).toEqual([]);
    }
  });

  it('may be written in another case, with space around it', () => {
    expect(answer(draft(only), 'q1', ' Yes ').questions[0]?.answered?.answer).toBe('yes');
  });

  it('is given once', () => {
    const policy = answer(draft(only), 'q1', 'no');
    expect(() => answer(policy, 'q1', 'yes')).toThrow(expect.objectContaining({ code: 'conflict' }));
  });
});
