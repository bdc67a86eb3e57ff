import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Activities } from '../../activities/contract.ts';
import { canonicalJson } from '../../domain/digest.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import { describeWith } from '../stack/fixture.ts';
import { approvedVersion, askedReview, cardholder, storeWorld } from './store-world.ts';
import type { StoreWorld } from './store-world.ts';

const signal: Signal = {
  id: 's1',
  kind: 'beacon',
  severity: 'high',
  at: '2026-11-25T12:00:00Z',
  title: 'ws-17 beacons',
  source: '10.3.0.17',
  destination: '203.0.113.9',
  key: 'beacon:ws-17',
  attributes: {},
};

describeWith(['postgres'], 'the triage of an incident', () => {
  let world: StoreWorld;
  const triage = (...signals: string[]) => world.as('incident/beacon:ws-17')['incident.triage']({ key: 'beacon:ws-17', signals });

  beforeEach(async () => {
    world = await storeWorld();
    await world.store.signals.accept(signal, 'test');
  });

  afterEach(async () => {
    await world.end();
  });

  it('opens an incident, orders the playbook that the signal triggers with the asset behind the address, and settles the signal', async () => {
    const outcome = await triage('s1');
    expect(outcome).toMatchObject({ severity: 'high', orders: [expect.stringMatching(/^contain-host-[0-9a-f]{12}$/)] });
    const run = await world.store.runs.get(outcome.orders[0] ?? '');
    expect(run).toMatchObject({
      playbook: 'contain-host',
      requester: 'system:trigger/contain-host',
      incident: outcome.incident,
      signal: 's1',
    });
    expect(run?.inputs).toMatchObject({ host: { name: 'ws-17' }, indicator: { value: '203.0.113.9' } });
    expect(await world.store.signals.get('s1')).toMatchObject({ status: 'handled', incident: outcome.incident });
  });

  it('orders once, however often it is tried, and not again while the run goes on', async () => {
    const first = await triage('s1');
    expect(await triage('s1')).toEqual(first);
    await world.store.signals.accept({ ...signal, id: 's2' }, 'test');
    expect(await triage('s2')).toMatchObject({ incident: first.incident, orders: [] });
    expect((await world.store.runs.list({}, {})).items).toHaveLength(1);
  });

  it('takes no signal that no door recorded, and none of another key', async () => {
    await expect(triage('made-up')).rejects.toMatchObject({ code: 'signal-invalid' });
    await world.store.signals.accept({ ...signal, id: 's3', key: 'other' }, 'test');
    await expect(triage('s3')).rejects.toMatchObject({ code: 'signal-invalid' });
    expect(await triage('made-up', 's1')).toMatchObject({ orders: [expect.any(String)] });
    expect((await world.store.incidents.byKey('beacon:ws-17'))?.signals).toEqual(['s1']);
  });

  it('works for the incident of its own key alone', async () => {
    const other = world.as('incident/other')['incident.triage']({ key: 'beacon:ws-17', signals: ['s1'] });
    await expect(other).rejects.toMatchObject({ code: 'order-mismatch' });
    expect(await world.store.signals.get('s1')).toMatchObject({ status: 'open' });
  });

  it('starts nothing by itself for a weak signal', async () => {
    await world.store.signals.accept({ ...signal, id: 'low', severity: 'low' }, 'test');
    expect(await triage('low')).toMatchObject({ orders: [] });
  });
});

