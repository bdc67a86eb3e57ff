/** Many tabs of one browser: it has six connections to a server, for all of them together. */
import { expect } from '@jest/globals';
import { as, describeConsole, it } from './browser.ts';
import { waitFor } from './world.ts';

const tabs = 9;

describeConsole('nine tabs of a browser', (open) => {
  it('all show their screen, and all hear of what is new, also when the tab that listened is closed', async () => {
    const first = await open('analyst', '/incidents?text=tabs%3A');
    const others = await Promise.all(Array.from({ length: tabs - 1 }, () => first.context().newPage()));
    for (const page of others) {
      await page.goto(first.url());
      await page.getByText('No incident is like that').waitFor();
    }
    await signal('one');
    for (const page of [first, ...others]) await page.getByRole('row').filter({ hasText: 'tabs: one' }).waitFor();
    await first.close();
    await signal('two');
    for (const page of others) await page.getByRole('row').filter({ hasText: 'tabs: two' }).waitFor();
    expect(others).toHaveLength(tabs - 1);
  });
});

async function signal(word: string): Promise<void> {
  await as('analyst').call('signals.send', {
    body: { kind: 'tabs', severity: 'low', title: `tabs: ${word}`, source: '192.0.2.9', key: `tabs:${word}` },
  });
  await waitFor(async () => (await as('analyst').call('incidents.list', { query: { key: `tabs:${word}` } })).items.length === 1);
}
