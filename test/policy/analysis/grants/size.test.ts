import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideAccess, prepareAccess } from '../../../../domain/policy/access/decide.ts';
import type { Entity } from '../../../../domain/policy/access/entity.ts';
import type { AccessRule, AiRule } from '../../../../domain/policy/access/model.ts';
import { analyse } from '../../../../domain/policy/analysis/analyse.ts';
import { overrunsOf } from '../../../../domain/policy/analysis/budget.ts';
import { grantSizes, printGrants } from '../../../../domain/policy/analysis/grants/permissiveness.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { validatePolicy } from '../../../../domain/policy/validate.ts';
import { runs } from '../../../law.ts';

const uid = (text: string) => ({ type: text.split(':')[0] ?? '', id: text.split(':')[1] ?? '' });
const entity = (text: string, ...parents: readonly string[]): Entity => ({ uid: uid(text), parents: parents.map(uid) });

const users = ['user:ann', 'user:bob', 'user:eve', 'user:kim'];
const documents = ['document:plan', 'document:report-1', 'document:report-2'];
const actions = ['read', 'write', 'purge'];

const inventory = {
  assets: [],
  zones: [],
  entities: [
    entity('user:ann', 'group:staff'),
    entity('user:bob', 'group:staff'),
    entity('user:eve', 'group:guests'),
    entity('user:kim'),
    entity('document:plan', 'folder:hr'),
    entity('document:report-1', 'folder:hr'),
    entity('document:report-2'),
    ...actions.map((action) => entity(`Action:${action}`)),
  ],
};

const rule = (
  id: string,
  effect: AccessRule['effect'],
  match: Partial<AccessRule['match']>,
  rest: Partial<AccessRule> = {},
): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q',
  effect,
  match: { principals: ['user:*'], actions: ['read', 'write', 'purge'], resources: ['document:*'], ...match },
  ...rest,
});

const policyOf = (rules: readonly (AccessRule | AiRule)[], budget?: Policy['budget']): Policy => ({
  policy: 'p',
  title: 'P',
  owner: 'ann',
  controls: [],
  requirements: [{ id: 'q', text: 'Given.' }],
  rules,
  questions: [],
  tests: [],
  ...(budget === undefined ? {} : { budget }),
});

const sizeOf = (...rules: readonly AccessRule[]) => grantSizes([policyOf(rules)], inventory).access;

