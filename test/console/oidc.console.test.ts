/** Signing in at an OpenID provider, in a browser: to a provider of its own process and back, in with the roles of the groups, out again, or not in at all. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { choosePort } from '../../stack/ports.ts';
import { checkScreen, describeConsole, faultsOf, it } from './browser.ts';
import { startFresh } from './fresh.ts';
import type { Fresh } from './fresh.ts';

const accounts = {
  anna: { name: 'Anna Doe', email: 'anna@example.org', email_verified: true, groups: ['soc'] },
  boris: { name: 'Boris', email: 'boris@example.org', email_verified: true, groups: ['soc-leads'] },
  emil: { name: 'Emil', email: 'emil@example.org', email_verified: true, groups: ['staff'] },
};

const screens = (page: Page) => page.getByRole('navigation', { name: 'Screens' });

async function startProvider(port: number, origin: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../api/auth/oidc/provider-process.ts')], {
    env: { PATH: process.env['PATH'], PROVIDER: JSON.stringify({ port, origin, key: 'only', accounts }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** At the provider’s own page. */
async function signInAs(page: Page, account: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with the directory' }).click();
  await page.locator('input[name=login]').fill(account);
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button', { name: /sign.?in/iu }).click();
}

describeConsole('signing in at an OpenID provider', (open) => {
  let fresh: Fresh;
  let provider: ChildProcess | undefined;
  beforeAll(async () => {
    const port = await choosePort(new Set());
    fresh = await startFresh((url) => ({
      EDICT_API_URL: url,
      EDICT_OIDC_ISSUER: `http://127.0.0.1:${port}`,
      EDICT_OIDC_CLIENT_ID: 'edict',
      EDICT_OIDC_CLIENT_SECRET: 'the-secret-of-the-client',
      EDICT_OIDC_NAME: 'the directory',
      EDICT_OIDC_ROLES: 'soc=analyst, soc-leads=manager',
      EDICT_OIDC_CREATE_PEOPLE: '1',
    }));
    provider = await startProvider(port, fresh.url);
  }, 120_000);
  afterAll(async () => {
    provider?.kill('SIGKILL');
    await fresh?.stop();
  }, 60_000);

  const at = async (path: string): Promise<Page> => {
    const page = await open();
    await page.goto(`${fresh.url}${path}`);
    return page;
  };

  it('lets in with the roles of the groups, where one wanted to go; and out again, there too', async () => {
    const page = await at('/incidents?severity=high');
    await page.getByRole('link', { name: 'Sign in with the directory' }).waitFor();
    faultsOf(page);
    await checkScreen(page, 'oidc-door');
    await signInAs(page, 'anna');
    await screens(page).waitFor();
    const { pathname, search } = new URL(page.url());
    expect([pathname, search]).toEqual(['/incidents', '?severity=high']);
    expect(await page.evaluate('document.cookie')).toBe('');
    // An analyst works incidents, and reads no record.
    await screens(page).getByRole('link', { name: 'Approvals' }).waitFor();
    expect(await screens(page).getByRole('link', { name: 'Audit' }).count()).toBe(0);
    await screens(page).getByRole('link', { name: 'Settings' }).click();
    await page.getByText('at the OpenID provider').waitFor();
    const { items } = await fresh.as('admin').call('people.list', {});
    expect(items.find(({ id }) => id === 'anna@example.org')).toMatchObject({ name: 'Anna Doe', roles: ['analyst'] });
    await page.getByRole('button', { name: 'Signed in as Anna Doe' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /sign me out/iu }).click();
    await page.waitForURL(`${fresh.url}/sign-in**`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    // At the provider too: the next one is asked who it is.
    await signInAs(page, 'boris');
    await page.getByRole('button', { name: 'Signed in as Boris' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  }, 180_000);

  it('lets nobody in who turns back there, and says so', async () => {
    const page = await at('/incidents');
    const door = page.getByRole('link', { name: 'Sign in with the directory' });
    await door.click();
    await page.locator('input[name=login]').waitFor();
    await page.goBack();
    await door.click();
    await page.getByRole('link', { name: /cancel/iu }).click();
    await page.getByRole('alert').getByText('was given up at the provider').waitFor();
    faultsOf(page);
    await checkScreen(page, 'oidc-given-up');
    await signInAs(page, 'anna');
    await screens(page).waitFor();
  }, 180_000);

  it('lets nobody in whose groups stand for no role, or who did not begin here, and says so', async () => {
    const page = await at('/');
    await signInAs(page, 'emil');
    await page.getByRole('alert').getByText('lets nobody in here').waitFor();
    await page.getByText('none of your groups stands for a role').waitFor();
    expect(await screens(page).count()).toBe(0);
    faultsOf(page);
    await checkScreen(page, 'oidc-refused');
    const { items } = await fresh.as('admin').call('people.list', {});
    expect(items.map(({ id }) => id)).not.toContain('emil@example.org');
    await page.goto(`${fresh.url}/sign-in?fault=request-forged`);
    await page.getByText('did not begin in this browser').waitFor();
    await page.goto(`${fresh.url}/sign-in?fault=%3Cscript%3E`);
    await page.getByText('The sign-in at the provider failed').waitFor();
  }, 180_000);

  it('ends what a page shows when the role behind it is taken away, and lets go who is disabled', async () => {
    const page = await at('/audit');
    await signInAs(page, 'boris');
    await page.getByText('session-started').first().waitFor();
    const put = (roles: readonly ('analyst' | 'manager')[], disabled = false) =>
      fresh.as('admin').call('people.put', { body: { id: 'boris@example.org', name: 'Boris', roles: [...roles], disabled } });
    await put(['analyst']);
    await page.getByText('This is not yours to see').waitFor();
    expect(await page.getByText('session-started').count()).toBe(0);
    await screens(page).getByRole('link', { name: 'Audit' }).waitFor({ state: 'detached' });
    faultsOf(page);
    await checkScreen(page, 'oidc-revoked');
    await put(['manager'], true);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await screens(page).count()).toBe(0);
    faultsOf(page);
  }, 180_000);
});
