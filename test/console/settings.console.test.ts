/** The settings: people, what lets them in, who may send; each part to who may see it. */
import { expect } from '@jest/globals';
import { as, checkScreen, describeConsole, it } from './browser.ts';

describeConsole('settings', (open) => {
  it('adds a person, gives them a link, and shows a new token once', async () => {
    const page = await open('admin', '/settings?tab=people');
    await page.getByRole('button', { name: 'Add a person…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a person' });
    await dialog.getByLabel('Id').fill('night-shift');
    await dialog.getByLabel('Name').fill('The night shift');
    await dialog.getByLabel('analyst').check();
    await checkScreen(page, 'settings-person');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('row', { name: /The night shift/u });
    await row.getByText('analyst').waitFor();
    await checkScreen(page, 'settings-people');
    await row.getByRole('button', { name: 'Ways in' }).click();
    await page.getByRole('button', { name: 'Make a one-time link' }).click();
    expect(await page.getByLabel('A link that sets a password, once').inputValue()).toContain('/sign-in#link=');
    await page.getByLabel('What the token is for').fill('pager');
    await page.getByRole('button', { name: 'Make a token' }).click();
    expect((await page.getByLabel('The new token').inputValue()).length).toBeGreaterThan(20);
    await page.getByText('pager', { exact: true }).waitFor();
    await checkScreen(page, 'settings-ways-in');
    expect((await as('admin').call('tokens.list', { params: { id: 'night-shift' } })).items.map(({ label }) => label)).toEqual(['pager']);
  });

  it('makes and rotates a source of webhooks', async () => {
    const page = await open('admin', '/settings?tab=webhooks');
    await page.getByLabel('Name of the source').fill('suricata-dmz');
    await page.getByRole('button', { name: 'Make it' }).click();
    expect(await page.getByLabel('The secret of suricata-dmz').inputValue()).toMatch(/^whsec_/u);
    await page
      .getByRole('row', { name: /suricata-dmz/u })
      .getByRole('button', { name: 'Rotate' })
      .click();
    expect(await page.getByLabel('The new secret').inputValue()).toMatch(/^whsec_/u);
    await checkScreen(page, 'settings-webhooks');
    await page.getByRole('tab', { name: 'This server' }).click();
    await page.getByText('database answers').waitFor();
    await checkScreen(page, 'settings-server');
  });

  it('shows to an analyst what is theirs alone', async () => {
    const page = await open('analyst', '/settings');
    await page.getByRole('tab', { name: 'You' }).waitFor();
    await page.getByText('this one').waitFor();
    await checkScreen(page, 'settings');
    expect(await page.getByRole('tab', { name: 'People' }).count()).toBe(0);
  });
});
