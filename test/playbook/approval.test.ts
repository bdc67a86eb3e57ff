/** What approvals compile to, what they show, how they are narrowed, and which of them nobody can give. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { digestOf } from '../../domain/digest.ts';
import type { ApprovalPlan, PlannedEffect } from '../../domain/playbook/approval.ts';
import { isWithin, leftOut, narrowPlan } from '../../domain/playbook/approval/narrow.ts';
import { shownOf, targetsOf } from '../../domain/playbook/approval/shown.ts';
import { unreachableApprovals } from '../../domain/playbook/approval/unreachable.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import type { ApprovalStep, Plan } from '../../domain/playbook/plan.ts';
import { simulate } from '../../domain/playbook/simulate.ts';

const isolate = '  - { id: isolate, action: network.isolate, with: { asset: h1 }, undo: network.release, lease: 4h }\n';
const compiled = (approval: string, more: { readonly triggers?: string; readonly steps?: string } = {}): Plan =>
  compilePlaybook(
    `playbook: p\nversion: 1.0.0\ntitle: t\ntriggers: ${more.triggers ?? '[]'}\nsteps:\n  - { id: ask, approval: { of: [isolate], expires: 1h, ${approval} } }\n${more.steps ?? isolate}`,
    'p.yaml',
  ).plan;
const ask = (plan: Plan): ApprovalStep => plan.steps['ask'] as ApprovalStep;
const fault = (approval: string): string => {
  try {
    compiled(approval);
    return 'compiles';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('an approval compiles', () => {
  it('with named people, a ladder, high risk and glass to break', () => {
    const step = ask(
      compiled(
        'roles: [manager], people: [ann], risk: high, break_glass: { roles: [admin], review: 12h }, escalate: [{ after: 5m, to: [engineer], remind: [1m] }, { after: 10m, people: [max] }]',
      ),
    );
    expect(step).toMatchObject({
      people: ['ann'],
      risk: 'high',
      breakGlass: { roles: ['admin'], reviewMs: 43_200_000 },
      escalate: [
        { afterMs: 300_000, to: ['engineer'], remindMs: [60_000] },
        { afterMs: 600_000, to: [], people: ['max'] },
      ],
    });
  });

  it('with the single rung that it always had', () => {
    expect(ask(compiled('roles: [manager], escalate: { after: 15m, to: [admin] }')).escalate).toEqual({ afterMs: 900_000, to: ['admin'] });
  });

  it.each([
    ['nobody', 'quorum: 1', 'must ask somebody'],
    ['a rung that asks nobody', 'roles: [manager], escalate: [{ after: 1m }]', 'must ask somebody'],
    ['more people than it names', 'people: [ann, max], quorum: 3', 'it takes 3 people and names 2'],
    ['one person twice', 'people: [ann, ann], quorum: 2', 'it takes 2 people and names 1'],
    ['rungs out of order', 'roles: [manager], escalate: [{ after: 5m, to: [engineer] }, { after: 5m, to: [admin] }]', 'rung 2 of approval'],
    [
      'a rung that asks the same again',
      'roles: [manager], escalate: [{ after: 5m, to: [manager] }]',
      'asks nobody who was not asked before',
    ],
    ['another risk', 'roles: [manager], risk: low', 'high'],
  ])('never where it asks %s', (_, approval, message) => {
    expect(fault(approval)).toContain(message);
  });

  it('where people of a rung make the quorum of named ones', () => {
    expect(fault('people: [ann], quorum: 2, escalate: [{ after: 1m, people: [max] }]')).toBe('compiles');
  });
});

describe('what an approval shows', () => {
  const shown = (plan: Plan, effects: readonly PlannedEffect[], blastRadius?: { critical: number; peers: number }) =>
    shownOf(plan, ask(plan), {
      effects,
      expiresAtMs: 1,
      blastRadius: blastRadius === undefined ? [] : [{ step: 'n', hosts: [], ...blastRadius }],
    });
  const reversible: PlannedEffect = { step: 'isolate', action: 'network.isolate', params: { asset: 'h1' }, undo: 'network.release' };
  const plan = compiled('roles: [manager]');

  it('is of normal risk where all of it can be undone and few would feel it', () => {
    expect(shown(plan, [reversible], { critical: 0, peers: 50 })).toMatchObject({ risk: 'normal', irreversible: [] });
  });

  it.each([
    ['a critical asset near by', { critical: 1, peers: 2 }],
    ['more than 50 hosts near by', { critical: 0, peers: 51 }],
  ])('is of high risk with %s', (_, blast) => {
    expect(shown(plan, [reversible], blast)).toMatchObject({ risk: 'high' });
  });

  it('is of high risk where the playbook says so', () => {
    expect(shown(compiled('roles: [manager], risk: high'), [reversible])).toMatchObject({ risk: 'high' });
  });

  it('is of high risk where an effect cannot be undone, with the reason that the playbook gives', () => {
    const final = compiled('roles: [manager]', {
      steps: '  - { id: isolate, action: network.isolate, with: { asset: h1 }, undo: none, reason: the host is thrown away }\n',
    });
    const { undo: _, ...effect } = reversible;
    expect(shown(final, [effect])).toMatchObject({
      risk: 'high',
      irreversible: [{ step: 'isolate', reason: 'the host is thrown away' }],
    });
  });

  it('takes what gives something back for no more than that', () => {
    expect(shown(plan, [{ step: 'isolate', action: 'network.release', params: { receipt: 'r' } }])).toMatchObject({ risk: 'normal' });
  });

  it('names its targets, and no prose', () => {
    const params = { asset: { name: 'h1', zone: 'z' }, to: ['a', { value: '203.0.113.9' }], text: 'not a target', count: 3, empty: '' };
    expect(targetsOf({ params })).toEqual(['h1', 'a', '203.0.113.9']);
  });

  const requestOf = (source: string): { readonly digest: string; readonly plan: ApprovalPlan } => {
    const run = simulate({
      plan: compilePlaybook(source, 'p.yaml').plan,
      fakes: { 'context.blast-radius': { outputs: { critical: 0, peers: 1, hosts: ['h2'] } } },
    });
    const found = run.approvals[0]?.command.plan;
    if (!found) throw new Error('nothing was asked');
    return { digest: digestOf(found), plan: found };
  };
  const source = (
    changes: { version?: string; host?: string; lease?: string; expires?: string; risk?: string; blast?: boolean } = {},
  ): string => {
    const { version = '1.0.0', host = 'h1', lease = '4h', expires = '1h', risk = '', blast = false } = changes;
    const look = blast ? `  - { id: look, action: context.blast-radius, with: { asset: h1 } }\n` : '';
    return `playbook: p\nversion: ${version}\ntitle: t\nsteps:\n${look}  - { id: ask, approval: { of: [isolate], roles: [manager], expires: ${expires}${risk} } }\n  - { id: isolate, action: network.isolate, with: { asset: ${host} }, undo: network.release, lease: ${lease} }\n`;
  };

  it.each([
    ['the parameters', { host: 'h2' }],
    ['the version', { version: '1.0.1' }],
    ['the lease', { lease: '5h' }],
    ['the expiry', { expires: '2h' }],
    ['the risk', { risk: ', risk: high' }],
    ['the blast radius', { blast: true }],
  ])('has another digest when %s changes', (_, changes) => {
    expect(requestOf(source(changes)).digest).not.toBe(requestOf(source()).digest);
  });

  it('has the blast radius that the run found out, with its hosts', () => {
    expect(requestOf(source({ blast: true })).plan.shown).toMatchObject({
      blastRadius: [{ step: 'look', critical: 0, peers: 1, hosts: ['h2'] }],
      expiresAtMs: 3_600_000,
    });
  });
});

describe('a narrower plan', () => {
  const effect = fc.record({
    step: fc.constantFrom('a', 'b', 'c', 'each[1].d'),
    action: fc.constant('network.isolate'),
    params: fc.record({ asset: fc.string({ maxLength: 4 }) }),
    lease: fc.option(fc.constantFrom('10m', '1h', '4h', '2d'), { nil: undefined }),
    undo: fc.option(fc.constant('network.release'), { nil: undefined }),
  });
  const plans = fc
    .uniqueArray(effect, { minLength: 1, maxLength: 4, selector: ({ step }) => step })
    .map((effects): ApprovalPlan => ({ run: 'r', playbook: 'p', version: '1.0.0', step: 'ask', effects }));
  const narrows = fc.record(
    {
      steps: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'each[1].d'), { minLength: 1, maxLength: 4 }),
      lease: fc.constantFrom('5m', '1h', '3d'),
    },
    { requiredKeys: [] },
  );

  it('is within the plan, has another digest, and cannot be widened again; or it is refused', () => {
    fc.assert(
      fc.property(plans, narrows, (plan, narrow) => {
        let narrower: ApprovalPlan;
        try {
          narrower = narrowPlan(plan, narrow);
        } catch (error) {
          expect(error).toMatchObject({ code: 'approval-not-narrower' });
          return;
        }
        expect(isWithin(plan, narrower)).toBe(true);
        expect(isWithin(narrower, plan)).toBe(false);
        expect(digestOf(narrower)).not.toBe(digestOf(plan));
        expect(leftOut(plan, narrower)).toHaveLength(plan.effects.length - narrower.effects.length);
      }),
    );
  });

  it('is not within a plan that it goes beyond', () => {
    const plan: ApprovalPlan = {
      run: 'r',
      playbook: 'p',
      version: '1.0.0',
      step: 'ask',
      effects: [{ step: 'a', action: 'network.isolate', params: { asset: 'h1' }, lease: '1h', undo: 'network.release' }],
    };
    const [first] = plan.effects;
    for (const changed of [{ lease: '2h' }, { lease: undefined }, { params: { asset: 'h2' } }, { step: 'b' }, { undo: undefined }])
      expect(isWithin(plan, { ...plan, effects: [{ ...first!, ...changed }] })).toBe(false);
  });
});

describe('an approval that nobody can give', () => {
  const people = [
    { id: 'ann', roles: ['analyst'], disabled: false },
    { id: 'max', roles: ['manager'], disabled: false },
    { id: 'mia', roles: ['manager'], disabled: false },
    { id: 'old', roles: ['admin'], disabled: true },
  ];
  const whys = (approval: string, triggers?: string): readonly string[] =>
    unreachableApprovals(compiled(approval, triggers === undefined ? {} : { triggers }), people).map(({ why }) => why);

  it.each([
    ['a quorum that is larger than the role', 'roles: [manager], quorum: 3', 'it takes 3 and `max` and `mia` can give it'],
    ['a role that nobody has', 'roles: [engineer]', 'it takes 1 and nobody can give it'],
    ['a role that only the disabled have', 'roles: [admin]', 'it takes 1 and nobody can give it'],
    ['a stranger', 'people: [zoe], roles: [manager]', 'it asks `zoe`, whom nobody knows'],
  ])('asks %s', (_, approval, why) => {
    expect(whys(approval)).toContain(why);
  });

  it('asks only who starts the playbook', () => {
    expect(whys('people: [ann]', '[{ manual: { roles: [analyst] } }]')).toEqual([
      'whoever starts the playbook is needed to approve it, and may not',
    ]);
    expect(whys('roles: [manager], quorum: 2', '[{ manual: { roles: [analyst, manager] } }]')).toEqual([
      'when `max` or `mia` starts the playbook nobody else can give it',
    ]);
  });

  it('is none where a rung, a name or somebody else is enough', () => {
    expect(whys('roles: [engineer], escalate: { after: 5m, to: [manager] }')).toEqual([]);
    expect(whys('roles: [manager], people: [ann], quorum: 3')).toEqual([]);
    expect(whys('roles: [manager]', '[{ manual: { roles: [manager] } }]')).toEqual([]);
    expect(whys("roles: [manager], quorum: '${1 + 4}'")).toEqual([]);
  });
});
