import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EdictError } from '../../domain/errors.ts';
import type { SignedVote } from '../../domain/playbook/approval.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import type { Rule } from '../../domain/policy/model.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { planNamed } from './named-plan.ts';

const assetsCsv = `name,address,zone,services,groups,owner,criticality
pay-1,10.1.0.10,apps,payments,,pay,high
db-1,10.2.0.5,data,,cardholder-db,dba,critical
`;

const rule = (id: string, effect: Rule['effect'], from: string): Rule => ({
  kind: 'network',
  id,
  requirement: 'r1',
  effect,
  match: { from, to: 'group:cardholder-db', service: 'tcp/5432' },
});

describeWith(['postgres', 'opa'], 'the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 3000 });
    await harness.store.playbooks.publish({ source: 'playbook: contain', plan: planNamed('contain', ['analyst']) }, 'system:test');
    await harness.store.playbooks.publish({ source: 'playbook: quiet', plan: planNamed('quiet', []) }, 'system:test');
    // The stages, as a worker would do them: the create stage makes rules and a question.
    harness.orchestrator.does.drafted = async (policy) => {
      const { store } = harness;
      const row = await store.policies.get(policy);
      const version = await store.policies.version(policy, row?.draft ?? 0);
      if (version === undefined || version.document.rules.length > 0) return;
      const question = {
        id: 'q1',
        about: 'r1',
        text: 'May others?',
        readings: [
          { answer: 'yes', meaning: 'they may', rules: [rule('rest', 'allow', 'any')] },
          { answer: 'no', meaning: 'they may not', rules: [rule('rest', 'claim', 'any')] },
        ],
      };
      await store.policies.replaceDraft(
        { ...version.document, rules: [rule('pay', 'allow', 'service:payments')], questions: [question] },
        version.version,
        'system:test',
      );
      for (const playbook of ['create', 'context']) {
        const run = `${policy}-v${version.version}-${playbook}-1`;
        await store.runs.order(
          { run, playbook, version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'engineer', policy },
          'system:test',
        );
        await store.runs.finish(run, { run, playbook, version: '1', status: 'ended', outcome: 'done', steps: [] });
      }
    };
  });
  afterAll(() => harness.close());

  it('takes an inventory, says which lines it cannot read, and shows who talks to whom', async () => {
    const answer = await harness.ask('engineer', 'POST', '/v1/context/inventory', {
      headers: { 'content-type': 'text/csv' },
      payload: `${assetsCsv}x,not-an-address,z,,,,low\n`,
    });
    expect(answer.json()).toMatchObject({ assets: 2, rejected: [{ where: expect.stringContaining('4') }] });
    const zeek = `${JSON.stringify({ ts: 1_764_072_000, uid: 'C1', 'id.orig_h': '10.1.0.10', 'id.orig_p': 4, 'id.resp_h': '10.2.0.5', 'id.resp_p': 5432, proto: 'tcp' })}\nnot json\n`;
    const send = () =>
      harness.ask('analyst', 'POST', '/v1/context/connections', { headers: { 'content-type': 'text/plain' }, payload: zeek });
    expect((await send()).json()).toMatchObject({ read: 1, added: 1, rejectedCount: 1 });
    expect((await send()).json()).toMatchObject({ read: 1, added: 0 });
    const { counts, graph } = (await harness.ask('auditor', 'GET', '/v1/context')).json();
    expect(counts).toMatchObject({ assets: 2, connections: 1 });
    expect(graph.edges).toMatchObject([{ from: 'pay-1', to: 'db-1', service: 'tcp/5432', connections: 1 }]);
  });

  it('refuses an inventory of which no line can be read, and keeps the one before', async () => {
    const answer = await harness.ask('engineer', 'POST', '/v1/context/inventory', {
      headers: { 'content-type': 'text/csv' },
      payload: 'a,b\n1,2\n',
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'inventory-invalid' });
    expect((await harness.store.context.inventory()).assets).toHaveLength(2);
  });

  it('drafts a policy, takes the answer to its question, and hands it in', async () => {
    const drafted = await harness.ask('engineer', 'POST', '/v1/policies/draft', {
      payload: { requirement: 'Only the payments service may connect to the cardholder database on port 5432.' },
    });
    expect(drafted.statusCode).toBe(201);
    const { policy, questions, runs, document } = drafted.json();
    expect(policy).toBe('payments-service-cardholder-database');
    expect(document.owner).toBe('engineer');
    expect(questions).toHaveLength(1);
    expect(runs.map((run: { playbook: string }) => run.playbook)).toEqual(['create', 'context']);

    const early = await harness.ask('engineer', 'POST', `/v1/policies/${policy}/submit`, { payload: {} });
    expect([early.statusCode, early.json().code]).toEqual([409, 'policy-questions-open']);
    expect(harness.orchestrator.asked.some(({ what }) => what === 'submit')).toBe(false);

    const answered = await harness.ask('engineer', 'POST', `/v1/policies/${policy}/answers`, { payload: { question: 'q1', answer: 'no' } });
    expect(answered.json().questions).toEqual([]);
    expect(answered.json().document.rules.map(({ id }: Rule) => id)).toEqual(['pay', 'rest']);

    const submitted = await harness.ask('engineer', 'POST', `/v1/policies/${policy}/submit`);
    expect(submitted.statusCode).toBe(202);
    expect(submitted.json()).toMatchObject({ policy, version: 1, run: `${policy}-v1-generate-1` });

    const shown = (await harness.ask('auditor', 'GET', `/v1/policies/${policy}`)).json();
    expect(shown).toMatchObject({
      state: 'draft',
      draft: 1,
      versions: [{ version: 1 }],
      current: { document: { questions: [{ answered: { answer: 'no', by: 'engineer' } }] } },
    });
  });

  it('gives a second policy from the same sentence a name of its own', async () => {
    const requirement = 'Only the payments service may connect to the cardholder database on port 5432.';
    const { policy } = (await harness.ask('engineer', 'POST', '/v1/policies/draft', { payload: { requirement } })).json();
    expect(policy).toBe('payments-service-cardholder-database-2');
  });

  it('says how two versions differ, by a request that they decide differently', async () => {
    await harness.ask('engineer', 'POST', '/v1/policies/draft', { payload: { policy: 'diffed', requirement: 'Only payments may.' } });
    await harness.ask('engineer', 'POST', '/v1/policies/draft', { payload: { policy: 'diffed', requirement: 'All may.' } });
    await harness.ask('engineer', 'POST', '/v1/policies/diffed/answers', { payload: { question: 'q1', answer: 'yes' } });
    const diff = (await harness.ask('engineer', 'GET', '/v1/policies/diffed/diff?from=1&to=2')).json();
    expect(diff.equal).toBe(false);
    expect(diff.changes[0]).toMatchObject({ from: 'not-applicable', to: 'allow', witness: { to: '10.2.0.5', port: 5432 } });
    expect((await harness.ask('engineer', 'GET', '/v1/policies/diffed/diff?from=1&to=1')).json()).toMatchObject({
      equal: true,
      changes: [],
    });
    expect((await harness.ask('engineer', 'GET', '/v1/policies/diffed/diff?from=1&to=9')).statusCode).toBe(404);
  });

  it('records which losses are accepted with the submission, and refuses those that there are not', async () => {
    await harness.ask('engineer', 'POST', '/v1/policies/draft', { payload: { policy: 'lossy', requirement: 'Only payments may.' } });
    await harness.ask('engineer', 'POST', '/v1/policies/lossy/answers', { payload: { question: 'q1', answer: 'no' } });
    const witness = { kind: 'network' as const, from: '10.1.0.10', to: '10.2.0.5', protocol: 'tcp' as const, port: 5432 };
    const loss = { target: 'nftables' as const, rule: 'pay', reason: 'no time zones', witness, direction: 'under-permits' as const };
    const artifact = { target: 'nftables' as const, digest: digestOf('a'), files: { 'ruleset.nft': '' }, sizeBytes: 0 };
    await harness.store.policies.saveCompilation({ policy: 'lossy', version: 1, artifact, losses: [loss], by: 'system:test' });
    const submit = (acceptLosses: string[]) => harness.ask('engineer', 'POST', '/v1/policies/lossy/submit', { payload: { acceptLosses } });
    const before = harness.orchestrator.asked.length;
    expect((await submit(['rest'])).json()).toMatchObject({ code: 'policy-invalid', where: '/acceptLosses' });
    expect(harness.orchestrator.asked).toHaveLength(before);
    expect((await submit(['pay'])).statusCode).toBe(202);
    const rows = (await harness.ask('auditor', 'GET', '/v1/audit?subject=policy/lossy&limit=500')).json().items;
    expect(rows.filter(({ event }: { event: string }) => event === 'losses-accepted')).toMatchObject([
      { actor: 'engineer', detail: { version: 1, digest: (await harness.store.policies.version('lossy', 1))!.digest, rules: ['pay'] } },
    ]);
    const shown = (await harness.ask('engineer', 'GET', '/v1/policies/lossy/versions/1')).json();
    // Another document of the same version has not been compiled, and so has no loss that anybody could have seen.
    const changedLater = async () => {
      const { document } = (await harness.store.policies.version('lossy', 1))!;
      await harness.store.policies.replaceDraft({ ...document, title: 'Changed' }, 1, 'engineer');
      expect((await submit(['pay'])).json()).toMatchObject({ code: 'policy-invalid', where: '/acceptLosses' });
    };
    expect(shown.compilations).toMatchObject([{ target: 'nftables', losses: [{ rule: 'pay' }] }]);
    expect((await harness.ask('engineer', 'GET', '/v1/policies/lossy/versions/1/artifacts/nftables')).json()).toMatchObject({
      digest: artifact.digest,
    });
    expect((await harness.ask('engineer', 'GET', '/v1/policies/lossy/versions/1/artifacts/rego')).statusCode).toBe(404);
    await changedLater();
  });

  it('answers 202 with what is known when the stages take long', async () => {
    const slow = await openHarness({ waitMs: 100 });
    try {
      const answer = await slow.ask('engineer', 'POST', '/v1/policies/draft', { payload: { requirement: 'Nobody may use SSH.' } });
      expect(answer.statusCode).toBe(202);
      expect(answer.json()).toMatchObject({ complete: false, state: 'draft', runs: [], document: { rules: [] } });
    } finally {
      await slow.close();
    }
  });

  it('decides nothing where nothing is in force', async () => {
    const request = { kind: 'network', from: '10.9.0.4', to: '10.2.0.5', protocol: 'tcp', port: 5432 };
    const answer = await harness.ask('analyst', 'POST', '/v1/decide', { payload: { request } });
    expect(answer.json()).toEqual({ decision: 'not-applicable', determining: [], erring: [], policies: [] });
    expect(
      (await harness.ask('analyst', 'POST', '/v1/decide', { payload: { request: { ...request, port: 70_000 } } })).json(),
    ).toMatchObject({ code: 'input-invalid', where: '/request/port' });
  });

  it('starts a playbook by hand for a role that its trigger names, with the order recorded first', async () => {
    const answer = await harness.ask('analyst', 'POST', '/v1/playbooks/contain/runs', { payload: { inputs: { host: 'ws-17' } } });
    expect(answer.statusCode).toBe(201);
    const { run } = answer.json();
    expect(harness.orchestrator.asked.at(-1)).toMatchObject({ what: 'startRun', about: run });
    expect(await harness.store.runs.get(run)).toMatchObject({
      playbook: 'contain',
      requester: 'analyst',
      status: 'ordered',
      inputs: { host: 'ws-17' },
    });
  });

  it.each([
    ['a role that the trigger does not name', 'manager', 'contain', { inputs: { host: 'x' } }, 403, 'access-denied'],
    ['no manual trigger', 'analyst', 'quiet', { inputs: { host: 'x' } }, 403, 'access-denied'],
    ['an input that is missing', 'analyst', 'contain', {}, 400, 'input-invalid'],
    ['an input that is too large', 'analyst', 'contain', { inputs: { host: 'x', hours: 9 } }, 400, 'input-invalid'],
    ['an input that there is not', 'analyst', 'contain', { inputs: { host: 'x', hots: 'y' } }, 400, 'input-invalid'],
    ['a playbook that there is not', 'analyst', 'nothing', { inputs: {} }, 404, 'not-found'],
    ['an incident that there is not', 'analyst', 'contain', { inputs: { host: 'x' }, incident: 'none' }, 404, 'not-found'],
  ])('starts nothing with %s', async (...[, who, playbook, payload, status, code]) => {
    const before = harness.orchestrator.asked.length;
    const answer = await harness.ask(who, 'POST', `/v1/playbooks/${playbook}/runs`, { payload });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(harness.orchestrator.asked).toHaveLength(before);
  });

  it('does the same request with the same idempotency key once, and refuses another request with it', async () => {
    const order = (key: string, host: string) =>
      harness.ask('analyst', 'POST', '/v1/playbooks/contain/runs', { headers: { 'idempotency-key': key }, payload: { inputs: { host } } });
    const first = await order('k-1', 'a');
    const again = await order('k-1', 'a');
    expect(again.statusCode).toBe(201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json()).toEqual(first.json());
    expect((await order('k-1', 'b')).json()).toMatchObject({ code: 'idempotency-key-reused', status: 422 });
    expect((await order('k-2', 'a')).json().run).not.toBe(first.json().run);
    // A refusal is not kept: the corrected world gets another answer.
    expect(
      (
        await harness.ask('analyst', 'POST', '/v1/playbooks/later/runs', {
          headers: { 'idempotency-key': 'k-3' },
          payload: { inputs: { host: 'a' } },
        })
      ).statusCode,
    ).toBe(404);
    await harness.store.playbooks.publish({ source: 'playbook: later', plan: planNamed('later', ['analyst']) }, 'system:test');
    expect(
      (
        await harness.ask('analyst', 'POST', '/v1/playbooks/later/runs', {
          headers: { 'idempotency-key': 'k-3' },
          payload: { inputs: { host: 'a' } },
        })
      ).statusCode,
    ).toBe(201);
  });

  it('shows a run as the workflow tells it, and as it was stored when the workflow cannot be asked', async () => {
    const { run } = (await harness.ask('analyst', 'POST', '/v1/playbooks/contain/runs', { payload: { inputs: { host: 'ws-18' } } })).json();
    const view = { run, playbook: 'contain', version: '1.0.0', status: 'waiting-for-people' as const, steps: [] };
    harness.orchestrator.does.runView = async () => view;
    expect((await harness.ask('analyst', 'GET', `/v1/runs/${run}`)).json()).toMatchObject({
      stale: false,
      view: { status: 'waiting-for-people' },
    });
    harness.orchestrator.does.runView = async () => undefined;
    expect((await harness.ask('analyst', 'GET', `/v1/runs/${run}`)).json()).toMatchObject({ stale: true });
    await harness.store.runs.finish(run, { ...view, status: 'ended', outcome: 'done' });
    expect((await harness.ask('analyst', 'GET', `/v1/runs/${run}`)).json()).toMatchObject({
      stale: false,
      outcome: 'done',
      view: { status: 'ended' },
    });
    const cancel = await harness.ask('analyst', 'POST', `/v1/runs/${run}/cancel`, { payload: { reason: 'late' } });
    expect([cancel.statusCode, cancel.json().code]).toEqual([409, 'run-state-wrong']);
    delete harness.orchestrator.does.runView;
  });

  it('cancels a run: the word is recorded before the workflow hears it', async () => {
    const { run } = (await harness.ask('analyst', 'POST', '/v1/playbooks/contain/runs', { payload: { inputs: { host: 'ws-19' } } })).json();
    expect((await harness.ask('manager', 'POST', `/v1/runs/${run}/cancel`, { payload: { reason: 'wrong host' } })).statusCode).toBe(202);
    expect(await harness.store.runs.get(run)).toMatchObject({ cancelledBy: 'manager' });
    expect(harness.orchestrator.asked.at(-1)).toEqual({ what: 'cancel', about: run, with: { by: 'manager', reason: 'wrong host' } });
  });

  it('lists in pages that together hold everything once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (
        await harness.ask('analyst', 'GET', `/v1/runs?limit=3${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
      ).json();
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ run }: { run: string }) => run));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(5);
    expect((await harness.ask('analyst', 'GET', '/v1/runs?cursor=forged')).statusCode).toBe(400);
    expect((await harness.ask('analyst', 'GET', '/v1/runs?limit=501')).json()).toMatchObject({
      code: 'input-invalid',
      where: 'query/limit',
    });
    expect((await harness.ask('analyst', 'GET', '/v1/runs?colour=red')).statusCode).toBe(400);
  });

  it('shows a report as a page that can neither run nor load anything', async () => {
    await harness.store.reports.save(
      { id: 'rep-1', title: 'R', html: '<h1>R</h1><script>alert(1)</script>', json: { a: 1 } },
      'system:test',
    );
    expect((await harness.ask('auditor', 'GET', '/v1/reports/rep-1')).json()).toMatchObject({ id: 'rep-1', json: { a: 1 } });
    const page = await harness.ask('auditor', 'GET', '/v1/reports/rep-1/html');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/u);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it('orders a report as a run and answers with its id', async () => {
    await harness.store.playbooks.publish({ source: 'playbook: report', plan: { ...planNamed('report', []), inputs: {} } }, 'system:test');
    harness.orchestrator.does.startRun = async (run) => {
      const write = { step: 'write', kind: 'action', action: 'report.write', status: 'done' as const, outputs: { report: 'rep-1' } };
      await harness.store.runs.finish(run, { run, playbook: 'report', version: '1.0.0', status: 'ended', outcome: 'done', steps: [write] });
    };
    const answer = await harness.ask('auditor', 'POST', '/v1/reports', { payload: {} });
    expect([answer.statusCode, answer.json().report]).toEqual([201, 'rep-1']);
    delete harness.orchestrator.does.startRun;
    expect((await harness.ask('auditor', 'POST', '/v1/reports', { payload: { policy: 'none' } })).statusCode).toBe(404);
  });

  it('carries a vote signed by this door to its run, and the refusal of the run back', async () => {
    const plan = { run: 'r-vote', playbook: 'p', version: '1', step: 'ask', effects: [] };
    const digest = digestOf(plan);
    await harness.store.runs.order(
      { run: 'r-vote', playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' },
      'analyst',
    );
    const open = {
      plan,
      digest,
      summary: 's',
      facts: {},
      roles: ['manager'],
      quorum: 2,
      requester: 'analyst',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    };
    const { id } = await harness.store.approvals.open(open);
    const vote = (payload: object, who = 'manager') => harness.ask(who, 'POST', `/v1/approvals/${id}/votes`, { payload });

    const accepted = await vote({ decision: 'approve', digest });
    expect([accepted.statusCode, accepted.json()]).toEqual([200, { approval: id, status: 'open', approvals: 1, quorum: 2 }]);
    const signed = harness.orchestrator.asked.at(-1)?.with as SignedVote;
    const ids: string[] = [];
    harness.orchestrator.does.vote = async (_run, _vote, updateId) => {
      ids.push(updateId);
      throw new EdictError('dependency-unavailable', 'away');
    };
    const again = () =>
      harness.ask('manager', 'POST', `/v1/approvals/${id}/votes`, {
        headers: { 'idempotency-key': 'v-1' },
        payload: { decision: 'approve', digest },
      });
    expect([(await again()).statusCode, (await again()).statusCode]).toEqual([503, 503]);
    expect(ids[0]).toBe(ids[1]);

    expect(signed.vote).toMatchObject({ approval: id, digest, decision: 'approve', by: 'manager' });
    const key = (await harness.store.secrets.get('statement-key')) ?? '';
    expect(signed.signature).toBe(createHmac('sha256', key).update(canonicalJson(signed.vote)).digest('base64url'));

    harness.orchestrator.does.vote = async () => {
      throw new EdictError('approval-by-requester', 'who asks does not approve');
    };
    expect((await vote({ decision: 'approve', digest }, 'analyst')).json()).toMatchObject({ status: 403, code: 'approval-by-requester' });
    delete harness.orchestrator.does.vote;

    const before = harness.orchestrator.asked.length;
    expect((await vote({ decision: 'deny', digest })).json()).toMatchObject({ status: 400, code: 'approval-reason-missing' });
    expect((await vote({ decision: 'approve', digest: 'sha256:short' })).json()).toMatchObject({ code: 'input-invalid', where: '/digest' });
    expect((await harness.ask('manager', 'GET', `/v1/approvals/${id}/votes?decision=approve`)).statusCode).toBe(404);
    await harness.store.approvals.close(id, 'cancelled', 'system:test');
    expect((await vote({ decision: 'approve', digest })).json()).toMatchObject({ status: 409, code: 'approval-closed' });
    expect(harness.orchestrator.asked).toHaveLength(before);
  });

  it('exports the audit chain as lines, and verifies it', async () => {
    const check = (await harness.ask('auditor', 'GET', '/v1/audit/verify')).json();
    expect(check.ok).toBe(true);
    const lines = (await harness.ask('auditor', 'GET', '/v1/audit/export')).body.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(check.rows);
    expect(JSON.parse(lines[0]!)).toMatchObject({ id: 1, previous: '0'.repeat(64) });
    const page = (await harness.ask('auditor', 'GET', '/v1/audit?limit=2')).json();
    expect(page.items).toHaveLength(2);
  });
});
