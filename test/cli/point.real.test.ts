/** `edict points`, what it asks of a point, as a process on an API with a real store; the point's answers are made up. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PointAnswer } from '../../domain/enforcement/question.ts';
import { EdictError } from '../../domain/errors.ts';
import { openHarness } from '../api/harness.ts';
import type { Harness } from '../api/harness.ts';
import { describeWith } from '../stack/fixture.ts';
import { edictAt } from './edict.ts';

describeWith(['postgres', 'opa'], 'edict points', () => {
  let harness: Harness;
  let url: string;
  beforeAll(async () => {
    harness = await openHarness();
    await harness.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
    await harness.store.points.put({ name: 'opa-1', kind: 'opa', target: 'rego', settings: { url: 'http://opa' } }, 'system:test');
  });
  afterAll(() => harness.close());

  const edict = (...args: readonly string[]) => edictAt({ url, token: harness.tokens['admin'] }, args);
  const answers = (answer: PointAnswer): void => {
    harness.orchestrator.does.askPoint = async () => answer;
  };
  const connection = ['10.4.0.17', '10.2.0.5', 'tcp/5432'];
  const probe = { method: 'decision', detail: 'by no rule', elapsedMs: 1.5 } as const;

  it('a test that agrees ends with 0; one that differs with 5, and what was asked is in the audit chain', async () => {
    answers({ kind: 'test', probe: { ...probe, decision: 'not-applicable' } });
    expect(await edict('points', 'test', 'opa-1', ...connection)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/opa-1: not-applicable by its decision in 1\.5 ms.*policies in force: not-applicable.*they agree/su),
    });
    answers({ kind: 'test', probe: { ...probe, decision: 'deny' } });
    const differs = await edict('point', 'test', 'opa-1', ...connection, '--json');
    expect(differs.code).toBe(5);
    expect(JSON.parse(differs.stdout)).toMatchObject({
      probe: { decision: 'deny' },
      policy: { decision: 'not-applicable' },
      agrees: false,
    });
    const { items } = await harness.store.audit.list({ subject: 'point/opa-1', event: 'point-asked' }, {});
    expect(items.map(({ actor, detail }) => [actor, detail['kind']])).toEqual([
      ['admin', 'test'],
      ['admin', 'test'],
    ]);
  }, 60_000);

  it('takes requests of the other kinds, and says why one cannot be tried', async () => {
    answers({ kind: 'test', reason: 'the point decides on network alone' });
    const request = '{ kind: access, principal: user:ann, action: read, resource: document:plan }';
    expect(await edict('points', 'test', 'opa-1', '--request', request)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('opa-1: not tried · the point decides on network alone'),
    });
    expect(await edict('points', 'test', 'opa-1', '10.4.0.17')).toMatchObject({ code: 2, stderr: expect.stringContaining('--request') });
    expect((await edict('points', 'test', 'opa-1', '--request', '{ kind: other }')).code).toBe(2);
  }, 60_000);

  it('a dry-run tells the steps, or that there are none', async () => {
    answers({ kind: 'dry-run', steps: [] });
    expect(await edict('points', 'dry-run', 'opa-1')).toMatchObject({ code: 0, stdout: 'opa-1: already as wanted\n' });
    answers({ kind: 'dry-run', steps: ['replace content that is not what was applied'] });
    expect((await edict('points', 'dry-run', 'opa-1')).stdout).toContain('  replace content that is not what was applied');
  }, 60_000);

  it('permissions end with 5 where one is missing, and say what mends it', async () => {
    const held = { name: 'read what is in force', held: 'yes', detail: 'the revision is told' } as const;
    answers({ kind: 'permissions', permissions: [held] });
    expect((await edict('points', 'permissions', 'opa-1')).code).toBe(0);
    answers({
      kind: 'permissions',
      permissions: [held, { name: 'keep strangers out', held: 'no', detail: 'it is open', help: 'close it' }],
    });
    const missing = await edict('points', 'permissions', 'opa-1');
    expect(missing).toMatchObject({ code: 5, stdout: expect.stringMatching(/no · keep strangers out: it is open\n {2}close it/u) });
  }, 60_000);

  it('a point that cannot be reached, or that is not there, is said in words', async () => {
    harness.orchestrator.does.askPoint = async () => {
      throw new EdictError('enforcement-point-unreachable', '`opa-1` cannot be reached: ECONNREFUSED', { help: 'is OPA running?' });
    };
    const away = await edict('points', 'dry-run', 'opa-1');
    expect(away).toMatchObject({ code: 6, stderr: expect.stringMatching(/cannot be reached: ECONNREFUSED.*is OPA running\?/su) });
    expect((await edict('points', 'dry-run', 'nowhere')).code).toBe(3);
  }, 60_000);

  it('shows a point whole, and forgets it', async () => {
    const shown = await edict('points', 'show', 'opa-1');
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/opa-1 · opa · takes rego.*last probe none.*not looked at/su) });
    expect((await edict('points', 'remove', 'opa-1')).stdout).toBe('removed opa-1\n');
    expect((await edict('points', 'show', 'opa-1')).code).toBe(3);
  }, 60_000);
});
