/** People, policies, context, playbooks, runs, reports, secrets, idempotency keys and bundles on a real PostgreSQL. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { digestOf } from '../../domain/digest.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { Policy } from '../../domain/policy/model.ts';
import type { PolicyState, Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const policy = (name: string, title = 't'): Policy => ({
  policy: name,
  title,
  owner: 'o',
  controls: [],
  requirements: [],
  rules: [],
  questions: [],
  tests: [],
});
const plan = (version: string): Plan => {
  const body = { playbook: 'pb', version, title: 'p', tags: {}, triggers: [], inputs: {}, start: '', steps: {}, outputs: {} };
  return { ...body, digest: digestOf(body) };
};
const order = (run: string, more: object = {}) => ({
  run,
  playbook: 'pb',
  version: '1',
  planDigest: 'd',
  inputs: { a: 1 },
  requester: 'ada',
  ...more,
});

describeWith(['postgres'], 'the store', () => {
  let test: TestStore;
  let store: Store;
  beforeEach(async () => {
    test = await testStore();
    store = test.store;
  });
  afterEach(() => test.end());

  const events = async () => (await store.audit.list({}, { limit: 500 })).items.map(({ event }) => event);

  it('knows a person by a token until the token is revoked or the person disabled', async () => {
    const ada = { id: 'ada', name: 'Ada', roles: ['manager', 'analyst'] as const, disabled: false };
    await store.people.put(ada, 'system:test');
    await store.people.put(ada, 'system:test');
    const [one, two] = [
      await store.people.issueToken({ person: 'ada', label: 'l', by: 'ada' }),
      await store.people.issueToken({ person: 'ada', label: 'l', by: 'ada' }),
    ];
    expect(await store.people.authenticate(one.secret)).toMatchObject({ id: 'ada', roles: ['analyst', 'manager'] });
    await store.people.revokeToken(one.id, 'ada');
    await store.people.revokeToken(one.id, 'ada');
    expect(await store.people.authenticate(one.secret)).toBeUndefined();
    await store.people.put({ ...ada, disabled: true }, 'system:test');
    expect(await store.people.authenticate(two.secret)).toBeUndefined();
    for (const wrong of ['', 'x', '\u0000', '\ud800', 'x'.repeat(1e6)]) expect(await store.people.authenticate(wrong)).toBeUndefined();
    expect(await events()).toEqual(['person-put', 'token-issued', 'token-issued', 'token-revoked', 'person-put']);
    expect(JSON.stringify(await test.query('select * from tokens'))).not.toContain(two.secret);
    expect(await codeOf(store.people.revokeToken('none', 'ada'))).toBe('not-found');
  });

  it('moves a policy through its states by legal edges only', async () => {
    const move = (to: PolicyState) => store.policies.transition({ policy: 'p', to, by: 'ada' });
    expect(await codeOf(move('in-review'))).toBe('not-found');
    const first = await store.policies.saveDraft(policy('p'), 'ada');
    expect(first).toMatchObject({ version: 1, status: 'draft', digest: digestOf(policy('p')) });
    expect(await store.policies.replaceDraft(policy('p', 'new'), 1, 'ada')).toMatchObject({ version: 1, document: { title: 'new' } });
    for (const to of ['approved', 'enforced', 'distributing', 'revising'] as const)
      expect(await codeOf(move(to))).toBe('policy-state-wrong');
    await move('in-review');
    expect(await codeOf(store.policies.saveDraft(policy('p'), 'ada'))).toBe('conflict');
    await store.policies.approve({ policy: 'p', version: 1, by: 'bea', approval: 'apr-1' });
    expect(await codeOf(store.policies.replaceDraft(policy('p', 'late'), 1, 'ada'))).toBe('policy-state-wrong');
    await move('approved');
    await move('distributing');
    expect(await store.policies.inForce()).toEqual([]);
    await store.policies.enforce({ policy: 'p', version: 1, by: 'system:x' });
    await move('enforced');
    await move('enforced');
    expect(await store.policies.get('p')).toMatchObject({ state: 'enforced', enforced: 1, draft: undefined });
    expect(await store.policies.saveDraft(policy('p', 'two'), 'cyd')).toMatchObject({ version: 2, author: 'cyd' });
    expect(await store.policies.get('p')).toMatchObject({ state: 'revising', enforced: 1, draft: 2 });
    expect((await store.policies.inForce()).map(({ version, document }) => [version, document.title])).toEqual([[1, 'new']]);
    expect(await codeOf(store.policies.enforce({ policy: 'p', version: 2, by: 'x' }))).toBe('policy-state-wrong');
    await store.policies.approve({ policy: 'p', version: 2, by: 'bea', approval: 'apr-2' });
    await store.policies.enforce({ policy: 'p', version: 2, by: 'x' });
    expect((await store.policies.versions('p')).map(({ status }) => status)).toEqual(['superseded', 'approved']);
    await store.policies.enforce({ policy: 'p', version: 1, by: 'x' });
    expect((await store.policies.versions('p')).map(({ status }) => status)).toEqual(['approved', 'superseded']);
  });

  it('numbers drafts that are saved at the same moment one after the other', async () => {
    const saved = await Promise.all(Array.from({ length: 8 }, (_, n) => store.policies.saveDraft(policy('p', `t${n}`), 'ada')));
    expect(saved.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await store.policies.versions('p')).filter(({ status }) => status === 'draft').map(({ version }) => version)).toEqual([8]);
  });

  it('keeps compilations, proofs and the what-if of a version', async () => {
    await store.policies.saveDraft(policy('p'), 'ada');
    const artifact = {
      target: 'rego',
      digest: digestOf('a'),
      files: { 'z.rego': 'package z', 'a.rego': 'package a' },
      sizeBytes: 18,
    } as const;
    const losses = [
      {
        target: 'rego',
        rule: 'r',
        reason: 'x',
        direction: 'over-permits',
        witness: { kind: 'network', from: '1.1.1.1', to: '2.2.2.2', protocol: 'tcp', port: 1 },
      },
    ] as const;
    expect(await codeOf(store.policies.saveCompilation({ policy: 'p', version: 9, artifact, losses, by: 'ada' }))).toBe('not-found');
    for (let n = 0; n < 2; n++) await store.policies.saveCompilation({ policy: 'p', version: 1, artifact, losses, by: 'ada' });
    expect(await store.policies.compilations('p', 1)).toEqual([{ target: 'rego', artifact: artifact.digest, losses }]);
    expect(await store.policies.artifact(artifact.digest)).toEqual(artifact);
    expect(Object.keys((await store.policies.artifact(artifact.digest))?.files ?? {})).toEqual(['z.rego', 'a.rego']);
    for (const equal of [false, true])
      await store.policies.saveProof(
        { policy: 'p', version: 1, target: 'rego', artifact: artifact.digest, equal, detail: { n: 1 } },
        'ada',
      );
    expect(await store.policies.proofs('p', 1)).toMatchObject([{ equal: true, detail: { n: 1 } }]);
    await store.policies.saveWhatIf({ policy: 'p', version: 1, result: { blocked: 3 }, by: 'ada' });
    expect(await store.policies.whatIf('p', 1)).toEqual({ blocked: 3 });
    expect([await store.policies.whatIf('p', 2), await store.policies.artifact(digestOf('b'))]).toEqual([undefined, undefined]);
  });

  it('pages through policies without repeating or losing one while others come in', async () => {
    for (let n = 0; n < 7; n++) await store.policies.saveDraft(policy(`p${n}`), 'ada');
    const seen: string[] = [];
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const page = await store.policies.list({ limit: 2, cursor });
      seen.push(...page.items.map((row) => row.policy));
      await store.policies.saveDraft(policy(`late${seen.length}`), 'ada');
      cursor = page.next;
    }
    expect(seen).toEqual(['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
    expect(await codeOf(store.policies.list({ cursor: 'nonsense' }))).toBe('input-invalid');
  });

  it('adds facts once an id and finds them again', async () => {
    const connection = (id: string, from: string, at = '2026-01-01T00:00:00.123456Z') =>
      ({ id, at, from, to: '10.0.0.9', protocol: 'tcp', port: 1, sentBytes: 0, receivedBytes: 0 }) as const;
    expect(
      await store.context.addConnections([connection('c2', '10.0.0.2', '2026-01-02T00:00:00Z'), connection('c1', '10.0.0.1')], 'ada'),
    ).toEqual({ added: 2 });
    expect(
      await store.context.addConnections([connection('c1', '10.0.0.1'), connection('c3', '10.0.0.1'), connection('c3', '10.0.0.1')], 'ada'),
    ).toEqual({ added: 1 });
    expect(await store.context.addConnections([], 'ada')).toEqual({ added: 0 });
    expect((await store.context.connections()).map(({ id }) => id)).toEqual(['c1', 'c3', 'c2']);
    expect(await store.context.connections({ address: '10.0.0.2' })).toEqual([connection('c2', '10.0.0.2', '2026-01-02T00:00:00Z')]);
    expect((await store.context.connections({ since: '2026-01-01T12:00:00Z' })).map(({ id }) => id)).toEqual(['c2']);
    expect((await store.context.connections({ limit: 1 })).map(({ id }) => id)).toEqual(['c2']);
    expect(await codeOf(store.context.addConnections([connection('c4', 'x', 'yesterday')], 'ada'))).toBe('input-invalid');
    const indicator = { id: 'i1', type: 'ipv4', value: '6.6.6.6', name: 'n', labels: ['c2'], validFrom: '2026-01-01T00:00:00Z' } as const;
    await store.context.addIndicators([indicator], 'ada');
    expect([await store.context.findIndicators('6.6.6.6'), await store.context.findIndicators('7.7.7.7')]).toEqual([[indicator], []]);
    const decision = {
      id: 'd1',
      at: '2026-01-01T00:00:00Z',
      point: 'fw',
      from: 'a',
      to: 'b',
      protocol: 'tcp',
      port: 1,
      decision: 'deny',
      determining: [],
    } as const;
    for (const added of [1, 0]) expect(await store.context.addDecisions([decision])).toEqual({ added });
    expect([await store.context.decisions({ point: 'fw' }), await store.context.decisions({ point: 'other' })]).toEqual([[decision], []]);
    const { from: _from, to: _to, protocol: _protocol, port: _port, ...decided } = decision;
    const access = { ...decided, id: 'of-access', kind: 'access' as const, principal: 'user:ann', action: 'read', resource: 'doc:a' };
    expect(await store.context.addDecisions([access])).toEqual({ added: 1 });
    expect([await store.context.accessDecisions({ point: 'fw' }), await store.context.decisions()]).toEqual([[access], [decision]]);
    await store.context.addIdentityEvents(
      [{ id: 'e1', at: '2026-01-01T00:00:00Z', principal: 'p', action: 'a', outcome: 'success' }],
      'ada',
    );
    expect(await store.context.inventory()).toEqual({ assets: [], zones: [] });
    for (const name of ['z1', 'z2', 'z1']) await store.context.saveInventory({ assets: [], zones: [{ name, cidrs: [] }] }, 'ada');
    expect(await (await test.again()).context.inventory()).toEqual({ assets: [], zones: [{ name: 'z1', cidrs: [] }] });
    expect(await store.context.counts()).toEqual({ assets: 0, zones: 1, connections: 3, identityEvents: 1, indicators: 1, decisions: 2 });
  });

  it('publishes a playbook version once, and another content under its name never', async () => {
    await store.playbooks.publish({ source: 'v10', plan: plan('10') }, 'ada');
    await store.playbooks.publish({ source: 'v9', plan: plan('9') }, 'ada');
    await store.playbooks.publish({ source: 'v9', plan: plan('9') }, 'ada');
    expect(await codeOf(store.playbooks.publish({ source: 'other', plan: plan('9') }, 'ada'))).toBe('conflict');
    expect(await store.playbooks.get('pb', '9')).toMatchObject({ version: '9', source: 'v9', plan: plan('9') });
    // The newest is so by its numbers, not by its letters, and not by when it was published.
    expect(await store.playbooks.get('pb')).toMatchObject({ version: '10', source: 'v10' });
    expect((await store.playbooks.versions('pb')).map(({ version }) => version)).toEqual(['10', '9']);
    expect(await store.playbooks.byDigest(plan('10').digest)).toMatchObject({ version: '10' });
    expect((await store.playbooks.list()).map(({ version }) => version)).toEqual(['10']);
    expect([await store.playbooks.get('none'), await store.playbooks.byDigest('none')]).toEqual([undefined, undefined]);
  });

  it('knows what a run brought about, and which runs of an incident may wait for a signal', async () => {
    const origin = { kind: 'child', run: 'mother', step: 'each[2].one', depth: 1 } as const;
    const child = order('child', { origin });
    expect(await store.runs.order(child, 'run:mother')).toMatchObject({ origin });
    expect(await codeOf(store.runs.order({ ...child, origin: { ...origin, step: 'other' } }, 'run:mother'))).toBe('conflict');
    expect((await store.runs.broughtBy('mother')).map(({ run }) => run)).toEqual(['child']);
    expect(await store.runs.broughtBy('child')).toEqual([]);
    expect(await store.runs.listening('no such key')).toEqual([]);
  });

  it('keeps what people switched off, and records no change that is none', async () => {
    expect(await store.triggers.get('pb')).toBeUndefined();
    await store.triggers.set({ playbook: 'pb', paused: true, reason: 'a storm' }, 'max');
    await store.triggers.set({ playbook: 'pb', paused: true }, 'max');
    await store.triggers.set({ playbook: 'pb', disabled: true }, 'ada');
    expect(await store.triggers.list()).toMatchObject([{ playbook: 'pb', paused: true, disabled: true, by: 'ada' }]);
    const { items } = await store.audit.list({ subject: 'playbook/pb' }, {});
    expect(items.filter(({ event }) => event === 'playbook-triggers-switched')).toHaveLength(2);
  });

  it('orders a run once, and follows it to its end', async () => {
    const first = await store.runs.order(order('r1', { policy: 'p' }), 'ada');
    expect(await store.runs.order(order('r1', { policy: 'p', incident: undefined }), 'ada')).toEqual(first);
    for (const other of [{}, { policy: 'q' }, { policy: 'p', inputs: { a: 2 } }, { policy: 'p', requester: 'eve' }])
      expect(await codeOf(store.runs.order(order('r1', other), 'ada'))).toBe('conflict');
    expect(await codeOf(store.runs.started('none'))).toBe('not-found');
    await store.runs.started('r1');
    await store.runs.started('r1');
    await store.runs.recordCancel('r1', 'bea', 'enough');
    const view = { run: 'r1', playbook: 'pb', version: '1', status: 'ended', outcome: 'cancelled', steps: [] } as const;
    await store.runs.finish('r1', view);
    await store.runs.finish('r1', view);
    expect(await store.runs.get('r1')).toMatchObject({
      status: 'ended',
      outcome: 'cancelled',
      view,
      cancelledBy: 'bea',
      policy: 'p',
      incident: undefined,
    });
    await store.runs.order(order('r2', { incident: 'inc-1' }), 'ada');
    await store.runs.finish('r2', { ...view, run: 'r2', outcome: 'done' });
    expect(await codeOf(store.runs.recordCancel('r2', 'bea', 'late'))).toBe('run-state-wrong');
    expect((await store.runs.list({ incident: 'inc-1' }, {})).items.map(({ run }) => run)).toEqual(['r2']);
    expect((await store.runs.list({ status: 'ordered' }, {})).items).toEqual([]);
    expect(await events()).toEqual(['run-ordered', 'run-started', 'run-cancel-ordered', 'run-ended', 'run-ordered', 'run-ended']);
  });

  it('knows points, what they should have, and records a change of health only', async () => {
    const point = { name: 'fw', kind: 'nftables', target: 'nftables', settings: { a: 1 } } as const;
    await store.points.put(point, 'ada');
    await store.points.put(point, 'ada');
    expect(await store.points.get('fw')).toMatchObject({
      ...point,
      health: 'unknown',
      desired: { artifact: undefined, policyVersions: [], isolations: [] },
    });
    const desired = { artifact: digestOf('a'), policyVersions: [{ policy: 'p', version: 1 }], isolations: [{ key: 'k' }] };
    for (let n = 0; n < 2; n++) await store.points.setDesired('fw', desired, 'ada');
    for (const n of [1, 2]) await store.points.setObserved('fw', { n }, 'in-force');
    await store.points.setObserved('fw', { n: 3 }, 'drifted');
    expect(await store.points.get('fw')).toMatchObject({ desired, observed: { n: 3 }, health: 'drifted' });
    expect(await events()).toEqual(['point-put', 'point-desired-set', 'point-health-changed', 'point-health-changed']);
    expect(await codeOf(store.points.setObserved('none', {}, 'unknown'))).toBe('enforcement-point-unknown');
  });

  it('makes a secret once, whoever asks first, and tells nobody else', async () => {
    const other = await test.again();
    const values = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? store : other).secrets.ensure('key', () => `topsecret-${n}`)),
    );
    expect(new Set(values).size).toBe(1);
    expect(await store.secrets.get('key')).toBe(values[0]);
    expect(await store.secrets.get('none')).toBeUndefined();
    expect(JSON.stringify((await store.audit.list({}, {})).items)).not.toContain('topsecret');
    const failed = await store.secrets
      .ensure('bad', () => 'topsecret\u0000')
      .then(
        () => undefined,
        (error: Error) => error,
      );
    expect(`${failed?.message}${JSON.stringify(failed)}${String(failed?.cause)}${failed?.stack}`).not.toContain('topsecret');
  });

  it('answers an idempotency key with the first answer', async () => {
    const key = { actor: 'ada', key: 'k' };
    const [one, two] = [digestOf(1), digestOf(2)];
    const begun = await Promise.all(
      Array.from({ length: 6 }, () =>
        store.idempotency.begin({ ...key, requestDigest: one }).then(
          () => 'mine',
          (error: { code: string }) => error.code,
        ),
      ),
    );
    expect(begun.filter((answer) => answer === 'mine')).toHaveLength(1);
    expect(begun.filter((answer) => answer === 'conflict')).toHaveLength(5);
    expect(await codeOf(store.idempotency.begin({ ...key, requestDigest: two }))).toBe('idempotency-key-reused');
    await store.idempotency.finish({ ...key, status: 201, body: { id: 'x' } });
    expect(await store.idempotency.begin({ ...key, requestDigest: one })).toEqual({ status: 201, body: { id: 'x' } });
    await store.idempotency.abandon(key);
    expect(await store.idempotency.begin({ ...key, requestDigest: one })).toEqual({ status: 201, body: { id: 'x' } });
    expect(await store.idempotency.begin({ actor: 'bea', key: 'k', requestDigest: two })).toBeUndefined();
    await store.idempotency.abandon({ actor: 'bea', key: 'k' });
    expect(await store.idempotency.begin({ actor: 'bea', key: 'k', requestDigest: one })).toBeUndefined();
  });

  it('frees an idempotency key whose request died, and not one that is still renewed', async () => {
    const key = { actor: 'cyd', key: 'k' };
    const requestDigest = digestOf(1);
    const older = () => test.query(`update idempotency set begun_at = begun_at - interval '5 seconds' where actor = 'cyd'`);
    await store.idempotency.begin({ ...key, requestDigest });
    await older();
    await store.idempotency.renew(key);
    await older();
    expect(await codeOf(store.idempotency.begin({ ...key, requestDigest }))).toBe('conflict');
    await older();
    expect(await store.idempotency.begin({ ...key, requestDigest })).toBeUndefined();
  });

  it('stores a report once', async () => {
    const report = { id: 'rep-1', title: 't', html: '<p>', json: { z: 1, a: 2 } };
    await store.reports.save(report, 'ada');
    await store.reports.save(report, 'ada');
    expect(await codeOf(store.reports.save({ ...report, html: 'x' }, 'ada'))).toBe('conflict');
    expect(await store.reports.get('rep-1')).toMatchObject(report);
    expect((await store.reports.list({})).items).toMatchObject([{ id: 'rep-1', title: 't' }]);
  });

  it('hands a bundle over to who waits in another process, as it was', async () => {
    const other = await test.again();
    const bytes = new Uint8Array([0, 255, 10, 0]);
    expect(await other.bundles.waitFor('opa', undefined, 30)).toBeUndefined();
    const waiting = other.bundles.waitFor('opa', undefined, 60_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const put = performance.now();
    await store.bundles.put({ point: 'opa', revision: 'r1', bytes });
    expect(new Uint8Array((await waiting)?.bytes ?? [])).toEqual(bytes);
    expect(performance.now() - put).toBeLessThan(4000);
    expect(await other.bundles.waitFor('opa', 'r1', 50)).toBeUndefined();
    expect(await other.bundles.waitFor('opa', 'r0', 5000)).toMatchObject({ revision: 'r1' });
    const aborted = AbortSignal.timeout(50);
    expect(await other.bundles.waitFor('opa', 'r1', 60_000, aborted)).toBeUndefined();
  });
});
