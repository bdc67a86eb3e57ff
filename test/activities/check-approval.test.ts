/** Approvals at execution: only what was granted, as it was granted, by people who may still grant it. */
import { describe, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { createActivities } from '../../activities/index.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ApprovalPlan, ApprovalRecord, Narrow, Review, Vote } from '../../domain/playbook/approval.ts';
import { narrowPlan } from '../../domain/playbook/approval/narrow.ts';
import type { ActionStep, ApprovalStep } from '../../domain/playbook/plan.ts';
import { actionStep, makeWorld, planOf, type World } from './fake-world.ts';

const ask: ApprovalStep = {
  kind: 'approval',
  id: 'ask',
  of: ['first', 'second'],
  roles: ['manager'],
  quorum: { is: 'value', value: 1 },
  expires: { is: 'value', value: '1h' },
  remindMs: [],
  breakGlass: { roles: ['manager'], reviewMs: 1 },
  binds: 'request',
  summary: { is: 'value', value: '' },
  facts: {},
  denied: 'no',
  expired: 'no',
};
const ordered = planOf([
  ask,
  actionStep('first', 'network.isolate', { undo: 'network.release', approval: 'ask' }),
  actionStep('second', 'network.isolate', { undo: 'network.release', approval: 'ask' }),
]);
const effect = (step: string) => ({ step, action: 'network.isolate', params: { asset: 'ws-17' }, lease: '4h', undo: 'network.release' });
const plan: ApprovalPlan = {
  run: 'r1',
  playbook: 'p',
  version: '1.0.0',
  step: 'ask',
  effects: [effect('first'), effect('second')],
  shown: { expiresAtMs: 1, risk: 'normal', irreversible: [], blastRadius: [] },
};
const digest = digestOf(plan);
const call: ActionCall = { run: 'r1', step: 'first', invocation: 1, params: { asset: 'ws-17' }, approval: 'a1', lease: '4h' };
const vote = (changed: Partial<Vote> = {}): Vote => ({ approval: 'a1', digest, decision: 'approve', by: 'max', at: '', ...changed });
const review: Review = {
  id: 'rev-1',
  approval: 'a1',
  run: 'r1',
  by: 'max',
  reason: 'now',
  openedAt: '',
  dueAt: '',
  status: 'open',
  overdue: false,
};

function worldWith(changed: Partial<ApprovalRecord> = {}): World {
  const world = makeWorld({ plan: ordered });
  for (const id of ['max', 'mia']) world.people.set(id, { id, name: id, roles: ['manager'], disabled: false });
  world.people.set('abe', { id: 'abe', name: 'abe', roles: ['analyst'], disabled: false });
  world.approvals.set('a1', {
    id: 'a1',
    run: 'r1',
    step: 'ask',
    digest,
    plan,
    summary: '',
    facts: {},
    roles: ['manager'],
    people: [],
    quorum: 1,
    requester: 'ann',
    excluded: ['ann'],
    openedAt: '',
    expiresAt: '',
    status: 'approved',
    votes: [vote()],
    granted: { digest, plan, by: 'quorum' },
    ...changed,
  });
  return world;
}

const isolate = (world: World, changed: Partial<ActionCall> = {}) =>
  createActivities(world.ports)['network.isolate']({ ...call, ...changed });

async function refused(world: World, code: string, changed: Partial<ActionCall> = {}): Promise<void> {
  await expect(isolate(world, changed)).rejects.toMatchObject({ code });
  expect(world.changes).toEqual([]);
}

async function allowed(world: World, changed: Partial<ActionCall> = {}): Promise<void> {
  await isolate(world, changed);
  expect(world.changes.length).toBeGreaterThan(0);
}

describe('an approval is of exactly what is done', () => {
  it('and holds for that', () => allowed(worldWith()));

  it.each([
    ['another lease', { lease: '5h' }],
    ['a shorter lease', { lease: '1h' }],
    ['no lease at all', { lease: undefined }],
    ['another parameter', { params: { asset: '10.3.0.17' } }],
    ['one parameter more', { params: { asset: 'ws-17', allow: [] } }],
  ])('and not of %s', (_, changed) => refused(worldWith(), 'approval-digest-changed', changed));

  it.each(['playbook', 'version'] as const)('and not of another %s than the run goes on with now', async (part) => {
    const world = worldWith();
    const row = world.runs.get('r1');
    world.runs.set('r1', { ...row!, [part]: part === 'version' ? '2.0.0' : 'q' });
    await refused(world, 'approval-digest-changed');
  });

  it.each([
    ['what is shown was changed', { plan: { ...plan, shown: { ...plan.shown!, expiresAtMs: 2 } } }],
    [
      'what was granted was changed',
      { granted: { digest, plan: { ...plan, effects: [{ ...effect('first'), lease: '9h' }] }, by: 'quorum' as const } },
    ],
    ['what was granted goes beyond what was asked', grantOf({ ...plan, effects: [{ ...effect('first'), params: { asset: 'ws-18' } }] })],
    ['its digest is another', { digest: digestOf('x') }],
  ])('and of nothing where %s in the record', (_, changed) => refused(worldWith(changed), 'approval-digest-changed'));
});

describe('an approval of a run that went on with another version', () => {
  const migrated = (step: Partial<ActionStep>, approval: Partial<ApprovalStep> = {}): World => {
    const world = worldWith();
    const later = planOf([
      { ...ask, ...approval },
      actionStep('first', 'network.isolate', { undo: 'network.release', approval: 'ask', ...step }),
    ]);
    world.plans.set(later.digest, later);
    const migration = { version: '2.0.0', planDigest: later.digest, by: 'ann', command: 'c' };
    const orderedWith = { version: '1.0.0', planDigest: ordered.digest };
    world.runs.set('r1', { ...world.runs.get('r1')!, version: '2.0.0', planDigest: later.digest, migrations: [migration], orderedWith });
    return world;
  };

  it('holds where approval and step are the same in both', () => allowed(migrated({})));
  it('is void where the step is another', () => refused(migrated({ lease: { is: 'value', value: '9h' } }), 'approval-digest-changed'));
  it('is void where other people would be asked', () => refused(migrated({}, { roles: ['admin'] }), 'approval-digest-changed'));
});

function grantOf(granted: ApprovalPlan, by: 'quorum' | 'break-glass' = 'quorum'): Partial<ApprovalRecord> {
  const own = digestOf(granted);
  return { granted: { digest: own, plan: granted, by }, votes: [vote({ digest: own })] };
}

describe('a narrower plan', () => {
  const narrowed = (narrow: Narrow) => worldWith(grantOf(narrowPlan(plan, narrow)));

  it('allows what it holds, for as long as it says', () => allowed(narrowed({ steps: ['first'], lease: '1h' }), { lease: '1h' }));
  it('does not allow the longer lease that was asked for', () => refused(narrowed({ lease: '1h' }), 'approval-digest-changed'));
  it('does not allow what it leaves out', () => refused(narrowed({ steps: ['second'] }), 'approval-digest-changed'));
  it('is not carried by votes for the whole', async () => {
    const granted = narrowPlan(plan, { steps: ['first'] });
    const world = worldWith({ granted: { digest: digestOf(granted), plan: granted, by: 'quorum' }, votes: [vote()] });
    await refused(world, 'approval-role-missing');
  });
});

describe('a vote at execution', () => {
  it('on somebody’s behalf counts while the delegation is in force', async () => {
    const world = worldWith({ votes: [vote({ by: 'abe', onBehalfOf: 'max' })] });
    await refused(world, 'approval-role-missing');
    world.delegations.push({ from: 'max', to: 'abe', roles: ['manager'] });
    await allowed(world);
  });

  it('and one on the same person’s behalf count once', async () => {
    const world = worldWith({ quorum: 2, votes: [vote(), vote({ by: 'abe', onBehalfOf: 'max' })] });
    world.delegations.push({ from: 'max', to: 'abe', roles: ['manager'] });
    await refused(world, 'approval-role-missing');
  });

  it.each([
    ['of the requester', [vote({ by: 'ann' })]],
    ['on the requester’s behalf', [vote({ by: 'abe', onBehalfOf: 'ann' })]],
  ])('%s lets nothing happen', (_, votes) => refused(worldWith({ votes }), 'approval-by-requester'));

  it('of a named person counts by the name, and not once they are gone', async () => {
    const world = worldWith({ roles: [], people: ['abe'], votes: [vote({ by: 'abe' })] });
    world.people.set('abe', { id: 'abe', name: 'abe', roles: ['analyst'], disabled: true });
    await refused(world, 'approval-role-missing');
    world.people.set('abe', { id: 'abe', name: 'abe', roles: [], disabled: false });
    await allowed(world);
  });
});

describe('glass that was broken', () => {
  const broken = (changed: Partial<Review> = {}, more: Partial<ApprovalRecord> = {}) =>
    worldWith({ quorum: 2, ...grantOf(plan, 'break-glass'), votes: [], review: { ...review, ...changed }, ...more });

  it('lets the plan run without votes', () => allowed(broken()));
  it('lets it run where others accepted it', () => allowed(broken({ status: 'accepted' })));
  it('lets nothing run once others rejected it', () =>
    refused(broken({ status: 'rejected', closedBy: 'mia' }), 'approval-review-rejected'));
  it('lets nothing run without a record of who did it', () => refused(broken({}, { review: undefined }), 'break-glass-denied'));
  it('lets nothing run by who asked', () => refused(broken({ by: 'ann' }), 'approval-by-requester'));
  it('lets nothing run once the right was taken away', async () => {
    const world = broken();
    world.people.set('max', { id: 'max', name: 'max', roles: ['analyst'], disabled: false });
    await refused(world, 'break-glass-denied');
  });
  it('lets nothing run where the ordered playbook does not allow it, whatever the record says', async () => {
    const { breakGlass: _, ...closed } = ask;
    const other = planOf([closed, actionStep('first', 'network.isolate', { undo: 'network.release', approval: 'ask' })]);
    const world = broken({}, { breakGlass: { roles: ['manager'], reviewMs: 1 } });
    world.plans.set(other.digest, other);
    world.runs.set('r1', { ...world.runs.get('r1')!, planDigest: other.digest });
    await refused(world, 'break-glass-denied');
  });
});
