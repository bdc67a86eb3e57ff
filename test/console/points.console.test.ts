/** The points and the reports: what is in force where, and what is written of it. */
import { expect } from '@jest/globals';
import { as, checkScreen, describeConsole, faultsOf, it } from './browser.ts';
import { planned } from './dry-run.ts';

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

  it('tests a point beside what the policies say, plans for it, and looks at what its account may do', async () => {
    const page = await open('engineer', '/points?point=opa');
    const drawer = page.getByRole('dialog', { name: 'opa', exact: true });
    const asked = drawer.getByRole('region', { name: 'Test' });
    await asked.getByLabel('From').fill('192.0.2.7');
    await asked.getByLabel('To', { exact: true }).fill('192.0.2.9');
    await asked.getByRole('button', { name: 'Ask it' }).click();
    await asked.getByText('they agree').waitFor({ timeout: 30_000 });
    await drawer.getByText('tcp/443 from 192.0.2.7 to 192.0.2.9').waitFor({ timeout: 30_000 });
    await planned(drawer, 'already as wanted');
    const permissions = drawer.getByRole('region', { name: 'Permissions' });
    await permissions.getByRole('button', { name: /^Look/u }).click();
    await permissions.getByText('keep strangers out').waitFor({ timeout: 30_000 });
    await permissions.getByText('keep strangers out').scrollIntoViewIfNeeded();
    await checkScreen(page, 'point-asked');
    await asked.scrollIntoViewIfNeeded();
    await checkScreen(page, 'point-tested');
    const { lastProbe, permissions: seen } = await as('engineer').call('points.get', { params: { name: 'opa' } });
    // Runs of other files may have probed it since.
    expect(lastProbe).toMatchObject({ method: 'decision' });
    expect(seen?.permissions.map(({ held }) => held)).not.toContain('no');
    const { items } = await as('auditor').call('audit.list', { query: { subject: 'point/opa', event: 'point-asked' } });
    expect(items.map(({ actor, detail }) => [actor, detail['kind']])).toContainEqual(['engineer', 'test']);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('row', { name: /opa .*all that it takes/u }).waitFor({ timeout: 30_000 });
    await checkScreen(page, 'points-probed');
  });

  it('says in words that a point cannot be reached, and forgets it', async () => {
    await as('admin').call('points.put', {
      body: { name: 'opa-away', kind: 'opa', target: 'rego-access', settings: { url: 'http://127.0.0.1:9' } },
    });
    const page = await open('admin', '/points?point=opa-away');
    const drawer = page.getByRole('dialog', { name: 'opa-away', exact: true });
    const asked = drawer.getByRole('region', { name: 'Test' });
    await asked.getByLabel('Who').fill('user:ann');
    await asked.getByLabel('Does what').fill('read');
    await asked.getByLabel('On what').fill('document:plan');
    await asked.getByRole('button', { name: 'Ask it' }).click();
    await asked.getByRole('alert').getByText('enforcement-point-unreachable').waitFor({ timeout: 60_000 });
    faultsOf(page);
    await checkScreen(page, 'point-away');
    await drawer.getByRole('button', { name: 'Forget this point…' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await drawer.waitFor({ state: 'hidden' });
    expect((await as('admin').call('points.list', {})).items.map(({ name }) => name)).not.toContain('opa-away');
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
