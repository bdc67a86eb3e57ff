/** Compliance: frameworks, controls and their evidence as links; reports as page and PDF. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { as, checkScreen, describeConsole, it } from './browser.ts';

describeConsole('compliance', (open) => {
  it('shows how controls stand, by framework, and each figure opens its list', async () => {
    const page = await open('auditor', '/compliance');
    const grid = page.getByRole('grid', { name: 'Controls' });
    await grid.getByRole('row', { name: /AC-4 Information Flow Enforcement/u }).waitFor({ timeout: 30_000 });
    await checkScreen(page, 'compliance');
    await page.getByText('How a status is decided').click();
    await page.getByText('That is never taken for effective.').waitFor();
    await page
      .getByRole('navigation', { name: 'Frameworks' })
      .getByRole('link', { name: /no evidence of NIST SP 800-53/u })
      .click();
    await page.waitForURL(/status=no-evidence/u);
    const rows = grid.getByRole('row');
    await rows
      .filter({ hasText: /effective|partly/u })
      .first()
      .waitFor({ state: 'detached' });
    await rows.filter({ hasText: 'no evidence' }).first().waitFor();
    await checkScreen(page, 'compliance-filtered');
  });

  it('shows what is claimed for a control, and its evidence leads to the row that says so', async () => {
    const page = await open('auditor', '/compliance?control=nist-800-53r5%3Aau-9');
    const drawer = page.getByRole('dialog', { name: 'AU-9' });
    await drawer.getByText('The audit chain verifies, and both of its sinks agree').waitFor({ timeout: 30_000 });
    await drawer.getByText('Everything that is claimed for it was seen to hold.').waitFor();
    await checkScreen(page, 'compliance-control');
    await drawer.getByRole('link', { name: /row \d+ of the audit chain/u }).click();
    await page.waitForURL(/\/audit\?.*row=/u);
  });

  it('a control that policies and playbooks cite says so', async () => {
    const page = await open('analyst', '/compliance?control=nist-800-53r5%3Air-4');
    const drawer = page.getByRole('dialog', { name: 'IR-4' });
    await drawer.getByRole('region', { name: 'Playbook contain-host' }).waitFor({ timeout: 30_000 });
    await checkScreen(page, 'compliance-cited');
    await drawer.getByRole('link', { name: 'contain-host', exact: true }).click();
    await page.waitForURL(/\/playbooks\/contain-host/u);
  });

  it('a control that there is not is told as such', async () => {
    const page = await open('auditor', '/compliance?control=nist-800-53r5%3Azz-1');
    await page.getByRole('alert').getByText('not-found').waitFor({ timeout: 30_000 });
  });

  it('a report shows its digest, and is taken along as a PDF', async () => {
    const made = await as('auditor').call('reports.create', { body: {} });
    const { items } = await as('auditor').call('reports.list', { query: {} });
    const id = made.report ?? items[0]?.id ?? '';
    const page = await open('auditor', `/reports?report=${id}`);
    const drawer = page.getByRole('dialog', { name: 'Report' });
    await drawer.getByText(/[0-9a-f]{64}/u).waitFor({ timeout: 30_000 });
    await checkScreen(page, 'report');
    const [file] = await Promise.all([page.waitForEvent('download'), drawer.getByRole('link', { name: 'PDF' }).click()]);
    expect(file.suggestedFilename()).toBe(`${id}.pdf`);
    expect(
      readFileSync(await file.path())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
  });
});
