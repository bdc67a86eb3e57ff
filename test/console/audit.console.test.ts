/** The audit screen: the chain is checked, found through, and a row read whole. */
import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { as, checkScreen, describeConsole, it } from './browser.ts';

/** The first is the head. */
const rows = (page: Page): Locator => page.getByRole('grid', { name: 'Audit rows' }).getByRole('row');

describeConsole('the audit screen', (open) => {
  it('says that the chain is whole, filters it, and shows a row', async () => {
    const page = await open('auditor', '/audit');
    await page.getByText(/The chain is whole: [\d,]+ rows/u).waitFor();
    await rows(page).nth(1).waitFor();
    await checkScreen(page, 'audit');
    const { items } = await as('auditor').call('audit.list', { query: { event: 'approval-opened', order: 'desc', limit: 1 } });
    const [asked] = items;
    await page.goto(page.url().replace(/audit.*/u, `audit?about=approval&row=${asked?.id ?? 0}`));
    const drawer = page.getByRole('dialog', { name: `Row ${asked?.id}` });
    await drawer.getByText('approval-opened').waitFor();
    await checkScreen(page, 'audit-row');
    await drawer.getByRole('button', { name: 'All about approval' }).click();
    await page.waitForURL((url) => url.searchParams.get('subject') === asked?.subject);
    await drawer.waitFor({ state: 'detached' });
    const events = page.getByRole('grid', { name: 'Audit rows' }).getByText('approval-', { exact: false });
    await events.first().waitFor();
    expect(await events.count()).toBeGreaterThan(0);
  });

  it('teaches where nothing matches, and shows all again', async () => {
    const page = await open('auditor', '/audit?subject=policy/no-such-policy');
    await page.getByText('No row is like that').waitFor();
    await page.getByRole('button', { name: 'Show all rows' }).click();
    await rows(page).nth(2).waitFor();
  });
});
