import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { digestOf } from '../../../domain/digest.ts';
import { Client } from 'pg';
import { describeWith } from '../../stack/fixture.ts';
import { passwordOf, signedIn } from '../browser.ts';
import type { Browser } from '../browser.ts';
import { openHarness } from '../harness.ts';
import type { Harness } from '../harness.ts';
import { openApproval, planOf } from '../../store/ballot-box.ts';

describeWith(['postgres', 'opa'], 'what is of high risk', () => {
  let harness: Harness;
  let manager: Browser;
  let step = 0;
  beforeAll(async () => {
    harness = await openHarness();
    manager = await signedIn(harness, 'manager');
  });
  afterAll(() => harness.close());

  const query = async (text: string) => {
    const client = new Client({ connectionString: harness.databaseUrl });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  const open = (risk: 'high' | 'normal') => {
    const plan = { ...planOf(`p-${(step += 1)}`), shown: { expiresAtMs: 1, risk, irreversible: [], blastRadius: [] } };
    const breakGlass = { roles: ['manager' as const], reviewMs: 1000 };
    return openApproval(harness.store, { step: `s${step}`, requester: 'analyst', plan, breakGlass }).then(({ id }) => ({
      id,
      digest: digestOf(plan),
    }));
  };
  const vote = async ({ id, digest }: { id: string; digest: string }, decision: string) => {
    const payload = { decision, digest, reason: 'it must be' };
    const answer = await manager.ask('POST', `/v1/approvals/${id}/votes`, { payload });
    return answer.statusCode === 200 ? 'cast' : answer.json<{ code: string }>().code;
  };

  it('is approved from a browser only by who has just proved who they are', async () => {
    expect(await vote(await open('high'), 'approve')).toBe('cast');
    await query(`update sessions set authenticated_at = authenticated_at - interval '11 minutes'`);
    const high = await open('high');
    const refused = await manager.ask('POST', `/v1/approvals/${high.id}/votes`, {
      payload: { decision: 'approve', digest: high.digest, reason: 'it must be' },
    });
    expect([refused.statusCode, refused.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'step-up-needed', help: 'POST /v1/session/step-up, then try again' }),
    ]);
    const glass = await manager.ask('POST', `/v1/approvals/${high.id}/break-glass`, {
      payload: { digest: high.digest, reason: 'the house burns, and nobody else is awake' },
    });
    expect(glass.json()).toMatchObject({ code: 'step-up-needed' });
    expect(await vote(await open('normal'), 'approve')).toBe('cast');
    // To say no is never made harder.
    expect(await vote(await open('high'), 'deny')).toBe('cast');
    const wrong = await manager.ask('POST', '/v1/session/step-up', { payload: { password: 'wrong' } });
    expect([wrong.statusCode, await vote(high, 'approve')]).toEqual([401, 'step-up-needed']);
    const right = await manager.ask('POST', '/v1/session/step-up', { payload: { password: passwordOf('manager') } });
    expect([right.statusCode, await vote(high, 'approve')]).toEqual([200, 'cast']);
  });

  it('is approved by a token as ever', async () => {
    const { id, digest } = await open('high');
    const payload = { decision: 'approve', digest, reason: 'it must be' };
    expect((await harness.ask('manager', 'POST', `/v1/approvals/${id}/votes`, { payload })).statusCode).toBe(200);
  });
});
