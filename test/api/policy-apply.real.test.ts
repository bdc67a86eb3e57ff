import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parsePolicyFile } from '../../domain/policy/policy-file.ts';
import { describeWith } from '../stack/fixture.ts';
import { type Harness, openHarness } from './harness.ts';

const file = (service: string) => `policy: kept-in-git
title: Who reaches the database
owner: payments
requirements: [{ id: r1, text: Payments may. }]
rules:
  - { id: payments, requirement: r1, network: { allow: { from: 10.1.0.0/16, to: 10.2.0.5, service: ${service} } } }
`;

describeWith(['postgres', 'opa'], 'a policy that is kept as a file', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await openHarness();
  });

  afterAll(async () => {
    await harness.close();
  });

  const apply = async (mode: 'dry-run' | 'apply', text: string, who: 'engineer' | 'auditor' = 'engineer') =>
    harness.ask(who, 'POST', '/v1/policies/kept-in-git/apply', { payload: { mode, document: parsePolicyFile(text) } });

  it('shows what it would change and changes nothing, becomes a draft, and does nothing the second time', async () => {
    const plan = (await apply('dry-run', file('tcp/5432'))).json();
    expect(plan).toMatchObject({
      change: 'created',
      equal: false,
      rules: [{ rule: 'kept-in-git/payments', change: 'added' }],
      problems: [],
    });
    expect(plan.rules[0].witness).toMatchObject({ before: 'not-applicable', after: 'allow', request: { port: 5432 } });
    expect(await harness.store.policies.get('kept-in-git')).toBeUndefined();
    expect((await apply('apply', file('tcp/5432'))).json()).toMatchObject({ change: 'created', version: 1 });
    const rows = async () => (await harness.ask('auditor', 'GET', '/v1/audit?subject=policy/kept-in-git&limit=500')).json().items.length;
    const before = await rows();
    expect((await apply('apply', file('tcp/5432'))).json()).toMatchObject({
      change: 'none',
      version: 1,
      equal: true,
      rules: [],
      exceptions: [],
    });
    expect(await rows()).toBe(before);
  });

  it('says which rule it widens, with a request that shows it', async () => {
    const plan = (await apply('dry-run', file('tcp/5432-5433'))).json();
    expect(plan).toMatchObject({ change: 'changed', version: 1, equal: false });
    expect(plan.rules).toMatchObject([
      { change: 'widened', witness: { before: 'not-applicable', after: 'allow', request: { port: 5433 } } },
    ]);
    expect((await apply('apply', file('tcp/5432-5433'))).json()).toMatchObject({ version: 1 });
  });

  it('says that an exception ends later, though no request is decided otherwise today', async () => {
    const ending = (until: string) =>
      file('tcp/5432').replace('requirement: r1,', `requirement: r1, exception: { owner: ann, reason: moving, until: '${until}' },`);
    await apply('apply', ending('2026-12-01T12:00:00Z'));
    expect((await apply('dry-run', ending('2026-12-02T12:00:00Z'))).json()).toMatchObject({
      change: 'changed',
      equal: true,
      exceptions: [{ rule: 'payments', part: 'rule', change: 'extended', after: { until: '2026-12-02T12:00:00Z' } }],
    });
    expect((await apply('dry-run', file('tcp/5432'))).json()).toMatchObject({ equal: true, exceptions: [{ change: 'permanent' }] });
  });

  it('is not taken while it has a fault, under another name, or from somebody who may only read', async () => {
    const faulty = file('tcp/5432').replace('10.1.0.0/16', 'zone:nowhere');
    expect((await apply('dry-run', faulty)).json().problems).toMatchObject([{ severity: 'error', where: '/rules/0/match/from' }]);
    expect((await apply('apply', faulty)).json()).toMatchObject({ code: 'policy-name-unknown' });
    const other = await harness.ask('engineer', 'POST', '/v1/policies/other/apply', {
      payload: { mode: 'apply', document: parsePolicyFile(file('tcp/5432')) },
    });
    expect(other.json()).toMatchObject({ code: 'policy-invalid', where: '/document/policy' });
    expect((await apply('apply', file('tcp/1'), 'auditor')).statusCode).toBe(403);
  });
});
