import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { usualAccess } from '../../../../api/auth/access-settings.ts';
import { describeWith } from '../../../stack/fixture.ts';
import { signedIn } from '../../browser.ts';
import { openHarness } from '../../harness.ts';
import type { Harness } from '../../harness.ts';

describeWith(['postgres', 'opa'], 'how it is set up', () => {
  let harness: Harness;
  beforeAll(async () => {
    const oidc = {
      issuer: 'http://127.0.0.1:1',
      clientId: 'edict',
      clientSecret: 'the-secret-of-the-client',
      name: 'the directory',
      redirectUri: 'https://edict.example.org/v1/sign-in/oidc/callback',
      scope: 'openid',
      personClaim: 'email',
      rolesClaim: 'groups',
      roles: { soc: 'analyst' as const },
      createPeople: false,
      allowHttp: true,
    };
    harness = await openHarness({ access: { ...usualAccess, oidc } });
  });
  afterAll(() => harness.close());

  it('is shown to who may see it: names and states, and no secret', async () => {
    await harness.store.secrets.put('system/graph/clientSecret', 'hush-hush', 'admin');
    const answer = await harness.ask('auditor', 'GET', '/v1/settings');
    expect(answer.json()).toMatchObject({
      signIn: { password: true, idleMinutes: 120, hours: 12, stepUpMinutes: 10, oidc: { issuer: 'http://127.0.0.1:1', reachable: false } },
      ai: { provider: 'embedded', languageModel: false, setBy: 'built-in' },
      services: { database: true, temporal: true, opa: true },
    });
    const { secrets } = answer.json<{ secrets: { name: string }[] }>();
    expect(secrets.map(({ name }) => name)).toContain('system/graph/clientSecret');
    expect(answer.body).not.toMatch(/hush-hush|the-secret-of-the-client/u);
  });

  it('shows an administrator where somebody is signed in', async () => {
    await signedIn(harness, 'manager');
    const { items } = (await harness.ask('admin', 'GET', '/v1/people/manager/sessions')).json<{ items: object[] }>();
    expect(items).toEqual([expect.objectContaining({ how: 'password', here: false, agent: 'Tests/1.0' })]);
    expect((await harness.ask('admin', 'GET', '/v1/people/no-such/sessions')).statusCode).toBe(404);
  });
});
