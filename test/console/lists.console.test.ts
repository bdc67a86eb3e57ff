/** What every list can: sorted by a title where all of it is loaded, and many rows picked by one press. */
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { as, describeConsole, it } from './browser.ts';
import { waitFor } from './world.ts';

const titles = (page: Page) => page.getByRole('grid', { name: 'Playbooks' }).getByRole('row').getByRole('link').allInnerTexts();

describeConsole('lists', (open) => {
  it('are sorted by the title that is pressed, one way, then the other, then as they came', async () => {
    const page = await open('engineer', '/playbooks');
    const head = page.getByRole('columnheader', { name: 'Playbook' });
    await head.getByRole('button').waitFor();
    const asTheyCame = await titles(page);
    await head.getByRole('button').click();
    await waitFor(async () => (await head.getAttribute('aria-sort')) === 'ascending');
    const up = await titles(page);
    expect(up.length).toBeGreaterThan(5);
    expect(up).toEqual(up.toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true, sensitivity: 'base' })));
    await head.getByRole('button').click();
    await waitFor(async () => (await head.getAttribute('aria-sort')) === 'descending');
    expect((await titles(page))[0]?.localeCompare(up[0] ?? '')).toBeGreaterThan(0);
    await head.getByRole('button').click();
    await waitFor(async () => (await head.getAttribute('aria-sort')) === null);
    expect(await titles(page)).toEqual(asTheyCame);
  });

  it('have all rows between two presses picked, where the second is with Shift', async () => {
    for (const number of [1, 2, 3, 4])
      await as('analyst').call('signals.send', {
        body: {
          kind: 'console-test',
          severity: 'low',
          title: `a range of rows ${number}`,
          source: '192.0.2.9',
          key: `test:range:${number}`,
        },
      });
    const page = await open('analyst', '/incidents?text=a+range+of+rows');
    const pick = (number: number) => page.getByRole('checkbox', { name: `Pick a range of rows ${number}` });
    for (const number of [1, 2, 3, 4]) await pick(number).waitFor();
    const rows = page.getByRole('grid', { name: 'Incidents' }).getByRole('checkbox', { name: /^Pick a range/u });
    await rows.nth(0).click();
    await rows.nth(2).click({ modifiers: ['Shift'] });
    await page.getByRole('toolbar', { name: 'With what is picked' }).getByText('3 picked').waitFor();
    expect(await rows.nth(3).isChecked()).toBe(false);
    await page.getByRole('checkbox', { name: 'Pick all that are loaded' }).click();
    expect(await rows.nth(3).isChecked()).toBe(true);
    await page.getByRole('checkbox', { name: 'Pick all that are loaded' }).click();
    await page.getByRole('toolbar', { name: 'With what is picked' }).waitFor({ state: 'detached' });
  });
});
