/** The guard's settings through the door, what it would decide, and an undo that is tried again. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { defaultGuardSettings } from '../../domain/guard/settings.ts';
import { guarded } from '../activities/guard-fixture.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness, type Harness } from './harness.ts';

describeWith(['postgres', 'opa'], 'the guard, through the door', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  const show = async () => (await harness.ask('auditor', 'GET', '/v1/guard')).json<{ version: number; settings: object }>();
  const set = (who: 'engineer' | 'admin', payload: object) => harness.ask(who, 'POST', '/v1/guard', { payload });
  const trial = async (payload: object) => {
    const answer = await harness.ask('analyst', 'POST', '/v1/guard/test', { payload });
    expect(answer.statusCode).toBe(200);
    return answer.json<{ allow: boolean; reasons: string[]; settings: object; budgets: object[] }>();
  };

  it('begins with the defaults, and says so', async () => {
    expect(await show()).toMatchObject({ version: 0, settings: defaultGuardSettings, by: 'system:defaults' });
  });

  it('takes new settings as a version, on record, with who and why', async () => {
    const settings = { ...defaultGuardSettings, protected: [{ asset: 'dc-1', reason: 'domain controller' }] };
    const saved = await set('engineer', { settings, reason: 'as agreed', replaces: 0 });
    expect(saved.json()).toMatchObject({ version: 1, by: 'engineer', reason: 'as agreed' });
    expect(await show()).toMatchObject({ version: 1, settings });
    expect((await set('admin', { settings: defaultGuardSettings, reason: 'r', replaces: 0 })).json()).toMatchObject({ code: 'conflict' });
    const { items } = (await harness.ask('auditor', 'GET', '/v1/guard/history')).json<{ items: { version: number }[] }>();
    expect(items.map(({ version }) => version)).toEqual([1, 0]);
  });

  it.each([
    ['a window that cannot be read', { windows: [{ name: 'w', effects: 'never', during: ['Sunday'] }] }, '/windows/0/during/0'],
    ['an unknown time zone', { windows: [{ name: 'w', effects: 'never', during: ['Sun 02:00-06:00 Mars/Base'] }] }, '/windows/0/during/0'],
    ['a budget of any number', { budgets: [{ name: 'b', actions: ['*'], per: '1h' }] }, '/budgets/0'],
    ['a name given twice', { budgets: [1, 2].map(() => ({ name: 'b', actions: ['*'], per: '1h', overall: 1 })) }, '/budgets/1/name'],
    ['a word that is none', { budgtes: [] }, undefined],
    [
      'an action that there is not',
      { budgets: [{ name: 'b', actions: ['network.isolat'], per: '1h', overall: 1 }] },
      '/budgets/0/actions/0',
    ],
    [
      'a family of actions that there is not',
      { windows: [{ name: 'w', effects: 'never', actions: ['netwrk.*'], during: ['daily 00:00-24:00 UTC'] }] },
      '/windows/0/actions/0',
    ],
  ])('refuses %s, with the place, and nothing changes', async (_, settings, where) => {
    const before = await show();
    const answer = await set('engineer', { settings, reason: 'r' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'input-invalid', ...(where === undefined ? {} : { where }) });
    expect(await show()).toEqual(before);
  });

  it('says what would be decided, by the settings in force and by others', async () => {
    expect(await trial({ action: 'network.isolate', subjects: ['ws-17'] })).toMatchObject({
      allow: true,
      reasons: [],
      settings: { version: 1 },
    });
    expect(await trial({ action: 'network.isolate', subjects: ['dc-1'], approved: true })).toMatchObject({
      allow: false,
      reasons: ['`dc-1` is protected: domain controller'],
    });
    const settings = {
      windows: [{ name: 'freeze', effects: 'never', during: ['Sun 02:00-06:00 Europe/Zurich'] }],
      budgets: [{ name: 'none', actions: ['network.*'], per: '1d', overall: 0 }],
    };
    const other = await trial({ action: 'network.isolate', subjects: ['ws-17'], settings, at: '2026-11-29T01:30:00Z' });
    expect(other).toMatchObject({ allow: false, budgets: [{ budget: 'none', used: 0, limit: 0 }] });
    expect(other.reasons.join()).toMatch(/`freeze`[^]*|[^]*the budget `none` is spent/u);
    expect(other.reasons).toHaveLength(2);
    expect(
      await trial({ action: 'network.isolate', subjects: ['ws-17'], settings: { windows: settings.windows }, at: '2026-11-29T05:00:00Z' }),
    ).toMatchObject({ allow: true });
    expect(
      await trial({
        action: 'network.isolate',
        subjects: ['ws-17'],
        settings: { windows: settings.windows },
        at: '2026-11-29T01:30:00Z',
        breakGlass: true,
      }),
    ).toMatchObject({ allow: true });
  });

  it('records what people are to be asked about a lease: by so much or for good, and not both', async () => {
    await harness.store.runs.order(
      { run: 'r-lease', playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' },
      'analyst',
    );
    const ask = (payload: object) => harness.ask('analyst', 'POST', '/v1/runs/r-lease/extend', { payload });
    for (const wrong of [{}, { for: '4h', permanent: true }, { for: 'soon' }, { for: '0s' }])
      expect((await ask({ step: 'isolate', reason: 'r', ...wrong })).statusCode).toBe(400);
    expect((await ask({ step: 'isolate', reason: 'not done', for: '4h' })).json()).toMatchObject({
      kind: 'extend-lease',
      by: 'analyst',
      params: { step: 'isolate', for: '4h' },
    });
    expect((await ask({ step: 'isolate', reason: 'for good', permanent: true })).json()).toMatchObject({ params: { step: 'isolate' } });
    const auditor = await harness.ask('auditor', 'POST', '/v1/runs/r-lease/extend', {
      payload: { step: 'isolate', reason: 'r', for: '4h' },
    });
    expect(auditor.statusCode).toBe(403);
  });

  it('has an undo tried again by a run of its own, once for each failure', async () => {
    const { store } = harness;
    const key = 'r-div/isolate/1';
    await store.runs.order(
      { run: 'r-div', playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' },
      'analyst',
    );
    const ask = (payload: object) => harness.ask('analyst', 'POST', '/v1/effects/retry-undo', { payload });
    expect((await ask({ key, reason: 'r' })).json()).toMatchObject({ code: 'not-found' });
    await store.effects.intend(
      { key, run: 'r-div', step: 'isolate', action: 'network.isolate', targets: ['fw'], params: {}, ...guarded },
      'analyst',
    );
    expect((await ask({ key, reason: 'r' })).json()).toMatchObject({ code: 'effect-state-wrong' });
    await store.effects.diverged(key, { code: 'enforcement-point-unreachable', message: 'away' });
    const listed = await harness.ask('auditor', 'GET', '/v1/effects?status=diverged');
    expect(listed.json()).toMatchObject({ items: [{ key, status: 'diverged', error: { message: 'away' } }] });
    const first = await ask({ key, reason: 'the firewall is back' });
    expect(first.statusCode).toBe(202);
    const { run } = first.json<{ run: string }>();
    expect((await ask({ key, reason: 'again' })).json()).toEqual({ key, run });
    expect(await store.runs.get(run)).toMatchObject({ requester: 'analyst', origin: { kind: 'undo', run: 'r-div', only: 'diverged' } });
    const events = (await store.audit.list({ subject: `effect/${key}` }, {})).items.map(({ event, actor }) => `${event} by ${actor}`);
    expect(events).toContain('effect-undo-ordered by analyst');
  });
});