describe('the size of what access rules grant', () => {
  const some = (...of: readonly string[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 2 });
  const match = fc.record({
    principals: some('group:staff', '=user:eve', 'user:*', 'user:k*'),
    actions: some('read', 'write', 'purge', 'Action:*'),
    resources: some('folder:hr', 'document:*', '=document:plan', 'document:report-*'),
  });
  const someRules = fc
    .array(
      fc.record({
        effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
        match,
        except: fc.array(match, { maxLength: 1 }),
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((list) => list.map(({ effect, ...rest }, at) => rule(`r${at}`, effect, rest.match, { except: rest.except })));

  it('counts whoever may do what on what, of all that are known', () => {
    fc.assert(
      fc.property(someRules, (rules) => {
        // Beside them one that speaks of every kind, so that each is counted.
        const all = [...rules, rule('kinds', 'claim', {})];
        const decider = prepareAccess(
          all.map((one) => ({ id: `p/${one.id}`, rule: one })),
          inventory,
        );
        const granted = (who: readonly string[], what: readonly string[], on: readonly string[]): number =>
          who
            .flatMap((principal) =>
              what.flatMap((action) => on.map((resource) => ({ kind: 'access' as const, principal, action, resource }))),
            )
            .filter((request) => decideAccess(decider, request).decision === 'allow').length;
        const size = sizeOf(...all);
        const known = granted(users, actions, documents);
        // One more of each kind of name that rules may tell apart.
        const more = granted([...users, 'user:z', 'user:kz'], [...actions, 'z'], [...documents, 'document:z', 'document:report-z']);
        expect(size?.grants).toBeGreaterThanOrEqual(known);
        expect(size?.grants).toBeLessThanOrEqual(more);
        expect(size?.grants === 0).toBe(more === 0);
      }),
      runs(40),
    );
  });

  it('is exact where nothing is granted to names that nobody knows', () => {
    expect(sizeOf(rule('staff', 'allow', { principals: ['group:staff'], actions: ['read'], resources: ['folder:hr'] }))).toEqual({
      grants: 4,
      of: expect.any(Number),
      anybody: false,
    });
    expect(
      sizeOf(
        rule('staff', 'allow', { principals: ['group:staff'], actions: ['read', 'write'], resources: ['folder:hr'] }),
        rule('no-writes', 'deny', { principals: ['=user:bob'], actions: ['write'], resources: ['folder:hr'] }),
      )?.grants,
    ).toBe(6);
    expect(sizeOf(rule('nothing', 'deny', {}))?.grants).toBe(0);
  });

  it('takes what a condition asks to be so, where it can be', () => {
    const match = { principals: ['=user:ann'], actions: ['read'], resources: ['=document:plan'] };
    expect(sizeOf(rule('mfa', 'allow', { ...match, when: { mfa: true } }))?.grants).toBe(1);
    const never = rule('mfa', 'allow', { ...match, when: { mfa: true } });
    expect(sizeOf(never, rule('no-mfa', 'deny', { ...match, when: { mfa: true } }))?.grants).toBe(0);
  });

  it('says where anybody is granted something', () => {
    expect(sizeOf(rule('all', 'allow', { principals: ['any'] }))?.anybody).toBe(true);
    expect(
      sizeOf(
        rule('all', 'allow', { principals: ['any'] }),
        rule('none', 'deny', { principals: ['any'], resources: ['any'], actions: ['any'] }),
      )?.anybody,
    ).toBe(false);
  });

  it('is of models too', () => {
    const use: AiRule = {
      kind: 'ai',
      id: 'use',
      requirement: 'q',
      effect: 'allow',
      match: { principals: ['group:staff'], models: ['small', 'large'] },
    };
    const { ai, access } = grantSizes([policyOf([use])], inventory);
    expect(access).toBeUndefined();
    expect(ai?.grants).toBe(4);
    expect(printGrants('ai', ai!)).toMatch(/^4 of \d+ grants of models$/u);
  });
});

describe('a budget of grants', () => {
  const staff = (...resources: readonly string[]) => rule('staff', 'allow', { principals: ['group:staff'], actions: ['read'], resources });

  it('keeps a policy from growing by itself', () => {
    expect(overrunsOf(policyOf([staff('folder:hr')], { access: 4 }), inventory)).toEqual([]);
    const [overrun] = overrunsOf(policyOf([staff('folder:hr', '=document:report-2')], { access: 4 }), inventory);
    expect(overrun).toMatchObject({
      family: 'access',
      text: expect.stringMatching(/^policy `p` allows 6 of \d+ grants of access, its budget is 4$/u),
    });
    expect(validatePolicy(policyOf([staff('folder:hr')], { access: 3 }), inventory)).toMatchObject([
      { code: 'policy-budget-exceeded', where: '/budget/access' },
    ]);
    expect(validatePolicy(policyOf([staff('folder:hr')], { access: 4, ai: 0 }), inventory)).toEqual([]);
  });
});

describe('an allow that opens much', () => {
  const broad = (...rules: readonly AccessRule[]) =>
    analyse([policyOf(rules)], inventory)
      .findings.filter(({ kind }) => kind === 'over-broad')
      .map(({ rule: id, text }) => [id, text]);

  it('is told where it is to anybody without a condition, or of everything', () => {
    expect(broad(rule('anybody', 'allow', { principals: ['any'] }))).toEqual([['p/anybody', '`p/anybody` allows anybody, known or not']]);
    expect(broad(rule('all', 'allow', { actions: ['any'], resources: ['any'] }))).toEqual([
      ['p/all', '`p/all` allows every action, also those that nobody thought of, everything there is'],
    ]);
  });

  it('is not told where a condition holds it, nor of what refuses', () => {
    expect(broad(rule('mfa', 'allow', { principals: ['any'], when: { mfa: true } }))).toEqual([]);
    expect(broad(rule('no', 'deny', { principals: ['any'], actions: ['any'] }))).toEqual([]);
    expect(broad(rule('some', 'allow', {}))).toEqual([]);
  });
});
