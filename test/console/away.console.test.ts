/** A server that is slow, gone, or newer than the page: the console says so, keeps what was typed, and goes on by itself. */
import { afterEach, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { standBetween } from './between.ts';
import type { Between } from './between.ts';
import { as, describeConsole, it } from './browser.ts';

let between: Between | undefined;

async function anIncident(): Promise<string> {
  const { items } = await as('analyst').call('incidents.list', { query: { text: 'cardholder database' } });
  return items[0]?.id ?? '';
}

const composer = (page: Page) => page.getByLabel('Comment or command');
const rail = (page: Page) => page.getByRole('navigation', { name: 'Screens' });
const awayWords = 'The server does not answer';

describeConsole('a server that', (open) => {
  afterEach(async () => {
    await between?.end();
    between = undefined;
  });

  it('is slow is waited for, with the place of what comes kept, and a comment at once where it belongs', async () => {
    between = await standBetween();
    const page = await open('analyst', `/incidents/${await anIncident()}`, between.url);
    const story = page.getByRole('region', { name: 'Timeline' });
    await story.getByRole('listitem').first().waitFor();
    const text = `said while it was slow, ${Date.now()}`;
    between.slow(1500);
    await composer(page).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
    await story.getByText(text).first().waitFor();
    await rail(page).getByRole('link', { name: 'Runs' }).click();
    await page
      .getByRole('status', { name: /Loading/u })
      .first()
      .waitFor();
    await page.getByRole('grid', { name: 'Runs' }).waitFor();
    between.slow(0);
    const { notes } = await as('analyst').call('incidents.get', { params: { id: await anIncident() } });
    expect(notes.filter((note) => note.text === text)).toHaveLength(1);
  });

  it('is gone costs nothing that was typed; a screen that was not loaded yet comes when it is back', async () => {
    between = await standBetween();
    const page = await open('analyst', `/incidents/${await anIncident()}`, between.url);
    await composer(page).fill('typed before it went');
    await between.away();
    await page.getByText(awayWords).waitFor();
    await composer(page).press('End');
    await composer(page).pressSequentially(', and after');
    await page.reload().catch(() => undefined);
    // The browser's own page of errors comes a moment later, and would come in between.
    await page.waitForURL('chrome-error://**', { waitUntil: 'commit' });
    await between.back();
    await page.goto(`${between.url}/incidents/${await anIncident()}`);
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('typed before it went, and after');
    await between.away();
    await page.getByText(awayWords).waitFor();
    await rail(page).getByRole('link', { name: 'Policies' }).click();
    await page.waitForURL('**/policies');
    await page.getByText(awayWords).waitFor();
    await between.back();
    await page.getByRole('heading', { name: 'Policies' }).waitFor();
    await page.getByText(awayWords).waitFor({ state: 'detached' });
  });

  it('has a newer console says so where somebody writes, and is loaded by who goes on', async () => {
    between = await standBetween();
    const page = await open('analyst', `/incidents/${await anIncident()}`, between.url);
    await composer(page).fill('typed into the one before');
    between.replace();
    // Pointed at, a screen is loaded ahead.
    await rail(page).getByRole('link', { name: 'Policies' }).hover();
    await page.getByText('The server has a newer console').waitFor();
    expect(await composer(page).inputValue()).toBe('typed into the one before');
    await rail(page).getByRole('link', { name: 'Policies' }).click();
    await page.getByRole('heading', { name: 'Policies' }).waitFor();
    expect(await page.locator('script[type="module"]').getAttribute('src')).toContain('newer');
    await page.getByText('The server has a newer console').waitFor({ state: 'detached' });
    await page.goBack();
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('typed into the one before');
  });
});
