import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ActionCall, Activities } from '../../activities/contract.ts';
import { describeWith } from '../stack/fixture.ts';
import { approvedVersion, cardholder, grantedReview, storeWorld } from './store-world.ts';
import type { StoreWorld } from './store-world.ts';

describeWith(['postgres'], 'bringing a policy in force', () => {
  let world: StoreWorld;

  beforeEach(async () => {
    world = await storeWorld();
    await world.store.policies.saveDraft(cardholder(), 'ann');
  });

  afterEach(async () => {
    await world.end();
  });

  const params = { policy: 'cardholder', version: 1 };

  function call(run: string, step: string, more: Partial<ActionCall> = {}): ActionCall {
    return { run, step, invocation: 1, params: { ...params, point: 'fw-1' }, ...more };
  }

  async function distribute(): Promise<Activities> {
    return world.ordered('d1', 'distribute', params);
  }

  it('applies the proved artifact of an approved version, once, and takes it back to what was there', async () => {
    await approvedVersion(world, 'cardholder');
    const run = await distribute();
    const applied = await run['enforcement.apply'](call('d1', 'each[0].apply'));
    const [artifact] = (await world.store.policies.compilations('cardholder', 1)).filter(({ target }) => target === 'nftables');
    expect(applied).toMatchObject({ receipt: 'd1/each[0].apply/1', digest: artifact?.artifact });
    expect(world.actual.get('fw-1')?.artifact?.digest).toBe(artifact?.artifact);
    expect((await world.store.points.get('fw-1'))?.desired.policyVersions).toEqual([{ policy: 'cardholder', version: 1 }]);
    const undo = call('d1', 'each[0].apply', { undoes: 'd1/each[0].apply/1' });
    await run['enforcement.rollback']({ ...undo, params: { ...undo.params, receipt: 'd1/each[0].apply/1' } });
    expect(world.actual.get('fw-1')?.artifact).toBeUndefined();
    expect((await world.store.points.get('fw-1'))?.desired).toEqual({ artifact: undefined, policyVersions: [], isolations: [] });
    expect((await world.store.effects.get('d1/each[0].apply/1'))?.status).toBe('undone');
  });

  it('keeps an isolation that came in force after it, when it is taken back', async () => {
    await approvedVersion(world, 'cardholder');
    const run = await distribute();
    await run['enforcement.apply'](call('d1', 'each[0].apply'));
    const point = await world.store.points.get('fw-1');
    const isolation = { key: 'x/isolate/1', addresses: ['10.3.0.17'], allow: [] };
    await world.store.points.setDesired('fw-1', { ...point!.desired, isolations: [isolation] }, 'ann');
    await run['enforcement.rollback']({
      ...call('d1', 'each[0].apply', { undoes: 'd1/each[0].apply/1' }),
      params: { point: 'fw-1', receipt: 'd1/each[0].apply/1' },
    });
    expect(world.actual.get('fw-1')).toEqual({ artifact: undefined, isolations: [isolation] });
  });

  it('refuses a version that is not approved, and one that is not proved for the point', async () => {
    const run = await distribute();
    await expect(run['enforcement.apply'](call('d1', 'each[0].apply'))).rejects.toMatchObject({ code: 'policy-state-wrong' });
    await grantedReview(world, 'cardholder');
    const review = world.as('run/cardholder-review');
    const [approval] = (await world.store.approvals.list({ run: 'cardholder-review' }, {})).items;
    const approve = { run: 'cardholder-review', step: 'approve', invocation: 1, params, approval: approval!.id };
    await expect(review['policy.approve'](approve)).rejects.toMatchObject({ code: 'proof-failed' });
    await expect(review['policy.approve']({ ...approve, approval: undefined })).rejects.toMatchObject({ code: 'approval-missing' });
    expect(world.actual.size).toBe(0);
  });

  it('refuses what was compiled before the network changed', async () => {
    await approvedVersion(world, 'cardholder');
    const inventory = await world.store.context.inventory();
    const moved = inventory.assets.map((asset) => (asset.name === 'db-1' ? { ...asset, addresses: ['10.2.0.6'] } : asset));
    await world.store.context.saveInventory({ ...inventory, assets: moved }, 'ann');
    const run = await distribute();
    await expect(run['enforcement.apply'](call('d1', 'each[0].apply'))).rejects.toMatchObject({ code: 'conflict' });
    expect(world.actual.size).toBe(0);
  });

  it('refuses an artifact that would drop another policy which came in force at the point meanwhile', async () => {
    await approvedVersion(world, 'cardholder');
    const desired = { artifact: undefined, policyVersions: [{ policy: 'other', version: 3 }], isolations: [] };
    await world.store.points.setDesired('fw-1', desired, 'ann');
    const run = await distribute();
    await expect(run['enforcement.apply'](call('d1', 'each[0].apply'))).rejects.toMatchObject({ code: 'conflict' });
    expect(world.actual.size).toBe(0);
  });

  it('records a proof that does not hold, and stops with the counter-example', async () => {
    const run = await world.ordered('g1', 'generate', params);
    await run['policy.compile']({ run: 'g1', step: 'compile', invocation: 1, params });
    const other = cardholder({ policy: 'other', rules: cardholder().rules.slice(1) });
    await world.store.policies.saveDraft(other, 'ann');
    const compiled = await world.ordered('g2', 'generate', { policy: 'other', version: 1 });
    await compiled['policy.compile']({ run: 'g2', step: 'compile', invocation: 1, params: { policy: 'other', version: 1 } });
    const [wrong] = await world.store.policies.compilations('other', 1);
    const artifact = await world.store.policies.artifact(wrong!.artifact);
    await world.store.policies.saveCompilation({ ...params, artifact: artifact!, losses: [], by: 'ann' });
    const proving = world.as('run/g1')['policy.prove']({ run: 'g1', step: 'prove', invocation: 1, params });
    await expect(proving).rejects.toMatchObject({ code: 'proof-failed', message: expect.stringContaining('10.1.0.10') });
    expect((await world.store.policies.proofs('cardholder', 1)).filter(({ equal }) => !equal)).toHaveLength(1);
  });

  it('compiles access rules for the points that take them alone, and calls nothing enforced that no point takes', async () => {
    const door = { kind: 'access' as const, id: 'door', requirement: 'r1', effect: 'allow' as const };
    const rule = { ...door, match: { principals: ['user:ann'], actions: ['read'], resources: ['file:a'] } };
    const policy = { ...cardholder({ policy: 'doors' }), rules: [rule], tests: [], questions: [] };
    await world.store.policies.saveDraft(policy, 'ann');
    const run = await world.ordered('g1', 'generate', { policy: 'doors', version: 1 });
    const doors = { policy: 'doors', version: 1 };
    await run['policy.compile']({ run: 'g1', step: 'compile', invocation: 1, params: doors });
    expect((await world.store.policies.compilations('doors', 1)).map(({ target }) => target)).toEqual(['rego-access']);
    await expect(run['enforcement.points']({ run: 'g1', step: 'points', invocation: 1, params: doors })).rejects.toMatchObject({
      code: 'enforcement-point-unknown',
    });
    const both = { ...cardholder({ policy: 'both' }), rules: [...cardholder().rules, rule] };
    await world.store.policies.saveDraft(both, 'ann');
    const named = { policy: 'both', version: 1 };
    const again = await world.ordered('g2', 'generate', named);
    await again['policy.compile']({ run: 'g2', step: 'compile', invocation: 1, params: named });
    const points = () => world.as('run/g2')['enforcement.points']({ run: 'g2', step: 'points', invocation: 1, params: named });
    await expect(points()).rejects.toMatchObject({ code: 'enforcement-point-unknown', where: 'both/door' });
    await world.store.points.put({ name: 'access-1', kind: 'opa', target: 'rego-access', settings: {} }, 'ann');
    expect(await points()).toMatchObject({ points: [{ point: 'access-1' }, { point: 'fw-1' }, { point: 'opa-1' }] });
  });

  it('holds the author to the tests that came with the policy', async () => {
    const request = { kind: 'network' as const, from: '10.3.0.17', to: '10.2.0.5', protocol: 'tcp' as const, port: 5432 };
    await world.store.policies.replaceDraft(cardholder({ tests: [{ name: 'ws gets in', request, decision: 'allow' }] }), 1, 'ann');
    const run = await world.ordered('g1', 'generate', params);
    await run['policy.compile']({ run: 'g1', step: 'compile', invocation: 1, params });
    await expect(run['policy.prove']({ run: 'g1', step: 'prove', invocation: 1, params })).rejects.toMatchObject({ code: 'proof-failed' });
  });

  it('asks for each loss to be accepted before a version goes on', async () => {
    const sundays = { during: 'Sun 02:00-06:00 Europe/Zurich' };
    const rules = cardholder().rules.map((rule) => (rule.id === 'nothing-else' ? { ...rule, except: [sundays] } : rule));
    await world.store.policies.replaceDraft(cardholder({ rules }), 1, 'ann');
    const run = await world.ordered('g1', 'generate', params);
    const { losses } = await run['policy.compile']({ run: 'g1', step: 'compile', invocation: 1, params });
    expect((losses as readonly unknown[]).length).toBeGreaterThan(0);
    const prove = () => world.as('run/g1')['policy.prove']({ run: 'g1', step: 'prove', invocation: 1, params });
    await expect(prove()).rejects.toMatchObject({ code: 'loss-not-accepted' });
    const ids = (losses as readonly { readonly rule: string }[]).map(({ rule }) => rule);
    const accept = async () =>
      world.store.audit.append({
        actor: 'ann',
        event: 'losses-accepted',
        subject: 'policy/cardholder',
        detail: { version: 1, digest: (await world.store.policies.version('cardholder', 1))!.digest, rules: ids },
      });
    await accept();
    expect(await prove()).toMatchObject({ proved: true });
    // The same rules have the same losses, but it is another document: what was accepted was not this one.
    await world.store.policies.replaceDraft(cardholder({ rules, title: 'Changed' }), 1, 'ann');
    expect(await world.store.policies.compilations('cardholder', 1)).toEqual([]);
    await world.as('run/g1')['policy.compile']({ run: 'g1', step: 'compile', invocation: 2, params });
    await expect(prove()).rejects.toMatchObject({ code: 'loss-not-accepted' });
    await accept();
    expect(await prove()).toMatchObject({ proved: true });
  });
});
