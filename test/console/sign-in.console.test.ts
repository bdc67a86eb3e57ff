/** Signing in and being let go, in a browser on the whole stack. */
import { expect } from '@jest/globals';
import { as, describeConsole, faultsOf, it, passwordOf } from './browser.ts';

describeConsole('signing in', (open) => {
  const admin = () => as('admin');
  const put = (id: string, disabled = false) => admin().call('people.put', { body: { id, name: id, roles: ['analyst'], disabled } });

  it('a link works once, a wrong password tells nothing, and the right one lets in', async () => {
    await put('newcomer');
    const { path } = await admin().call('people.sign-in-link', { params: { id: 'newcomer' }, body: {} });
    const page = await open(undefined, path);
    await page.getByLabel('New password').fill('password1234');
    await page.getByRole('button', { name: 'Set it and sign in' }).click();
    await page.getByText('easy to guess').waitFor();
    await page.getByLabel('New password').fill(passwordOf('newcomer'));
    await page.getByRole('button', { name: 'Set it and sign in' }).click();
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    // Neither the address nor any script holds what opens the door.
    expect(page.url()).not.toContain('link=');
    expect(await page.evaluate('document.cookie')).toBe('');
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite }))).toEqual([
      { name: '__Host-edict', httpOnly: true, secure: true, sameSite: 'Strict' },
    ]);
    const again = await open(undefined, path);
    await again.getByText('was used, has expired, or never was one').waitFor();
    await again.getByRole('button', { name: 'Sign in with a password' }).click();
    await again.getByLabel('Name').fill('newcomer');
    await again.getByRole('textbox', { name: 'Password' }).fill('not this one');
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    await again.getByText('the name or the password is wrong').waitFor();
    await again.getByRole('textbox', { name: 'Password' }).fill(passwordOf('newcomer'));
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    await again.getByRole('navigation', { name: 'Screens' }).waitFor();
  });

  it('who is let go is at the door again, without touching anything', async () => {
    await put('leaver');
    const page = await open('leaver', '/incidents');
    await put('leaver', true);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Screens' }).count()).toBe(0);
    faultsOf(page);
  });
});
