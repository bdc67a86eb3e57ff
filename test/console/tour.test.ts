/** The steps of the tour follow from what the server holds, and what is offered from who looks. */
import { describe, expect, it } from '@jest/globals';
import type { RouteName } from '../../api/contract/routes.ts';
import { actOf } from '../../console/app/tour/act.ts';
import type { Viewer } from '../../console/app/tour/act.ts';
import { stepsOf } from '../../console/app/tour/steps.ts';
import type { Asked, Facts, StepId } from '../../console/app/tour/steps.ts';

const now = (facts: Facts): StepId | undefined => stepsOf(facts).find(({ state }) => state === 'now')?.id;

const context = { assets: 30, connections: 143, indicators: 6, demo: true };
const asked: Asked = { id: 'a1', status: 'open', roles: ['manager'], excluded: ['eva'], voted: [], given: 0, quorum: 1 };
const enforced = { name: 'p', state: 'enforced', enforced: true, questions: 0 };
const incident = { id: 'i1', closed: false, contained: false, released: false };
const run = { id: 'r1', ended: false };

const story: readonly (readonly [Facts, StepId | undefined])[] = [
  [{}, 'context'],
  [{ context: { ...context, assets: 0 } }, 'context'],
  [{ context }, 'write'],
  [{ context, policy: { name: 'p', state: 'draft', enforced: false, questions: 2 } }, 'answer'],
  [{ context, policy: { name: 'p', state: 'draft', enforced: false, questions: 0 } }, 'hand-in'],
  [{ context, policy: { name: 'p', state: 'in-review', enforced: false, questions: 0 } }, 'approve'],
  [{ context, policy: { name: 'p', state: 'distributing', enforced: false, questions: 0 } }, 'enforce'],
  [{ context, policy: enforced }, 'raise'],
  [{ context, policy: { ...enforced, state: 'revising', questions: 3 } }, 'raise'],
  [{ context, policy: enforced, incident }, 'take'],
  [{ context, policy: enforced, incident: { ...incident, assignee: 'eva', run, containment: asked } }, 'allow'],
  [
    { context, policy: enforced, incident: { ...incident, assignee: 'eva', run, containment: { ...asked, status: 'approved' } } },
    'contain',
  ],
  [{ context, policy: enforced, incident: { ...incident, assignee: 'eva', run, contained: true } }, 'release'],
  [{ context, policy: enforced, incident: { ...incident, assignee: 'eva', run: { ...run, ended: true }, released: true } }, 'close'],
  [{ context, policy: enforced, incident: { ...incident, closed: true, released: true } }, 'verify'],
  [{ context, policy: enforced, incident: { ...incident, closed: true, released: true }, chain: { ok: false, rows: 9 } }, 'verify'],
  [{ context, policy: enforced, incident: { ...incident, closed: true, released: true }, chain: { ok: true, rows: 9 } }, undefined],
];

describe('the steps of the tour', () => {
  it.each(story.map(([facts, step]) => ({ facts, step })))('with $facts comes $step', ({ facts, step }) => {
    expect(now(facts)).toBe(step);
  });

  it('go on where the containment was refused, or the incident closed without it', () => {
    for (const [over, next] of [
      [{ ...incident, assignee: 'eva', run, containment: { ...asked, status: 'denied' } }, 'close'],
      [{ ...incident, assignee: 'eva', run: { ...run, ended: true } }, 'close'],
      [{ ...incident, closed: true }, 'verify'],
    ] as const) {
      const steps = stepsOf({ context, policy: enforced, incident: over });
      expect(steps.filter(({ state }) => state === 'passed').map(({ id }) => id)).toEqual(['allow', 'contain', 'release']);
      expect(steps.find(({ state }) => state === 'now')?.id).toBe(next);
    }
  });

  it('are done where they are true already, in whatever order they came about', () => {
    const steps = stepsOf({ context, incident: { ...incident, assignee: 'eva', run, contained: true } });
    expect(steps.filter(({ state }) => state === 'done').map(({ id }) => id)).toEqual(['context', 'raise', 'take', 'allow', 'contain']);
  });
});

describe('what is offered for a step', () => {
  const viewer = (id: string, roles: readonly string[], may: readonly RouteName[]): Viewer => ({
    id,
    roles,
    may: (route) => may.includes(route),
  });
  const manager = viewer('mia', ['manager'], ['approvals.vote', 'incidents.change', 'runs.cancel']);
  const engineer = viewer('eva', ['engineer'], ['approvals.vote', 'policies.draft', 'policies.answer', 'policies.submit']);
  const review: Facts = { context, policy: { name: 'p', state: 'in-review', enforced: false, questions: 0 }, review: asked };

  it('is to do it, where the person may', () => {
    expect(actOf('write', { context }, engineer)).toEqual({ kind: 'suggest' });
    expect(actOf('approve', review, manager)).toMatchObject({ kind: 'go', to: '/approvals/a1' });
  });

  it('is to bring somebody in, where the person may not', () => {
    expect(actOf('write', { context }, manager)).toMatchObject({ kind: 'need', role: 'engineer' });
    expect(actOf('raise', { context }, manager)).toMatchObject({ kind: 'need', role: 'analyst' });
  });

  it.each([
    ['who asked', viewer('eva', ['engineer', 'manager'], ['approvals.vote']), asked, 'You asked'],
    ['who has voted', manager, { ...asked, quorum: 2, given: 1, voted: ['mia'] }, 'You have voted'],
    ['who has another role', engineer, { ...asked, excluded: [] }, 'It takes a manager'],
    ['who may not vote', viewer('adam', ['admin'], []), { ...asked, excluded: [] }, 'It takes a manager'],
  ] as const)('is never a vote for %s', (_, who, open, words) => {
    const act = actOf('approve', { ...review, review: open }, who);
    expect(act).toMatchObject({ kind: 'need', role: 'manager' });
    expect(act.kind === 'need' && act.text).toContain(words);
  });

  it('is no alarm about a host that the server does not know', () => {
    const sender = viewer('ann', ['analyst'], ['signals.send']);
    expect(actOf('raise', { context: { ...context, demo: false } }, sender).kind).toBe('wait');
    expect(actOf('raise', { context }, sender)).toEqual({ kind: 'raise' });
  });
});
