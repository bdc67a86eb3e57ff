/** The points and the reports: what is in force where, and what is written of it. */
import { expect } from '@jest/globals';
import { as, checkScreen, describeConsole, faultsOf, it } from './browser.ts';

describeConsole('enforcement points and reports', (open) => {
  it('shows each point, wanted beside observed', async () => {
    const page = await open('engineer', '/points');
    await page.getByRole('row', { name: /opa-access/u }).waitFor();
    await checkScreen(page, 'points');
    await page.getByRole('row', { name: /opa-access/u }).click();
    await page.getByRole('dialog', { name: 'opa-access' }).getByText('What it said of itself').waitFor();
    await checkScreen(page, 'point');
    expect(await page.getByRole('button', { name: 'Add a point…' }).count()).toBe(0);
  });

  it('adds a point, and says what is wrong with one that no connector could reach', async () => {
    const page = await open('admin', '/points');
    await page.getByRole('button', { name: 'Add a point…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an enforcement point' });
    await dialog.getByLabel('Name').fill('opa-elsewhere');
    await dialog.getByLabel('What it is').click();
    await page.getByRole('option', { name: 'OPA: connections' }).click();
    await dialog.getByLabel('Settings').fill('{ "url": 5 }');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByRole('alert').getByText('input-invalid').waitFor();
    // The browser tells of a refusal too.
    faultsOf(page);
    await checkScreen(page, 'point-add');
  });

  it('writes a report and lists it', async () => {
    const page = await open('auditor', '/reports');
    await page.getByRole('button', { name: 'Write a report' }).first().click();
    await page
      .getByRole('row', { name: /as JSON/u })
      .first()
      .waitFor({ timeout: 60_000 });
    await checkScreen(page, 'reports');
    expect((await as('auditor').call('reports.list', { query: {} })).items.length).toBeGreaterThan(0);
  });
});
