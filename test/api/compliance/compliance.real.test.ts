/** Compliance through the API: from what the store holds to a control's status, its evidence, and the exports. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { Control, ControlSummary } from '../../../api/contract/compliance/compliance.ts';
import { digestOf } from '../../../domain/digest.ts';
import { describeWith } from '../../stack/fixture.ts';
import { openApproval, planOf, stated } from '../../store/ballot-box.ts';
import { openHarness } from '../harness.ts';
import type { Harness } from '../harness.ts';

const flow = 'nist-800-53r5:ac-4';
const artifact = { target: 'rego', digest: digestOf('a'), files: { 'a.rego': 'package a' }, sizeBytes: 9 } as const;

describeWith(['postgres', 'opa'], 'compliance by the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  const get = async <T>(path: string, who = 'auditor'): Promise<T> => {
    const answer = await harness.ask(who, 'GET', `/v1/compliance/${path}`);
    expect([path, answer.statusCode]).toEqual([path, 200]);
    return answer.json<T>();
  };
  const control = (id: string) => get<Control>(`controls/${encodeURIComponent(id)}`);
  const needs = async (id = flow) =>
    (await control(id)).claims.filter(({ kind }) => kind === 'policy').flatMap((claim) => claim.needs.map(({ state }) => state));

  /** In force by its own word alone: no proof, no approval, at no point. */
  const bare = async (policy: string, controls: readonly string[]) => {
    const { store } = harness;
    const document = { policy, title: `About ${policy}`, owner: 'o', controls, requirements: [], rules: [], questions: [], tests: [] };
    await store.policies.saveDraft(document, 'engineer');
    await store.policies.transition({ policy, to: 'in-review', by: 'engineer' });
    const approval = await openApproval(store, { requester: 'engineer', quorum: 2, summary: policy, plan: planOf('ask', policy) });
    await store.policies.approve({ policy, version: 1, by: 'system:test', approval: approval.id });
    await store.policies.transition({ policy, to: 'approved', by: 'system:test' });
    await store.policies.transition({ policy, to: 'distributing', by: 'system:test' });
    await store.policies.enforce({ policy, version: 1, by: 'system:test' });
    await store.policies.transition({ policy, to: 'enforced', by: 'system:test' });
    return approval;
  };

  it('a stack that holds nothing has no control with evidence but the chain’s', async () => {
    const { items } = await get<{ items: ControlSummary[] }>('controls?framework=nist-800-53r5');
    expect(items.length).toBeGreaterThan(30);
    const seen = items.filter(({ status }) => status !== 'no-evidence');
    expect(seen.map((one) => one.control.replace('nist-800-53r5:', ''))).toEqual(['au-2', 'au-3', 'au-9', 'au-10', 'au-12']);
    expect(await control(flow)).toMatchObject({ status: 'no-evidence', evidence: 0, claims: [], rule: expect.stringContaining('never') });
  });

  it('a control rises need by need, and falls again with the point', async () => {
    const { store } = harness;
    const approval = await bare('reach', [flow, 'house-rules:7']);
    expect(await needs()).toEqual(['fails', 'unseen', 'unseen']);
    expect((await control(flow)).status).toBe('not-effective');

    for (const by of ['manager', 'manager-2']) await store.approvals.vote(stated(approval, by));
    expect(await needs()).toEqual(['holds', 'unseen', 'unseen']);
    await store.policies.saveCompilation({ policy: 'reach', version: 1, artifact, losses: [], by: 'system:test' });
    expect(await needs()).toEqual(['holds', 'unseen', 'unseen']);
    const proof = { policy: 'reach', version: 1, target: 'rego', artifact: artifact.digest, detail: {} } as const;
    await store.policies.saveProof({ ...proof, equal: false }, 'system:test');
    expect(await needs()).toEqual(['holds', 'fails', 'unseen']);
    await store.policies.saveProof({ ...proof, equal: true }, 'system:test');
    await store.points.put({ name: 'opa-1', kind: 'opa', target: 'rego', settings: {} }, 'admin');
    const desired = { artifact: artifact.digest, policyVersions: [{ policy: 'reach', version: 1 }], isolations: [] };
    await store.points.setDesired('opa-1', desired, 'system:test');
    expect(await needs()).toEqual(['holds', 'holds', 'unseen']);
    await store.points.setObserved('opa-1', {}, 'in-force');
    expect(await control(flow)).toMatchObject({ status: 'effective', holds: 3, fails: 0, unseen: 0 });
    expect((await control('nist-csf-2.0:pr.ir-01')).status).toBe('effective');
    expect((await control('house-rules:7')).title).toBe('');

    await store.points.setObserved('opa-1', {}, 'drifted');
    expect(await control(flow)).toMatchObject({ status: 'partly', fails: 1 });
    expect((await control('nist-800-53r5:ca-7')).status).toBe('not-effective');
    await store.points.setObserved('opa-1', {}, 'in-force');
  });

  it('each piece of evidence is a row that its own route shows', async () => {
    const paths = {
      policy: 'policies',
      approval: 'approvals',
      point: undefined,
      audit: undefined,
    } as const;
    const { items } = await get<{ items: Control[] }>('export');
    const links = items.flatMap(({ claims }) => claims.flatMap((claim) => claim.needs.flatMap(({ evidence }) => evidence)));
    expect(new Set(links.map(({ kind }) => kind))).toEqual(new Set(Object.keys(paths)));
    for (const { kind, id } of links) {
      const path = paths[kind as keyof typeof paths];
      if (path === undefined) continue;
      expect([kind, (await harness.ask('auditor', 'GET', `/v1/${path}/${id}`)).statusCode]).toEqual([kind, 200]);
    }
  });

  it('filters by framework, status and text, and counts as it lists', async () => {
    const { items } = await get<{ items: { id: string; counts: Record<string, number> }[] }>('frameworks');
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(['nist-800-53r5', 'nist-csf-2.0', 'pci-dss-4.0.1', 'house-rules']));
    for (const { id, counts } of items) {
      for (const [status, count] of Object.entries(counts)) {
        const listed = await get<{ items: ControlSummary[] }>(`controls?framework=${id}&status=${status}`);
        expect([id, status, listed.items.length]).toEqual([id, status, count]);
      }
    }
    const found = await get<{ items: ControlSummary[] }>('controls?text=BOUNDARY');
    expect(found.items.map((one) => one.control)).toEqual(['nist-800-53r5:sc-7', 'nist-800-53r5:sc-7.5']);
    expect((await harness.ask('auditor', 'GET', '/v1/compliance/controls?status=fine')).statusCode).toBe(400);
    expect((await harness.ask('auditor', 'GET', '/v1/compliance/controls/nist-800-53r5%3Azz-9')).statusCode).toBe(404);
  });

  it('exports CSV that no spreadsheet runs, whatever a policy is called by its author', async () => {
    await bare('hostile', ['=cmd|/c calc', '+1', '@sum(a1)', 'x:"quoted", and\r\nbroken']);
    const answer = await harness.ask('auditor', 'GET', '/v1/compliance/export.csv');
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.headers['content-disposition']).toContain('attachment');
    expect(answer.body.split('\r\n').filter((line) => /^[^,]*,[=+@-]/u.test(line))).toEqual([]);
    expect(answer.body).toContain(`unsorted,'=cmd|/c calc,`);
    expect(answer.body).toContain('"x:""quoted"", and\r\nbroken"');
  });

  it('exports OSCAL, in which satisfied is what is effective', async () => {
    const { 'assessment-results': told } = await get<{ 'assessment-results': { results: { findings: { target: object }[] }[] } }>('oscal');
    const { items } = await get<{ items: ControlSummary[] }>('controls?framework=nist-800-53r5');
    expect(told.results[0]?.findings).toHaveLength(items.length);
    expect(JSON.stringify(told).split('"satisfied"').length - 1).toBe(items.filter(({ status }) => status === 'effective').length);
  });

  it('takes as many statements for many policies as for few', async () => {
    // oxlint-disable-next-line typescript/unbound-method -- called with `apply`, as it was
    const query = Client.prototype.query;
    let statements = 0;
    Client.prototype.query = function counted(this: Client, ...given: unknown[]) {
      if (JSON.stringify(given[0]).includes('policy_versions')) statements += 1;
      return (query as (...args: unknown[]) => unknown).apply(this, given);
    } as typeof query;
    try {
      await control(flow);
      const few = statements;
      for (let n = 0; n < 12; n += 1) await bare(`many-${n}`, [flow]);
      statements = 0;
      expect((await control(flow)).claims.filter(({ kind }) => kind === 'policy')).toHaveLength(13);
      expect([few, statements]).toEqual([1, 1]);
    } finally {
      Client.prototype.query = query;
    }
  });
});
