/** The settings: people, what lets them in, who may send; each part to who may see it. */
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startFakeGraph } from '../fakes/fake-graph.ts';
import { registration } from '../fakes/odata.ts';
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

  it('adds an outside system, tests its connection, replaces its secret, and removes it', async () => {
    const graph = await startFakeGraph();
    try {
      const page = await open('admin', '/settings?tab=systems');
      await page.getByRole('button', { name: 'Add a system…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add an outside system' });
      await dialog.getByLabel('Name').fill('entra');
      await dialog.getByLabel('Tenant').fill(registration.tenant);
      await dialog.getByLabel('Application (client) id').fill(registration.clientId);
      await dialog.getByLabel('Client secret').fill(registration.clientSecret);
      await dialog.getByText('Addresses and times').click();
      await dialog.getByLabel('Address that gives tokens').fill(graph.settings.authority);
      await dialog.getByLabel('Address of the API').fill(graph.settings.url);
      await checkScreen(page, 'settings-system-add');
      await dialog.getByRole('button', { name: 'Save' }).click();
      const system = page.getByRole('region', { name: 'entra' });
      await system.getByText('Client secret, stored').waitFor();
      await tested(system, 'reached');
      await system.getByText(/^tenant .+, name /u).waitFor();
      await checkScreen(page, 'settings-systems');
      // It is shown nowhere, and not in the form for changes either.
      await system.getByRole('button', { name: 'Change…' }).click();
      const change = page.getByRole('dialog', { name: 'entra', exact: true });
      expect(await change.getByLabel('Client secret').inputValue()).toBe('');
      expect(await page.content()).not.toContain(registration.clientSecret);
      await change.getByLabel('Client secret').fill('another secret');
      await change.getByRole('button', { name: 'Save' }).click();
      await change.waitFor({ state: 'hidden' });
      await tested(system, 'not reached');
      await checkScreen(page, 'settings-system-refused');
      expect((await ours())?.secrets).toEqual(['clientSecret']);
      await system.getByRole('button', { name: 'Remove…' }).click();
      const sure = page.getByRole('dialog', { name: 'Remove entra' });
      await sure.getByText('What was done there stays done').waitFor();
      await sure.getByRole('button', { name: 'Remove it' }).click();
      await system.waitFor({ state: 'hidden' });
      expect(await ours()).toBeUndefined();
    } finally {
      await graph.stop();
    }
  }, 240_000);

  it('says who drafts, how that was set, and what may be changed', async () => {
    const page = await open('auditor', '/settings?tab=provider');
    await page.getByText('no sentence, name or alert leaves this server').waitFor();
    await page.getByText('no setting that chooses one').waitFor();
    await checkScreen(page, 'settings-provider');
    await page.getByRole('tabpanel').getByRole('link', { name: 'Context' }).click();
    await page.getByRole('heading', { name: 'Context' }).waitFor();
  });

  it('shows to an analyst what is theirs alone', async () => {
    const page = await open('analyst', '/settings');
    await page.getByRole('tab', { name: 'You' }).waitFor();
    await page.getByText('this one').waitFor();
    await checkScreen(page, 'settings');
    expect(await page.getByRole('tab', { name: 'People' }).count()).toBe(0);
  });
});

/** Other files have systems of their own. */
async function ours() {
  return (await as('admin').call('systems.list', {})).items.find(({ name }) => name === 'entra');
}

/** The test runs as a playbook does: it takes a moment. */
async function tested(system: ReturnType<Page['getByRole']>, words: string): Promise<void> {
  await system.getByRole('button', { name: 'Test the connection' }).click();
  await system.getByRole('status').getByText(words, { exact: true }).waitFor({ timeout: 90_000 });
}
