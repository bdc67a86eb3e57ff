/** Without a mouse: from the queue to an incident, to what waits in it, to a decision. Every press is a key. */
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { as, describeConsole, it } from './browser.ts';
import { approvalOf, startRun } from './drills.ts';
import { waitFor } from './world.ts';

const ask = `playbook: console-keys
version: 1.0.0
title: Something to decide by keys
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - id: ask
    approval: { of: [after], roles: [manager], quorum: 1, expires: 30m, summary: 'Decide it by keys', facts: {}, on_denied: { end: denied }, on_expired: { end: expired } }
  - { id: after, action: control.noop, with: { value: done } }
`;

/** Where the focus is, as a screen reader would name it. */
const focused = `(() => {
  const element = document.activeElement;
  return element === null || element === document.body ? '' : (element.getAttribute('aria-label') ?? element.textContent).trim();
})()`;

async function tabTo(page: Page, name: RegExp): Promise<void> {
  const met: string[] = [];
  for (let presses = 0; presses < 120; presses++) {
    const now = await page.evaluate<string>(focused);
    if (name.test(now)) return;
    met.push(now);
    await page.keyboard.press('Tab');
  }
  throw new Error(`no ${name.source} is reached by Tab: ${[...new Set(met)].join(' | ')}`);
}

describeConsole('by keys alone', (open) => {
  it('a manager goes from the queue to the incident, to its approval, and decides', async () => {
    await as('engineer').call('playbooks.publish', { body: { source: ask } });
    const key = `keys:${Date.now()}`;
    await as('analyst').call('signals.send', {
      body: { kind: 'keys', severity: 'low', title: 'worked without a mouse', source: '192.0.2.5', key },
    });
    let incident = '';
    await waitFor(async () => {
      incident = (await as('analyst').call('incidents.list', { query: { key } })).items[0]?.id ?? '';
      return incident !== '';
    });
    const { run } = await as('analyst').call('playbooks.run', { params: { name: 'console-keys' }, body: { inputs: {}, incident } });
    const { id } = await approvalOf(run);
    const page = await open('manager-1', `/incidents?key=${encodeURIComponent(key)}`);
    await page.getByRole('row').filter({ hasText: 'worked without a mouse' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/incidents/${incident}`);
    await page.getByRole('link', { name: 'Decide it by keys' }).first().waitFor();
    await tabTo(page, /Decide it by keys/u);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/approvals/${id}`);
    await page.getByRole('button', { name: 'Approve…' }).waitFor();
    await tabTo(page, /^Approve…$/u);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^Hold to approve/u);
    await page.keyboard.down('Space');
    await page.getByRole('region', { name: 'The decision' }).getByText('approved').waitFor();
    await page.keyboard.up('Space');
    expect((await as('auditor').call('approvals.get', { params: { id } })).votes.map(({ by }) => by)).toEqual(['manager-1']);
  });

  it('a dialog keeps the focus while it is open, and gives it back to where it came from', async () => {
    const run = await startRun('console-keys', {}).catch(async () => {
      await as('engineer').call('playbooks.publish', { body: { source: ask } });
      return startRun('console-keys', {});
    });
    await approvalOf(run);
    const page = await open('analyst', `/runs/${run}`);
    await page.getByRole('button', { name: 'Pause…' }).waitFor();
    await tabTo(page, /^Pause…$/u);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate<boolean>(`document.activeElement.closest('[role=dialog]') !== null`)).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await waitFor(async () => (await page.evaluate<string>(focused)) === 'Pause…');
    await as('analyst').call('runs.cancel', { params: { run }, body: { reason: 'it was looked at' } });
  });
});
