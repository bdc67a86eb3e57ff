import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { demoData, loadDemoData, openGround, refusal, runProgram, until } from './edict.ts';
import type { Ground } from './edict.ts';

type Page<T> = { readonly items: readonly T[]; readonly next?: string };
type Approval = { readonly id: string; readonly run: string; readonly digest: string; readonly quorum: number };

const policy = 'cardholder-database';
const requirement = 'Only the payments service may connect to the cardholder database on port 5432. Nobody may use SSH from the internet.';

/** Every call of the command is a process of its own. */
jest.setTimeout(120_000);

describeWith(['postgres', 'temporal', 'opa'], 'the edict command', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
  }, 120_000);
  afterAll(() => ground?.close(), 60_000);

  const openApproval = async (run: string): Promise<Approval> => {
    const page = await until(
      () => ground.json<Page<Approval>>('approvals'),
      (found) => found.items.some((one) => one.run === run),
    );
    return page.items.find((one) => one.run === run) as Approval;
  };
  const submit = async (): Promise<Approval> => {
    await ground.json('policy', 'submit', policy);
    return await until(
      () => ground.json<Page<Approval>>('approvals'),
      (found) => found.items.length > 0,
    ).then((page) => page.items[0] as Approval);
  };

  it('teaches on an empty stack', async () => {
    for (const [args, hint] of [
      [['policy', 'list'], 'edict policy draft'],
      [['incident', 'list'], 'edict signal send'],
      [['approvals'], 'nothing waits'],
      [['run', 'list'], 'edict playbook run'],
      [['context', 'show'], 'edict context connections'],
    ] as const) {
      const ended = await ground.edict(args);
      expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(hint) });
    }
  });

  it('loads context, and counts it', async () => {
    await loadDemoData(ground);
    await ground.json('context', 'identity-events', join(demoData, 'cloudtrail.json'));
    const known = await ground.json<{ counts: Record<string, number> }>('context', 'show');
    expect(known.counts).toMatchObject({ assets: 30, zones: 6, connections: 143, identityEvents: 40, indicators: 7 });
    expect((await ground.edict(['context', 'show'])).stdout).toContain('payments-1');
  });

  it('lists what was recorded, what is usual in it, and what is not', async () => {
    const shows = async (args: readonly string[], text: string) =>
      expect(await ground.edict(['context', ...args])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(text) });
    await shows(['assets', '--zone', 'payments'], 'payments-gateway');
    await shows(['seen', '--host', 'ws-17', '--limit', '2'], 'there are more: --cursor');
    await shows(['indicator-list', '--type', 'ipv4'], 'malicious');
    await shows(['baselines', '--scope', 'hosts'], 'in spans of 1 min');
    await shows(['anomalies'], 'nothing that the past does not explain');
    await shows(['anomalies', '--since', '2026-11-06T21:30:00Z', '--kind', 'new-zones'], 'First connections from');
    const { items } = await ground.json<{ items: { id: string }[] }>('context', 'anomalies', '--since', '2026-11-06T21:30:00Z');
    await shows(['anomalies', items[0]?.id ?? '', '--since', '2026-11-06T21:30:00Z'], 'nobody has opened an incident');
    expect((await ground.edict(['context', 'anomalies', '--kind', 'odd'])).stderr).toContain('new-zones, new-reach');
  });

  it('drafts from standard input, asks, and takes the answer', async () => {
    const drafted = await ground.edict(['--json', 'policy', 'draft', '--policy', policy, '-'], { input: requirement });
    expect(drafted).toMatchObject({ code: 0, stderr: expect.stringContaining('drafting') });
    const draft = JSON.parse(drafted.stdout) as { questions: { id: string }[]; document: { rules: unknown[] } };
    expect(draft.questions.map((one) => one.id)).toEqual(['q1']);
    expect(await refusal(ground, ['policy', 'submit', policy])).toMatchObject({ exit: 5, code: 'policy-questions-open' });
    expect(await ground.json('policy', 'answer', policy, 'q1', 'no')).toMatchObject({ questions: [], state: 'draft' });
  });

  it('counts no vote of who asked, of another role, on another plan', async () => {
    const { id } = await submit();
    expect(await ground.json('approvals', id)).toMatchObject({ id, status: 'open' });
    expect((await ground.edict(['approvals', id])).stdout).toContain('exactly this would be done:');
    expect(await refusal(ground, ['approve', id])).toMatchObject({ exit: 4, code: 'approval-by-requester' });
    const roles = await refusal(ground, ['--as', 'analyst', 'approve', id]);
    expect(roles).toMatchObject({ exit: 4, code: 'approval-role-missing', expected: 'a vote of manager' });
    const other = `sha256:${'a'.repeat(64)}`;
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id, '--digest', other])).toMatchObject({
      exit: 4,
      code: 'approval-digest-changed',
    });
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id, '--digest', 'sha256:abc'])).toMatchObject({ exit: 2 });
    expect(await refusal(ground, ['--as', 'manager-1', 'deny', id])).toMatchObject({ exit: 2, code: 'input-invalid' });
    expect(await ground.json('--as', 'manager-1', 'deny', id, '--reason', 'not yet')).toMatchObject({ status: 'denied' });
    expect(await refusal(ground, ['--as', 'manager-2', 'approve', id])).toMatchObject({ exit: 5, code: 'approval-closed' });
    await until(
      () => ground.json('policy', 'show', policy),
      (shown) => shown['state'] === 'draft' && shown['reason'] !== undefined,
    );
  });

  it('brings a policy in force after an approval of its digest', async () => {
    const { id, digest } = await submit();
    expect(await ground.json('--as', 'manager-1', 'approve', id, '--digest', digest, '--reason', 'read it')).toMatchObject({
      status: 'approved',
      approvals: 1,
    });
    await until(
      () => ground.json('policy', 'show', policy),
      (shown) => shown['state'] === 'enforced',
    );
    const shown = await ground.edict(['policy', 'show', policy]);
    expect(shown.stdout).toMatch(/proved equal rego/u);
    expect(shown.stdout).toMatch(/blocked 3 of jump-2, ws-17/u);
    expect(await ground.json('decide', '10.4.0.17', '10.2.0.5', 'tcp/5432')).toMatchObject({
      decision: 'deny',
      determining: [`${policy}/nothing-else-to-cardholder-db`],
    });
    const points = await ground.json<Page<{ name: string; health: string }>>('points');
    expect(points.items).toMatchObject([
      { name: 'opa', target: 'rego', health: 'in-force' },
      { name: 'opa-access', target: 'rego-access' },
    ]);
    const runs = await ground.json<Page<{ playbook: string }>>('run', 'list', '--policy', policy);
    expect(new Set(runs.items.map((one) => one.playbook))).toEqual(
      new Set(['create', 'context', 'generate', 'review', 'distribute', 'enforce']),
    );
  });

  it('says how two versions decide differently', async () => {
    await ground.json('policy', 'draft', '--policy', policy, `${requirement} The bastion may use SSH to the cardholder database.`);
    const diff = await ground.json('policy', 'diff', policy, '1', '2');
    expect(diff).toMatchObject({ from: 1, to: 2, equal: false });
    expect((await ground.edict(['policy', 'diff', policy, '1', '1'])).stdout).toContain('decide alike');
    expect(await ground.json('policy', 'show', policy, '--version', '1')).toMatchObject({ version: 1, status: 'approved' });
    expect((await ground.json<Page<{ policy: string }>>('policy', 'list')).items.map((one) => one.policy)).toEqual([policy]);
  });

  it('answers a signal: incident, approval by two, isolation, undo; and no escape sequence of its title reaches the terminal', async () => {
    const send = ['--as', 'analyst', 'signal', 'send', 'beacon', '--severity', 'high', '--source', 'ws-17', '--destination', '203.0.113.9'];
    const more = ['--id', 'det-1', '--title', 'evil \u001B[2J\u009B31m\n✓ approved \u202Etxt'];
    const sent = await ground.json<{ signal: string }>(...send, ...more);
    expect(await ground.json(...send, ...more)).toMatchObject({ status: 'duplicate' });
    const incidents = await until(
      () => ground.json<Page<{ id: string }>>('incident', 'list', '--status', 'open'),
      (page) => page.items.length > 0,
    );
    const incident = incidents.items[0]?.id ?? '';
    const detail = await until(
      () => ground.json<{ runs: { run: string }[] }>('incident', 'show', incident),
      (found) => found.runs.length > 0,
    );
    const run = detail.runs[0]?.run ?? '';
    for (const args of [
      ['incident', 'list'],
      ['incident', 'show', incident],
      ['signal', 'show', sent.signal],
      ['--json', 'incident', 'list'],
    ]) {
      const { stdout } = await ground.edict(args);
      expect(stdout).toContain('evil');
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      expect(stdout).not.toMatch(/[\u001B\u009B\u202E]|^✓ approved/mu);
    }
    const { id, quorum } = await openApproval(run);
    expect(quorum).toBe(2);
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id])).toMatchObject({ exit: 2, code: 'approval-reason-missing' });
    await ground.json('--as', 'manager-1', 'approve', id, '--reason', 'the beacon is known');
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id])).toMatchObject({ exit: 5, code: 'approval-vote-repeated' });
    await ground.json('--as', 'manager-2', 'approve', id, '--reason', 'the neighbours were told');
    await until(
      () => ground.json<{ view: { status: string } }>('run', 'show', run),
      (shown) => shown.view.status === 'leased',
    );
    await ground.json('run', 'cancel', run, '--reason', 'false alarm', '--yes');
    const watched = await ground.edict(['--json', 'run', 'watch', run]);
    expect(watched.code).toBe(5);
    const views = watched.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { outcome?: string });
    expect(views.at(-1)).toMatchObject({ status: 'ended', outcome: 'cancelled' });
    expect((await ground.edict(['run', 'watch', run])).stdout).toContain('↶ isolate');
    expect(await refusal(ground, ['run', 'cancel', run, '--reason', 'again', '--yes'])).toMatchObject({ exit: 5, code: 'run-state-wrong' });
    expect(await ground.json('signal', 'counts')).toMatchObject({ in: 2, handled: 1, duplicate: 1 });
  });

  it('runs a playbook by hand; an approval that expired counts no vote', async () => {
    const inputs = ['host=ws-18', 'indicator=203.0.113.9', 'lease=1h', 'expires=2s'];
    const { run } = await ground.json<{ run: string }>('--as', 'analyst', 'playbook', 'run', 'contain-host', ...inputs);
    expect((await ground.edict(['run', 'watch', run])).code).toBe(5);
    const all = await ground.json<Page<Approval>>('approvals', '--all', '--limit', '1');
    expect(all.next).toEqual(expect.any(String));
    const { id } = all.items[0] as Approval;
    const late = await refusal(ground, ['--as', 'manager-1', 'approve', id]);
    expect(late).toMatchObject({ exit: 4, code: 'approval-expired', message: expect.stringContaining('expired') });
    expect((await ground.json<Page<unknown>>('playbook', 'list')).items.length).toBeGreaterThan(5);
    expect((await ground.edict(['playbook', 'show', 'contain-host'])).stdout).toMatch(/\n {2}expires: \{/u);
  });

  it('writes a report, and a chain that verifies anywhere, also where a row was changed or the end cut off', async () => {
    const made = await ground.json<{ html: string; pdf: string; json: string }>('report', '--out', join(ground.folder, 'new', 'reports'));
    expect(readFileSync(made.html, 'utf8')).toMatch(/^<!doctype html>/iu);
    expect(JSON.parse(readFileSync(made.json, 'utf8'))).toBeInstanceOf(Object);
    expect(readFileSync(made.pdf).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await ground.edict(['compliance'])).stdout).toContain('nist-800-53r5');
    expect((await ground.edict(['compliance', 'show', 'nist-800-53r5:au-9'])).stdout).toMatch(/^\S*au-9 .*\neffective:/u);
    expect((await ground.edict(['compliance', 'export', '--format', 'csv'])).stdout).toMatch(/^framework,control,/u);
    expect(await ground.json('compliance', 'controls', '--status', 'effective')).toHaveProperty('items');
    expect(await refusal(ground, ['compliance', 'controls', '--status', 'fine'])).toMatchObject({ code: 'input-invalid' });
    const chain = join(ground.folder, 'chain.jsonl');
    expect(await ground.json('--as', 'auditor', 'audit', 'export', chain)).toEqual({ file: chain });
    const check = await ground.json<{ rows: number; head: string }>('audit', 'verify', chain);
    expect(check).toMatchObject({ ok: true });
    expect(await ground.json('--as', 'auditor', 'audit', 'verify')).toMatchObject({ ok: true });
    const rows = readFileSync(chain, 'utf8').trimEnd().split('\n');
    const bad = join(ground.folder, 'bad.jsonl');
    writeFileSync(bad, rows.with(4, (rows[4] ?? '').replace(/"actor":"[^"]*"/u, '"actor":"mallory"')).join('\n'));
    const broken = await ground.edict(['--json', 'audit', 'verify', bad]);
    expect(broken.code).toBe(5);
    expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false, fault: { id: 5 } });
    writeFileSync(bad, rows.slice(0, -3).join('\n'));
    expect((await ground.edict(['audit', 'verify', bad])).code).toBe(0);
    expect((await ground.edict(['audit', 'verify', bad, '--head', `${check.rows}:${check.head}`])).code).toBe(5);
    const listed = await ground.json<Page<unknown>>('--as', 'auditor', 'audit', 'list', '--subject', `policy/${policy}`);
    expect(listed.items.length).toBeGreaterThan(3);
  });

  it('stays silent when who reads it stops reading', async () => {
    const list = `"${process.execPath}" cli/edict.mjs --data "${ground.dataDir}" --as auditor audit export -`;
    const piped = await runProgram('bash', ['-c', `${list} | head -1; echo "\${PIPESTATUS[0]}"`]);
    expect(piped.stderr).toBe('');
    expect(piped.stdout.trimEnd().split('\n')).toEqual([expect.stringContaining('"id":1,'), '0']);
  });

  it('manages people: a token works until it is revoked', async () => {
    expect(await ground.json('--as', 'admin', 'people', 'put', 'maria', 'María 支', '--role', 'analyst', 'manager')).toMatchObject({
      id: 'maria',
    });
    const token = await ground.json<{ id: string; secret: string }>('--as', 'admin', 'people', 'token', 'maria');
    const env = { EDICT_TOKEN: token.secret };
    expect((await ground.edict(['people', 'me'], { env })).stdout).toBe('maria · María 支 · analyst, manager\n');
    expect((await ground.json<Page<{ id: string }>>('--as', 'admin', 'people', 'list')).items.map((one) => one.id)).toContain('maria');
    await ground.json('--as', 'admin', 'people', 'revoke', 'maria', token.id);
    const gone = await refusal(ground, ['people', 'me'], { env });
    expect(gone).toMatchObject({ exit: 4, code: 'token-invalid' });
    expect(JSON.stringify(gone)).not.toContain(token.secret);
    expect(await refusal(ground, ['--as', 'admin', 'people', 'put', 'x', 'X', '--role', 'root'])).toMatchObject({ exit: 2 });
  });

  it.each([
    ['a role that it takes', ['signal', 'send', 'beacon', '--severity', 'high'], 4, 'access-denied'],
    ['a person with a token', ['--as', 'nobody', 'policy', 'list'], 4, 'token-missing'],
    ['a person, and not a word of JavaScript', ['--as', 'constructor', 'policy', 'list'], 4, 'token-missing'],
    ['a server that answers', ['--url', 'http://127.0.0.1:1', 'policy', 'list'], 6, 'dependency-unavailable'],
    ['an address that can be one', ['--url', 'localhost', 'policy', 'list'], 2, 'input-invalid'],
    ['a server that the tokens here are for', ['--url', 'http://192.0.2.1', 'policy', 'list'], 4, 'token-missing'],
    ['a policy that is there', ['policy', 'show', 'nothing'], 3, 'not-found'],
    ['a run that is there', ['run', 'watch', 'nothing'], 3, 'not-found'],
    ['an approval that is there', ['--as', 'manager-1', 'approve', 'nothing'], 3, 'not-found'],
    ['a command that is there', ['polcy', 'list'], 2, 'input-invalid'],
    ['its arguments', ['policy', 'show'], 2, 'input-invalid'],
    ['a kind of point that is known', ['--as', 'admin', 'points', 'add', 'x', '--kind', 'asa'], 2, 'input-invalid'],
    ['an administrator for points', ['points', 'add', 'fw', '--kind', 'nftables'], 4, 'access-denied'],
  ])('refuses without %s', async (_, args, exit, code) => {
    expect(await refusal(ground, args)).toMatchObject({ exit, code });
  });

  it('names the roles that would do', async () => {
    const { stderr } = await ground.edict(['signal', 'send', 'beacon', '--severity', 'high']);
    expect(stderr).toContain('it takes the role admin or analyst');
  });

  it('keeps data that is in use from a second start, a reset and a restore, and a port from a second owner', async () => {
    const inUse = { exit: 5, code: 'data-in-use' };
    expect(await refusal(ground, ['start'])).toMatchObject(inUse);
    expect(await refusal(ground, ['reset', '--yes'])).toMatchObject(inUse);
    expect(await refusal(ground, ['reset'])).toMatchObject({ exit: 2, code: 'input-invalid' });
    const file = join(ground.folder, 'edict.tar.gz');
    await ground.json('backup', file);
    expect(await refusal(ground, ['restore', file])).toMatchObject(inUse);
    const other = join(ground.folder, 'other');
    truncateSync(file, 100_000);
    expect(await refusal(ground, ['--data', other, 'restore', file])).toMatchObject({ exit: 2, code: 'backup-invalid' });
    expect(existsSync(other)).toBe(false);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = String((taken.address() as AddressInfo).port);
    expect(await refusal(ground, ['--data', other, 'start', '--port', port])).toMatchObject({ exit: 5, code: 'port-in-use' });
    await new Promise((resolve) => taken.close(resolve));
    expect(await ground.json('--data', other, 'reset', '--yes')).toMatchObject({ dataDir: other });
    expect(await ground.json<{ ok: boolean }>('doctor')).toMatchObject({ ok: true });
  });
});
