/** What attackers write is shown in every field of an incident as text: nothing of it runs, loads, or is a link. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { as, describeConsole, faultsOf, it } from './browser.ts';
import { waitFor } from './world.ts';

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`../fixtures/bad-input/${name}`, import.meta.url), 'utf8'));
const scripts = [...(fixture('attacks.json') as { readonly xss: readonly string[] }).xss, ...(fixture('blns.json') as readonly string[])]
  .filter((text) => /[<>]|javascript:|on\w+=/iu.test(text) && !text.includes('\0'))
  .map((text) => text.slice(0, 400))
  .filter((_, index) => index < 16 || index % 4 === 0);

describeConsole('what attackers write', (open) => {
  it('runs nowhere: not in the queue, not in a room, not in the palette', async () => {
    expect(scripts.length).toBeGreaterThan(30);
    const analyst = as('analyst');
    for (const [index, text] of scripts.entries()) {
      const where = text.trim() === '' ? 'x' : text.slice(0, 250);
      await analyst
        .call('signals.send', {
          body: {
            kind: 'xss',
            severity: 'low',
            title: text,
            source: where,
            destination: where,
            key: `xss:${index % 3}`,
            attributes: { user: text },
          },
        })
        .catch(() => undefined);
    }
    await waitFor(async () => (await analyst.call('incidents.list', { query: { text: 'xss:' } })).items.length === 3);
    const { items } = await analyst.call('incidents.list', { query: { text: 'xss:' } });
    for (const text of scripts.slice(0, 20)) {
      await analyst.call('incidents.comment', { params: { id: items[0]?.id ?? '' }, body: { text } });
    }

    const page = await open('analyst', '/incidents?text=xss%3A');
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const away: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(page.url()).origin) away.push(request.url());
    });
    await page.getByRole('row').nth(3).waitFor();
    for (const { id } of items) {
      await page.goto(new URL(`/incidents/${id}`, page.url()).href);
      const story = page.getByRole('region', { name: 'Timeline' });
      await story.getByRole('listitem').nth(8).waitFor();
      expect(await story.locator('script, iframe, img, object, embed, svg:not([class*=tabler])').count()).toBe(0);
      expect(await page.locator('a[href^="javascript"], a[href^="data"]').count()).toBe(0);
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('xss:');
    await page.getByRole('option').nth(2).waitFor();
    expect({ dialogs, away, faults: faultsOf(page) }).toEqual({ dialogs: [], away: [], faults: [] });
  });
});
