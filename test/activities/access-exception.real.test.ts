/** An exception of an access rule: in force until its end, and then taken out by the run that its end is a reason for. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import type { AccessRule } from '../../domain/policy/access/model.ts';
import type { Policy } from '../../domain/policy/model.ts';
import { describeWith } from '../stack/fixture.ts';
import { storeWorld } from './store-world.ts';
import type { StoreWorld } from './store-world.ts';

const untilMs = Date.now() + 3_600_000;
const match = (who: string) => ({ principals: [who], actions: ['read'], resources: ['folder:plans'] });
const rule = (id: string, effect: AccessRule['effect'], who: string): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'r1',
  effect,
  match: match(who),
});
const exception = { owner: 'ann', reason: 'the audit', until: new Date(untilMs).toISOString() };
const policy: Policy = {
  policy: 'plans',
  title: 'Who reads plans',
  owner: 'data',
  controls: [],
  requirements: [{ id: 'r1', text: 'Staff read plans, and the auditor for a while.' }],
  rules: [rule('staff', 'allow', 'group:staff'), { ...rule('auditor', 'allow', 'user:eve'), exception }, rule('nobody', 'claim', 'any')],
  questions: [],
  tests: [],
};

describeWith(['postgres'], 'an exception of an access rule', () => {
  let world: StoreWorld;
  const params = { policy: 'plans', version: 1 };
  const point = 'access-1';
  const call = (run: string, step: string): ActionCall => ({ run, step, invocation: 1, params: { ...params, point } });
  const inForce = () => Object.values(world.actual.get(point)?.artifact?.files ?? {}).join('\n');

  /** What the stages `generate` and `distribute` do, and `end-exceptions` alone. */
  const compiledAndProved = async (run: string, playbook: string) => {
    const acts = await world.ordered(run, playbook, params);
    await acts['policy.compile'](call(run, 'compile'));
    return acts['policy.prove'](call(run, 'prove'));
  };

  beforeEach(async () => {
    world = await storeWorld();
    await world.store.points.put({ name: point, kind: 'opa', target: 'rego-access', settings: {} }, 'ann');
    await world.store.policies.saveDraft(policy, 'ann');
    expect(await compiledAndProved('g1', 'generate')).toMatchObject({ proofs: [{ target: 'rego-access' }] });
    await world.store.policies.approve({ ...params, by: 'max', approval: 'a-1' });
    const run = await world.ordered('d1', 'distribute', params);
    await run['enforcement.apply'](call('d1', 'each[0].apply'));
    await world.store.policies.enforce({ ...params, by: 'ann' });
  }, 120_000);

  afterEach(async () => {
    await world.end();
  });

  it('is gone from the point, and nothing else is, once it has ended', async () => {
    expect(inForce()).toContain('plans/auditor');
    Object.assign(world.ports, { now: () => new Date(untilMs) });
    await compiledAndProved('e1', 'end-exceptions');
    await world.as('run/e1')['enforcement.apply'](call('e1', 'each[0].apply'));
    expect(inForce()).toContain('plans/staff');
    expect(inForce()).not.toContain('plans/auditor');
    expect(await world.store.points.get(point)).toMatchObject({ desired: { policyVersions: [params] } });
  });

  it('does not go out again by what was compiled before its end', async () => {
    Object.assign(world.ports, { now: () => new Date(untilMs) });
    const run = await world.ordered('d2', 'distribute', params);
    await expect(run['enforcement.apply'](call('d2', 'each[0].apply'))).rejects.toMatchObject({ code: 'conflict' });
    expect(inForce()).toContain('plans/auditor');
  });
});
