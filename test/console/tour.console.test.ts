/** The five-minute tour on a server where nothing has happened yet: an administrator alone, then with a manager in another browser. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { as, checkScreen, describeConsole, it, passwordOf } from './browser.ts';
import { startFresh } from './fresh.ts';
import type { Fresh } from './fresh.ts';
import { waitFor } from './world.ts';

/** Compiling, proving and rolling out, on a busy machine. */
const workMs = 90_000;

const tour = (page: Page) => page.getByRole('complementary', { name: 'Tour' });
const press = (page: Page, name: string) => tour(page).getByRole('button', { name }).click();
const dialog = (page: Page) => page.getByRole('dialog');

async function nextIs(page: Page, step: string): Promise<void> {
  await page.locator(`[data-tour='${step}']`).waitFor({ timeout: workMs });
}

async function enterBy(page: Page, link: string, person: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('New password').fill(passwordOf(person));
  await page.getByRole('button', { name: 'Set it and sign in' }).click();
  await tour(page).waitFor();
}

async function hold(page: Page, word: string): Promise<void> {
  await dialog(page)
    .getByLabel(new RegExp(`^Or type ${word} to`, 'u'))
    .fill(word);
  await dialog(page).getByRole('button', { name: 'Confirm' }).click();
}

/** Takes the first reading of each question; the tour comes to the next step when none is open. */
async function answerAll(page: Page): Promise<void> {
  const asked = page.locator('li[data-open]');
  const open = page.locator('li[data-open="true"]');
  await asked.first().waitFor();
  for (let left = await open.count(); left > 0; left = await open.count()) {
    await open.first().getByRole('listitem').first().getByRole('button').click();
    await waitFor(async () => (await open.count()) < left);
  }
}

/** An administrator writes no policies: the role is taken, for all to see. */
async function writePolicy(page: Page): Promise<void> {
  await press(page, 'Bring in an engineer…');
  await dialog(page).getByRole('button', { name: 'Be an engineer too' }).waitFor();
  await checkScreen(page, 'tour-bring-in');
  await dialog(page).getByRole('button', { name: 'Be an engineer too' }).click();
  await press(page, 'Fill in a sentence');
  await page.waitForURL('**/author');
  expect(await page.getByLabel('What must hold').inputValue()).toContain('cardholder database');
  await checkScreen(page, 'tour-write');
  await page.getByRole('button', { name: 'Draft it' }).click();
  await page.waitForURL('**/policies/*');
  await nextIs(page, 'answer');
  await answerAll(page);
  await nextIs(page, 'hand-in');
  await page.getByRole('button', { name: 'Send to review…' }).click();
  await dialog(page).getByRole('button', { name: 'Send to review' }).click();
  await nextIs(page, 'approve');
}

/** Somebody who was not there before, by a link that the tour makes: in another browser, where the tour goes on. */
async function bringInManager(page: Page, other: Page): Promise<Page> {
  await press(page, 'Bring in a manager…');
  expect(await dialog(page).getByRole('combobox', { name: 'Who' }).inputValue()).toBe('First manager (manager-1)');
  await dialog(page).getByRole('combobox', { name: 'Who' }).click();
  await page.getByRole('option', { name: 'Somebody new' }).click();
  await dialog(page).getByRole('textbox', { name: 'Id' }).fill('night-shift');
  await dialog(page).getByRole('button', { name: 'Make the link' }).click();
  const link = await dialog(page).getByLabel('One-time link for night-shift').inputValue();
  await checkScreen(page, 'tour-link');
  await page.keyboard.press('Escape');
  await enterBy(other, link, 'night-shift');
  await nextIs(other, 'approve');
  return other;
}

async function approve(page: Page): Promise<void> {
  await press(page, 'Read and decide');
  await page.getByRole('button', { name: 'Approve…' }).click();
  await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('the plan is what was asked for');
  await hold(page, 'approve');
}

