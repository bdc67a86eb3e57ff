/** The points and the reports: what is in force where, and what is written of it. */
import { execFileSync } from 'node:child_process';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createLab } from '../../connectors/nftables/lab.ts';
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

  it('sends one packet through a firewall, and a dry-run says what somebody changed there', async () => {
    const lab = await createLab({ name: `console-${process.pid}` });
    // Not every machine lets namespaces be made.
    if (!lab.supported) return;
    const settings = { exec: [...lab.firewallExec], prober: { from: [...lab.clientExec], to: [...lab.serverExec] } };
    const nft = (...args: readonly string[]) => {
      const [file, ...rest] = [...lab.firewallExec, 'nft', ...args] as [string, ...string[]];
      execFileSync(file, rest, { env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } });
    };
    await as('admin').call('points.put', { body: { name: 'fw-lab', kind: 'nftables', settings } });
    try {
      const page = await open('engineer', '/points?point=fw-lab');
      const drawer = page.getByRole('dialog', { name: 'fw-lab' });
      await planned(drawer, 'already as wanted');
      const asked = drawer.getByRole('region', { name: 'Test' });
      await asked.getByText('One real packet is sent').waitFor();
      await asked.getByLabel('From').fill('10.99.0.7');
      await asked.getByLabel('To', { exact: true }).fill('10.98.0.9');
      await asked.getByRole('button', { name: 'Send a packet' }).click();
      await asked.getByText('they agree').waitFor({ timeout: 60_000 });
      await asked.getByText('a packet,').waitFor();
      // The watch puts it right within seconds: it is changed until a plan was made before that.
      const step = drawer.getByText('replace content that is not what was applied');
      for (let tries = 0; tries < 20 && !(await step.isVisible()); tries += 1) {
        nft('add', 'table', 'inet', 'edict_policy');
        await planned(drawer, /already as wanted|replace content/u);
      }
      await step.waitFor();
      await checkScreen(page, 'point-drifted');
    } finally {
      await as('admin').call('points.remove', { params: { name: 'fw-lab' } });
      await lab.destroy();
    }
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

/** The answer of a dry-run that is asked for now, not of the one before. */
async function planned(drawer: ReturnType<Page['getByRole']>, words: string | RegExp): Promise<void> {
  const part = drawer.getByRole('region', { name: 'Dry-run' });
  await part.getByRole('button', { name: 'Plan it' }).click();
  await part.locator('button[data-loading]').waitFor({ state: 'detached', timeout: 30_000 });
  await part.getByText(words).first().waitFor({ timeout: 30_000 });
}
