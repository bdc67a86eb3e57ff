/** The queue, the room of an incident and the overview in a real browser: from a signal to a closed incident, and back. */
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { as, checkScreen, describeConsole, faultsOf, it } from './browser.ts';
import { waitFor } from './world.ts';

async function incidentOf(title: string, more: { readonly severity?: 'low' | 'critical' } = {}): Promise<string> {
  const { severity = 'low' } = more;
  await as('analyst').call('signals.send', { body: { kind: 'console-test', severity, title, source: '192.0.2.7', key: keyOf(title) } });
  let found: string | undefined;
  await waitFor(async () => {
    found = (await as('analyst').call('incidents.list', { query: { key: keyOf(title) } })).items[0]?.id;
    return found !== undefined;
  });
  return found ?? '';
}

const keyOf = (title: string): string => `test:${title.replaceAll(/[^a-z]+/gu, '-')}`;
const row = (page: Page, title: string) => page.getByRole('row').filter({ hasText: title });

describeConsole('incidents', (open) => {
  it('the overview tells how things stand, and each number opens its list', async () => {
    const page = await open('manager-1');
    await page.getByRole('region', { name: 'Due first' }).getByText('412 denied connections').waitFor();
    await checkScreen(page, 'overview');
    await page.getByRole('region', { name: 'Open incidents by severity' }).getByRole('link', { name: 'critical' }).click();
    await page.waitForURL('**/incidents?severity=critical');
    await row(page, '412 denied connections').waitFor();
    expect(await row(page, 'Eleven failed sign-ins').count()).toBe(0);
  });

  it('the queue is worked by keys: next, pick, take, close with a reason, and closing is taken back', async () => {
    const id = await incidentOf('worked by keys');
    const page = await open('analyst', '/incidents?text=worked+by+keys');
    await row(page, 'worked by keys').waitFor();
    await checkScreen(page, 'incidents');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    const bar = page.getByRole('toolbar', { name: 'With what is picked' });
    await bar.getByRole('button', { name: 'Take' }).click();
    await row(page, 'worked by keys').getByText('analyst').waitFor();
    await page.keyboard.press('x');
    await bar.getByRole('button', { name: 'Close…' }).click();
    const close = page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last();
    expect(await close.isDisabled()).toBe(true);
    await page.getByLabel('Reason').fill('a test of the console');
    await close.click();
    await page.getByRole('log', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click();
    await waitFor(async () => (await as('analyst').call('incidents.get', { params: { id } })).status === 'open');
    const { timeline } = await as('analyst').call('incidents.get', { params: { id } });
    expect(timeline.filter(({ event }) => event === 'incident-status-changed').map(({ facts }) => facts['to'])).toEqual(['closed', 'open']);
  });

  it('what comes in does not move the row under the pointer', async () => {
    await incidentOf('held still, first');
    const page = await open('analyst', '/incidents?text=held+still&order=newest');
    const first = row(page, 'held still, first');
    await first.hover();
    const before = await first.boundingBox();
    await incidentOf('held still, second');
    await page.getByRole('button', { name: '1 new: show' }).waitFor();
    expect((await first.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, -2);
    expect(await row(page, 'held still, second').count()).toBe(0);
    await page.getByRole('button', { name: '1 new: show' }).click();
    await row(page, 'held still, second').waitFor();
  });

  it('the room tells the story, takes a comment that calls somebody, marks evidence, and runs commands', async () => {
    const id = await incidentOf('a room of its own', { severity: 'critical' });
    const page = await open('analyst', `/incidents/${id}`);
    const story = page.getByRole('region', { name: 'Timeline' });
    await story.getByText('a room of its own').waitFor();
    const field = page.getByLabel('Comment or command');
    await field.fill('@manager-1');
    await field.press('End');
    await field.pressSequentially(' please look');
    await page.getByRole('button', { name: 'Send' }).click();
    await story.getByText('please look').waitFor();
    await waitFor(async () =>
      (await as('manager-1').call('incidents.list', { query: { mentions: 'me' } })).items.some((one) => one.id === id),
    );
    await story.getByRole('button', { name: 'Mark as evidence' }).first().click({ force: true });
    await story.getByText('evidence, marked by analyst').waitFor();
    await field.fill('/assign me');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('complementary', { name: 'Facts' }).getByText('analyst').waitFor();
    await field.fill('/nothing');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('there is no command `/nothing`').waitFor();
    await field.fill('');
    await page.getByRole('log', { name: 'Notices' }).getByRole('button', { name: 'Dismiss' }).first().click();
    await checkScreen(page, 'incident');
  });

  it('says new critical incidents to who does not see them', async () => {
    const page = await open('auditor', '/audit');
    const alert = page.getByRole('alert').filter({ hasText: /New critical incident: the sky falls/u });
    // The stream of hints opens after the page: what came before that is not new.
    for (const word of ['at once', 'at noon', 'at dusk', 'by night', 'at dawn']) {
      await incidentOf(`the sky falls ${word}`, { severity: 'critical' });
      const heard = alert.waitFor({ state: 'attached', timeout: 6000 }).then(
        () => true,
        () => false,
      );
      if (await heard) break;
    }
    expect(await alert.count()).toBe(1);
    faultsOf(page);
  });

  it('keeps what was typed while the server is away, says so, and goes on by itself', async () => {
    const id = await incidentOf('away and back');
    const page = await open('analyst', `/incidents/${id}`);
    const field = page.getByLabel('Comment or command');
    await field.fill('typed before the server went away');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('The server does not answer').waitFor();
    expect(await field.inputValue()).toBe('typed before the server went away');
    await page.context().setOffline(false);
    await waitFor(async () =>
      (await as('analyst').call('incidents.get', { params: { id } })).notes.some(({ text }) => text.startsWith('typed before')),
    );
    await page.getByText('The server does not answer').waitFor({ state: 'detached' });
    expect((await as('analyst').call('incidents.get', { params: { id } })).notes).toHaveLength(1);
    expect(await field.inputValue()).toBe('');
  });
});
