/** Playbooks in a browser: found, read, tested, tried on recorded runs, changed with the compiler at hand, and published. */
import { expect } from '@jest/globals';
import { as, checkScreen, describeConsole, it } from './browser.ts';

describeConsole('playbooks', (open) => {
  it('the library is searched by what playbooks do', async () => {
    const page = await open('analyst', '/playbooks');
    const grid = page.getByRole('grid', { name: 'Playbooks' });
    await grid.getByText('Contain a host that beacons').waitFor();
    await checkScreen(page, 'playbooks');
    await page.getByLabel('Find by name, action or technique').fill('network.isolate T1071');
    await page.getByText(/, 1 shown/u).waitFor();
    await grid.getByText('Contain a host that beacons').click();
    await page.waitForURL('**/playbooks/contain-host');
    await page.locator('[data-step="isolate"]').waitFor();
    await checkScreen(page, 'playbook');
  });

  it('its tests run here, and say what they went through', async () => {
    const page = await open('analyst', '/playbooks/contain-host?tab=tests');
    await page.getByText('all 8 hold').waitFor();
    await page.getByText('100 %').waitFor();
    await checkScreen(page, 'playbook-tests');
  });

  it('it is tried on recorded runs', async () => {
    const page = await open('analyst', '/playbooks/contain-host?tab=simulation');
    await page.getByRole('button', { name: 'Try it on them' }).click();
    await page.getByRole('status').getByText('runs:').waitFor();
    await checkScreen(page, 'playbook-simulation');
  });

  it('the next version is written with its faults beside it, published, and compared', async () => {
    const source =
      'playbook: console-greets\nversion: 1.0.0\ntitle: Greets\ntriggers: [{ manual: { roles: [analyst] } }]\nsteps:\n  - { id: say, action: incident.note, with: { text: hello } }\n';
    await as('engineer').call('playbooks.publish', { body: { source } });
    const page = await open('engineer', '/playbooks/console-greets?tab=text');
    await page.getByRole('button', { name: 'Write the next version' }).click();
    const editor = page.getByRole('textbox', { name: /The playbook, to be written/u });
    await editor.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('  - { id: again, action: incident.nota, with: { text: once more } }\n');
    await page.getByRole('button', { name: /did you mean `incident.note`/u }).waitFor();
    await checkScreen(page, 'playbook-editor');
    expect(await page.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    // The finding leads to its place, and is mended there.
    await page.getByRole('button', { name: /did you mean/u }).click();
    for (let at = 0; at < 'incident.not'.length; at++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await page.keyboard.type('e');
    await page.keyboard.press('Escape');
    await page.getByText('It compiles, and nothing is amiss').waitFor();
    await page.getByRole('button', { name: 'Check it against the library' }).click();
    await page.getByText(/Version 1\.0\.1 can be published/u).waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.waitForURL((url) => url.pathname === '/playbooks/console-greets' && url.search === '');
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByRole('list', { name: 'What is different' }).getByText('step again').waitFor();
    await checkScreen(page, 'playbook-versions');
  });
});