describeWith(['postgres'], 'the lifecycle of a policy', () => {
  let world: StoreWorld;
  type Stage = 'create' | 'generate' | 'review' | 'distribute' | 'enforce';
  const life = () => world.as('policy/cardholder');
  const order = (stage: Stage, cycle = 1) => life()['lifecycle.order']({ policy: 'cardholder', stage, cycle });
  const record = (stage: Stage, outcome: string, reason?: string) =>
    life()['lifecycle.record']({ policy: 'cardholder', stage, outcome, reason });

  beforeEach(async () => {
    world = await storeWorld();
    await world.store.policies.saveDraft(cardholder(), 'ann');
  });

  afterEach(async () => {
    await world.end();
  });

  it('orders each stage on the author’s behalf, and the same one again for the same cycle', async () => {
    const { run } = await order('generate');
    expect(await order('generate')).toEqual({ run });
    expect(await world.store.runs.get(run)).toMatchObject({
      playbook: 'generate',
      requester: 'ann',
      policy: 'cardholder',
      inputs: { policy: 'cardholder', version: 1 },
    });
  });

  it('does not begin a stage in the wrong state, nor for another workflow', async () => {
    await expect(order('distribute')).rejects.toMatchObject({ code: 'policy-state-wrong' });
    await expect(order('enforce')).rejects.toMatchObject({ code: 'policy-state-wrong' });
    const other = world.as('policy/other')['lifecycle.order']({ policy: 'cardholder', stage: 'generate', cycle: 1 });
    await expect(other).rejects.toMatchObject({ code: 'order-mismatch' });
  });

  it('does not go on with open questions, without rules, or with a name that is unknown', async () => {
    const question = { id: 'q1', about: 'r1', text: 'And backups?', readings: [] };
    const { policies } = world.store;
    await policies.replaceDraft(cardholder({ questions: [question] }), 1, 'ann');
    await expect(order('generate')).rejects.toMatchObject({ code: 'policy-questions-open' });
    await policies.replaceDraft(cardholder({ rules: [] }), 1, 'ann');
    await expect(order('generate')).rejects.toMatchObject({ code: 'policy-invalid' });
    const rules = cardholder().rules.map((rule) => ({ ...rule, match: { ...rule.match, to: 'group:nowhere' } }));
    await policies.replaceDraft(cardholder({ rules }), 1, 'ann');
    await expect(order('generate')).rejects.toMatchObject({ code: 'policy-name-unknown' });
  });

  it('sends a denied version back to draft with the reason', async () => {
    await order('review');
    expect((await world.store.policies.get('cardholder'))?.state).toBe('in-review');
    expect(await record('review', 'denied', 'it cuts the backup off')).toEqual({ state: 'draft' });
    expect(await world.store.policies.get('cardholder')).toMatchObject({ state: 'draft', reason: 'it cuts the backup off' });
  });

  it('goes through to enforced, and revises from there', async () => {
    await approvedVersion(world, 'cardholder');
    await order('review');
    expect(await record('review', 'done')).toEqual({ state: 'approved' });
    await order('distribute');
    expect(await record('distribute', 'done')).toEqual({ state: 'distributing' });
    await order('enforce');
    expect(await record('enforce', 'done')).toEqual({ state: 'enforced' });
    expect(await record('enforce', 'done')).toEqual({ state: 'enforced' });
    expect(await world.store.policies.inForce()).toMatchObject([{ policy: 'cardholder', version: 1 }]);
    await world.store.policies.saveDraft(cardholder({ title: 'changed' }), 'ann');
    const { run } = await order('generate', 2);
    expect((await world.store.runs.get(run))?.inputs).toMatchObject({ version: 2 });
    await order('review', 2);
    expect(await record('review', 'expired')).toEqual({ state: 'revising' });
  });
});

describeWith(['postgres'], 'an approval', () => {
  let world: StoreWorld;
  let activities: Activities;
  const params = { policy: 'cardholder', version: 1 };
  const asked = askedReview('v1', params, 3_600_000);
  const { plan } = asked;

  beforeEach(async () => {
    world = await storeWorld();
    await world.store.secrets.ensure('statement-key', () => 'a key');
    await world.store.people.put({ id: 'max', name: 'Max', roles: ['manager'], disabled: false }, 'ann');
    activities = await world.ordered('v1', 'review', params);
  });

  afterEach(async () => {
    await world.end();
  });

  it.each([
    ['fewer votes', { quorum: 0 }],
    ['other people', { roles: ['analyst'] }],
    ['another step', { plan: { ...plan, step: 'impact' } }],
    [
      'effects that the playbook does not cover',
      { plan: { ...plan, effects: [{ step: 'impact', action: 'network.isolate', params: {} }] } },
    ],
    ['another run', { plan: { ...plan, run: 'v2' } }],
  ])('is not asked for with %s than the ordered plan says', async (_what, changed) => {
    await expect(activities['approval.open']({ ...asked, ...changed })).rejects.toMatchObject({ code: 'order-mismatch' });
    expect((await world.store.approvals.list({}, {})).items).toEqual([]);
  });

  it('goes to no roles that the ordered plan does not name', async () => {
    const { approval } = await activities['approval.open'](asked);
    const escalation = activities['approval.escalate']({ approval, to: ['analyst'], kind: 'escalate' });
    await expect(escalation).rejects.toMatchObject({ code: 'order-mismatch' });
    expect((await world.store.approvals.get(approval))?.roles).toEqual(['manager']);
  });

  it('counts a vote that a door signed, and refuses and records one that none did', async () => {
    const { approval, digest } = await activities['approval.open'](asked);
    const vote = { approval, digest, decision: 'approve' as const, by: 'max', at: new Date().toISOString() };
    const signature = createHmac('sha256', 'a key').update(canonicalJson(vote)).digest('base64url');
    const forgeries = [
      { vote, signature: 'x' },
      { vote: { ...vote, by: 'mia' }, signature },
      { vote, signature: createHmac('sha256', 'another key').update(canonicalJson(vote)).digest('base64url') },
    ];
    for (const forged of forgeries) await expect(activities['approval.vote'](forged)).rejects.toMatchObject({ code: 'statement-forged' });
    const rows = await world.store.audit.list({ subject: `approval/${approval}` }, {});
    expect(rows.items.filter(({ event }) => event === 'approval-vote-refused')).toHaveLength(forgeries.length);
    await expect(activities['approval.vote'](null as never)).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await activities['approval.vote']({ vote, signature })).toMatchObject({ status: 'approved', approvals: 1 });
  });

  it('takes votes only through the run that asked', async () => {
    const { approval, digest } = await activities['approval.open'](asked);
    const vote = { approval, digest, decision: 'approve' as const, by: 'max', at: new Date().toISOString() };
    const signature = createHmac('sha256', 'a key').update(canonicalJson(vote)).digest('base64url');
    await expect(world.as('run/other')['approval.vote']({ vote, signature })).rejects.toMatchObject({ code: 'order-mismatch' });
    expect((await world.store.approvals.get(approval))?.status).toBe('open');
  });
});
