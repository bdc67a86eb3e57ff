import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EdictError } from '../../domain/errors.ts';
import type { SignedVote } from '../../domain/playbook/approval.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import type { Rule } from '../../domain/policy/model.ts';
import { deliverAll, startOutbox } from '../../api/outbox.ts';
import { signWebhook } from '../../api/webhook.ts';
import { describeWith } from '../stack/fixture.ts';
import { engineToken, openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

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

function planNamed(playbook: string, roles: readonly string[]): Plan {
  const body = {
    playbook,
    version: '1.0.0',
    title: `The ${playbook} playbook`,
    tags: {},
    triggers: roles.length === 0 ? [] : [{ kind: 'manual' as const, roles }],
    inputs: { host: { type: 'string' as const }, hours: { type: 'int' as const, default: 4, max: 8 } },
    start: 'end',
    steps: { end: { id: 'end', kind: 'end' as const, outcome: 'done' } },
    outputs: {},
  };
  return { ...body, digest: digestOf(body) };
}

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

  it('keeps the settings of an enforcement point to itself', async () => {
    const answer = await harness.ask('admin', 'POST', '/v1/points', {
      payload: { name: 'opa-1', kind: 'opa', settings: { url: 'http://operator:hunter2-hunter2@127.0.0.1:1' } },
    });
    expect([answer.statusCode, answer.json().target]).toEqual([201, 'rego']);
    expect(answer.body + (await harness.ask('admin', 'GET', '/v1/points')).body).not.toContain('hunter2');
  });

  it.each([
    ['nftables', { exec: 5 }, '/settings/exec'],
    ['nftables', {}, '/settings/exec'],
    ['nftables', { exec: [], prober: { from: [] } }, '/settings/prober/from'],
    ['opa', { url: 'ftp://127.0.0.1' }, '/settings/url'],
    ['opa', { url: 'http://127.0.0.1', token: 'x' }, '/settings'],
  ])('refuses settings that no %s connector could use: %j', async (kind, settings, where) => {
    const answer = await harness.ask('admin', 'POST', '/v1/points', { payload: { name: 'impossible', kind, settings } });
    expect(answer.json()).toMatchObject({ status: 400, code: 'input-invalid', where });
    expect((await harness.ask('admin', 'GET', '/v1/points')).body).not.toContain('impossible');
  });

  it('takes OPA’s gzipped decision log and status, with OPA’s token only', async () => {
    const entry = {
      decision_id: 'd-1',
      timestamp: '2026-11-25T12:00:00Z',
      input: { kind: 'network', from: '10.9.0.4', to: '10.2.0.5', protocol: 'tcp', port: 5432 },
      result: { decision: 'deny', determining: ['p/rest'], erring: [] },
    };
    const log = (payload: Buffer, who = engineToken, encoding = 'gzip') =>
      harness.ask(who, 'POST', '/opa/logs/opa-1', {
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        payload,
      });
    const zipped = gzipSync(JSON.stringify([entry, { ...entry, decision_id: 'd-2', input: { person: {} } }]));
    expect((await log(zipped)).json()).toEqual({ added: 1 });
    expect((await log(zipped)).json()).toEqual({ added: 0 });
    expect((await log(zipped, 'admin')).statusCode).toBe(401);
    expect((await log(Buffer.from('not gzip'))).statusCode).toBe(400);
    expect((await log(zipped, engineToken, 'br')).statusCode).toBe(415);
    expect((await log(gzipSync(Buffer.alloc(64 * 1024 * 1024)))).statusCode).toBe(413);
    expect(await harness.store.context.decisions()).toMatchObject([{ id: 'd-1', decision: 'deny', point: 'opa-1' }]);

    const status = {
      labels: {},
      bundles: { edict: { name: 'edict', active_revision: 'r-7', last_successful_activation: '2026-11-25T12:00:00Z', metrics: {} } },
    };
    expect((await harness.ask(engineToken, 'POST', '/opa/status/opa-1', { payload: status })).statusCode).toBe(204);
    expect((await harness.store.points.get('opa-1'))?.observed).toEqual({
      opa: { bundles: { edict: { active_revision: 'r-7', last_successful_activation: '2026-11-25T12:00:00Z' } } },
    });
    expect((await harness.ask(engineToken, 'POST', '/opa/status/nothing', { payload: status })).statusCode).toBe(404);
  });

  it('serves a bundle with its revision as ETag, and waits for the next one', async () => {
    const get = (headers: Record<string, string>) => harness.ask(engineToken, 'GET', '/opa/bundles/opa-1', { headers });
    expect((await get({})).statusCode).toBe(404);
    await harness.store.bundles.put({ point: 'opa-1', revision: 'r-1', bytes: Buffer.from('one') });
    const first = await get({});
    expect([first.statusCode, first.headers.etag, first.headers['content-type'], first.body]).toEqual([
      200,
      '"r-1"',
      'application/vnd.openpolicyagent.bundles',
      'one',
    ]);
    const waiting = { 'if-none-match': '"r-1"', prefer: 'modes=snapshot,delta;wait=20' };
    const next = get(waiting);
    await harness.store.bundles.put({ point: 'opa-1', revision: 'r-2', bytes: Buffer.from('two') });
    expect((await next).body).toBe('two');
    const unchanged = await get({ 'if-none-match': '"r-2"', prefer: 'wait=1' });
    expect([unchanged.statusCode, unchanged.headers['content-type']]).toEqual([304, 'application/vnd.openpolicyagent.bundles']);
    expect((await harness.ask('admin', 'GET', '/opa/bundles/opa-1')).statusCode).toBe(401);
  });

  it('takes a signal once, hands it to its incident, and counts what it saw', async () => {
    const before = (await harness.ask('analyst', 'GET', '/v1/signals/counts')).json();
    const payload = { id: 's-1', kind: 'beacon', severity: 'high', title: 'B', source: 'ws-17' };
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload })).json()).toEqual({ signal: 's-1', status: 'open' });
    expect((await harness.ask('analyst', 'POST', '/v1/signals', { payload })).json()).toEqual({ signal: 's-1', status: 'duplicate' });
    expect(harness.orchestrator.asked.filter(({ with: id }) => id === 's-1')).toEqual([
      { what: 'deliverSignal', about: 'beacon:ws-17', with: 's-1' },
    ]);
    const after = (await harness.ask('analyst', 'GET', '/v1/signals/counts')).json();
    expect([after.in - before.in, after.open - before.open, after.duplicate - before.duplicate]).toEqual([2, 1, 1]);
  });

  it('takes a signed webhook, and the same one again as a duplicate; another sender’s message of the same id is another', async () => {
    const secret = 'a-secret-for-the-tests-of-webhooks';
    await harness.store.secrets.ensure('webhook/edr', () => secret);
    await harness.store.secrets.ensure('webhook/other', () => secret);
    const body = JSON.stringify({ kind: 'beacon', severity: 'high', title: 'B', source: 'ws-20' });
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook({ id: 'msg_1', timestamp, body, secret }),
    };
    const send = (source: string, changed: object = {}, payload = body) =>
      harness.ask(undefined, 'POST', `/webhooks/${source}`, { headers: { ...headers, ...changed }, payload });
    expect((await send('edr')).json()).toEqual({ signal: 'edr:msg_1', status: 'open' });
    expect([(await send('edr')).statusCode, (await send('edr')).json().status]).toEqual([202, 'duplicate']);
    expect((await send('other')).json()).toEqual({ signal: 'other:msg_1', status: 'open' });
    expect((await send('unknown')).json()).toMatchObject({ status: 401, code: 'webhook-secret-missing' });
    expect((await send('edr', {}, body.replace('high', 'low'))).json()).toMatchObject({ status: 401, code: 'signature-invalid' });
    expect((await send('edr', { 'webhook-signature': '' })).json()).toMatchObject({ status: 401, code: 'signature-missing' });
    harness.clock.offsetMs = 6 * 60 * 1000;
    expect((await send('edr')).json()).toMatchObject({ status: 401, code: 'signal-too-old' });
    harness.clock.offsetMs = -6 * 60 * 1000;
    expect((await send('edr')).json()).toMatchObject({ status: 401, code: 'signal-too-old' });
    harness.clock.offsetMs = 0;
  });

  it('loses no signal and no order while Temporal is away: the outbox carries them when it is back', async () => {
    const { orchestrator, store } = harness;
    const away = async () => {
      throw new EdictError('dependency-unavailable', 'temporal is away');
    };
    orchestrator.does.deliverSignal = away;
    orchestrator.does.startRun = away;
    expect(
      (
        await harness.ask('analyst', 'POST', '/v1/signals', {
          payload: { id: 's-away', kind: 'drift', severity: 'low', title: 'D', source: 'x' },
        })
      ).statusCode,
    ).toBe(202);
    const { run } = (await harness.ask('analyst', 'POST', '/v1/playbooks/contain/runs', { payload: { inputs: { host: 'ws-21' } } })).json();
    const deps = { store, orchestrator, clock: () => new Date(Date.now() + 60_000) };
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await expect(deliverAll(deps)).rejects.toMatchObject({ code: 'dependency-unavailable' });
    delete orchestrator.does.deliverSignal;
    delete orchestrator.does.startRun;
    // What a workflow ordered is that workflow's child: it starts it itself.
    await store.runs.order(
      { run: 'p-v1-generate-1', playbook: 'generate', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'engineer' },
      'system:test',
    );
    const before = orchestrator.asked.length;
    expect(await deliverAll(deps)).toMatchObject({ signals: 1 });
    expect(orchestrator.asked.slice(before).map(({ about }) => about)).not.toContain('p-v1-generate-1');
    expect(orchestrator.asked.slice(before)).toEqual(
      expect.arrayContaining([
        { what: 'deliverSignal', about: 'drift:x', with: 's-away' },
        { what: 'startRun', about: run },
      ]),
    );
    expect((await deliverAll(deps)).signals).toBe(0);
  });

  it('tells a lifecycle of its draft again where nobody was there to hear it, and not more often than once a minute', async () => {
    const lost = await openHarness({ waitMs: 0 });
    try {
      lost.orchestrator.does.drafted = async () => {
        throw new EdictError('dependency-unavailable', 'temporal is away');
      };
      const answer = await lost.ask('engineer', 'POST', '/v1/policies/draft', {
        payload: { policy: 'lost', requirement: 'Nobody may use SSH.' },
      });
      expect(answer.statusCode).toBe(202);
      delete lost.orchestrator.does.drafted;
      const deps = { store: lost.store, orchestrator: lost.orchestrator, clock: () => new Date(Date.now() + 60_000) };
      const told = () => lost.orchestrator.asked.filter(({ what }) => what === 'drafted').length;
      const outbox = startOutbox(deps);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await outbox.stop();
      expect(told()).toBe(2);
    } finally {
      await lost.close();
    }
  });

  it('makes and revokes tokens: a revoked one stops at once', async () => {
    await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'guest', name: 'Guest', roles: ['analyst'] } });
    const { id, secret } = (await harness.ask('admin', 'POST', '/v1/people/guest/tokens', { payload: { label: 'laptop' } })).json();
    expect((await harness.ask(secret, 'GET', '/v1/me')).json()).toMatchObject({ id: 'guest' });
    expect((await harness.ask('admin', 'DELETE', `/v1/people/guest/tokens/${id}`)).statusCode).toBe(204);
    expect((await harness.ask(secret, 'GET', '/v1/me')).statusCode).toBe(401);
    expect(
      (await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'system:lifecycle', name: 'x', roles: ['admin'] } })).statusCode,
    ).toBe(400);
  });

  it('keeps the last administrator', async () => {
    const demote = () => harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'admin', name: 'A', roles: ['auditor'] } });
    expect((await demote()).json()).toMatchObject({ status: 409, code: 'conflict' });
    expect(
      (await harness.ask('admin', 'POST', '/v1/people', { payload: { id: 'admin', name: 'A', roles: ['admin'], disabled: true } }))
        .statusCode,
    ).toBe(409);
    expect((await harness.ask('admin', 'GET', '/v1/me')).json()).toMatchObject({ roles: ['admin'] });
  });

  it.each([
    ['text where JSON is due', { 'content-type': 'text/plain' }, '{}', 415, 'input-type-unsupported'],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }, '{}', 415, 'input-type-unsupported'],
    ['no content type', {}, '{}', 415, 'input-type-unsupported'],
    ['compression', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}', 415, 'input-type-unsupported'],
    ['two megabytes', { 'content-type': 'application/json' }, `"${'x'.repeat(2 * 1024 * 1024)}"`, 413, 'input-too-large'],
    ['an unknown key', { 'content-type': 'application/json' }, '{"requirement":"x","rules":[]}', 400, 'input-invalid'],
    [
      'an idempotency key that is too long',
      { 'content-type': 'application/json', 'idempotency-key': 'x'.repeat(256) },
      '{"requirement":"x"}',
      400,
      'input-invalid',
    ],
  ])('refuses %s with a problem that says what is wrong', async (...[, headers, payload, status, code]) => {
    const answer = await harness.ask('engineer', 'POST', '/v1/policies/draft', { headers: headers as Record<string, string>, payload });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.json()).toMatchObject({ status, code, type: `urn:edict:error:${code}`, request: answer.headers['x-request-id'] });
    expect(answer.body).not.toMatch(/node_modules|\.ts:|select |insert /iu);
  });

  it('answers an unknown path and an unknown method as a problem', async () => {
    for (const [method, url] of [
      ['GET', '/v2/nothing'],
      ['PUT', '/v1/me'],
      ['GET', '/v1/%ff'],
      ['HEAD', '/v1/me'],
    ] as const) {
      const answer = await harness.ask('admin', method, url);
      expect([url, answer.statusCode]).toEqual([url, url.includes('%') ? 400 : 404]);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('tells anyone whether it is healthy, and nothing else', async () => {
    harness.orchestrator.does.ping = async () => {
      throw new Error('away');
    };
    await new Promise((resolve) => setTimeout(resolve, 550));
    const answer = await harness.ask(undefined, 'GET', '/health');
    expect([answer.statusCode, answer.json()]).toEqual([200, { live: true, ready: false, store: true, temporal: false, opa: true }]);
    delete harness.orchestrator.does.ping;
  });
});
