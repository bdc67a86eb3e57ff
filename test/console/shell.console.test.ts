/** The shell in a real browser: signing in, the rail, the palette, the keys, the theme. */
import { expect } from '@jest/globals';
import { checkScreen, describeConsole, faultsOf, it, passwordOf } from './browser.ts';

describeConsole('the shell', (open) => {
  it('asks who it is, and lets in who knows the password', async () => {
    const first = await open('analyst');
    await first.getByRole('button', { name: 'Signed in as Analyst' }).click();
    await first.getByRole('menuitem', { name: 'Sign out' }).click();
    await first.getByRole('heading', { name: 'Sign in' }).waitFor();
    faultsOf(first);
    await checkScreen(first, 'sign-in');
    const password = first.locator('input[type=password]');
    await first.getByLabel('Name').fill('analyst');
    await password.fill('not this one at all');
    await first.getByRole('button', { name: 'Sign in' }).click();
    await first.getByRole('alert').getByText('sign-in-refused').waitFor();
    await password.fill(passwordOf('analyst'));
    await first.getByRole('button', { name: 'Sign in' }).click();
    await first.getByRole('navigation', { name: 'Screens' }).waitFor();
    expect(new URL(first.url()).pathname).toBe('/');
  });

  it('is gone through by keys alone', async () => {
    const page = await open('analyst');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/incidents');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('overv');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === '/');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await checkScreen(page, 'keys');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
    await checkScreen(page, 'shell');
  });
});
