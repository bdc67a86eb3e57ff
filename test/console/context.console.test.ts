/** What is known: counted, drawn, listed, and loaded from a file. */
import { join } from 'node:path';
import { as, checkScreen, describeConsole, it } from './browser.ts';

describeConsole('context', (open) => {
  it('shows who talks to whom, and one host alone', async () => {
    const page = await open('analyst', '/context');
    await page.getByRole('img', { name: /hosts and \d+ connections/u }).waitFor();
    const { graph } = await as('analyst').call('context.get', {});
    const [busiest] = graph.edges;
    await page
      .getByRole('grid', { name: 'Connections' })
      .getByText(busiest?.from ?? '', { exact: true })
      .first()
      .click();
    await page.getByRole('region', { name: /: \d+ connections/u }).waitFor();
    await checkScreen(page, 'context');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('region', { name: /^\d+ connections/u }).waitFor();
  });

  it('loads a log, and says what of it was new', async () => {
    const page = await open('engineer', '/context');
    await page.getByRole('button', { name: 'Load…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Load what was seen' });
    const chosen = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'File' }).click();
    await (await chosen).setFiles(join(import.meta.dirname, '..', '..', 'demo', 'data', 'conn-payments-synthetic.log'));
    await dialog.getByRole('button', { name: 'Load it' }).click();
    await dialog.getByText(/read, 0 of them new/u).waitFor();
    await checkScreen(page, 'context-load');
  });
});