async function handleIncident(admin: Page, manager: Page): Promise<void> {
  await nextIs(admin, 'take');
  await press(admin, 'Open the room');
  await admin.getByRole('button', { name: 'Take', exact: true }).click();
  await nextIs(admin, 'allow');
  await tour(admin).getByText('It takes a manager').waitFor({ timeout: workMs });
  // What waits, in the small graph of the run, and what was done before it.
  const graph = admin.getByRole('link', { name: 'The graph of contain-host' });
  await graph.locator('[data-state="waiting-for-people"]').waitFor();
  expect(await graph.locator('rect[data-state="done"]').count()).toBeGreaterThanOrEqual(4);
  await checkScreen(admin, 'tour-room');
  await nextIs(manager, 'allow');
  await approve(manager);
  await nextIs(admin, 'release');
  await graph.click();
  await admin.waitForURL('**/runs/*');
  await admin.getByRole('button', { name: 'Cancel…' }).click();
  await dialog(admin).getByRole('textbox', { name: 'Reason' }).fill('it was the drill');
  await hold(admin, 'cancel');
  await nextIs(admin, 'close');
  await press(admin, 'Open the room');
  await admin.getByRole('button', { name: 'Close…' }).click();
  await dialog(admin).getByRole('textbox').fill('the drill is over, the host is back');
  await dialog(admin).getByRole('button', { name: 'Close', exact: true }).last().click();
}

/** What the tour says is what the server holds. */
async function checkLedger({ as }: Fresh): Promise<void> {
  const { items } = await as('auditor').call('incidents.list', { query: { key: 'tour:beacon' } });
  expect(items.map(({ status, assignee }) => [status, assignee])).toEqual([['closed', 'admin']]);
  const { effects } = await as('auditor').call('incidents.get', { params: { id: items[0]?.id ?? '' } });
  expect(effects.map(({ action, status }) => [action, status])).toContainEqual(['network.isolate', 'undone']);
  const policies = await as('auditor').call('policies.list', { query: {} });
  expect(policies.items.map(({ state, author }) => [state, author])).toContainEqual(['enforced', 'admin']);
  expect((await as('auditor').call('audit.verify', {})).ok).toBe(true);
}

describeConsole('the tour', (open) => {
  let fresh: Fresh;
  beforeAll(async () => {
    fresh = await startFresh();
  }, 120_000);
  afterAll(async () => {
    await fresh?.stop();
  }, 60_000);

  it('goes from an empty server to a policy in force and an incident that is closed', async () => {
    const admin = await open();
    await enterBy(admin, await fresh.signInLink('admin'), 'admin');
    await nextIs(admin, 'context');
    await checkScreen(admin, 'tour-first');
    await press(admin, 'Load the demo’s files');
    await nextIs(admin, 'write');
    await writePolicy(admin);
    const manager = await bringInManager(admin, await open());
    await approve(manager);
    await nextIs(admin, 'raise');
    await press(admin, 'Raise the alarm');
    await handleIncident(admin, manager);
    await nextIs(admin, 'finished');
    await press(admin, 'All steps');
    await checkScreen(admin, 'tour-finished');
    await checkLedger(fresh);
  }, 360_000);

  it('is started, read and put away by keys on a server that is not empty, and remembered for the person', async () => {
    await as('admin').call('people.put', { body: { id: 'tourist', name: 'Tourist', roles: ['analyst'] } });
    const page = await open('tourist', '/incidents');
    await page.getByRole('row').nth(1).waitFor();
    expect(await tour(page).count()).toBe(0);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('start the tour');
    await page.keyboard.press('Enter');
    const all = tour(page).getByRole('button', { name: 'All steps' });
    await all.focus();
    await page.keyboard.press('Enter');
    // What the demo's files would have done is done.
    await tour(page).getByText('Say what there is, done').waitFor();
    expect(await all.getAttribute('aria-expanded')).toBe('true');
    await page.setViewportSize({ width: 640, height: 560 });
    await checkScreen(page, 'tour-narrow');
    const { x = -1, width = 0 } = (await tour(page).boundingBox()) ?? {};
    expect([x >= 0, x + width <= 640]).toEqual([true, true]);
    const other = await open('tourist');
    await tour(other).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await tour(page).waitFor({ state: 'detached' });
    await other.reload();
    await other.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await tour(other).count()).toBe(0);
    await other.goto(other.url().replace(/\/$/u, '/settings'));
    await other.getByRole('button', { name: 'Start the tour' }).click();
    await tour(other).waitFor();
  });
});
