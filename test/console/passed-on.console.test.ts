/** Approving for somebody else: a manager passes their role on for a time, the other one votes, and it is taken back. */
import { expect } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { as, checkScreen, describeConsole, it } from './browser.ts';
import { approvalOf, startRun } from './drills.ts';

const ask = `playbook: console-passed-on
version: 1.0.0
title: Something that an engineer decides
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - id: ask
    approval: { of: [after], roles: [engineer], quorum: 1, expires: 30m, summary: 'Decide it for somebody', facts: {}, on_denied: { end: denied }, on_expired: { end: expired } }
  - { id: after, action: control.noop, with: { value: done } }
`;

describeConsole('a role that is passed on', (open) => {
  it('lets the other one decide, says for whom, and ends when it is taken back', async () => {
    await as('engineer').call('playbooks.publish', { body: { source: ask } });
    const { id } = await approvalOf(await startRun('console-passed-on', {}));
    const page = await open('engineer', `/approvals/${id}`);
    await page.getByRole('button', { name: 'More ways to decide' }).click();
    await page.getByRole('menuitem', { name: 'Pass my roles on for a time…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('To whom').fill('manager-2');
    await dialog.getByLabel('Reason').fill('a week by the sea');
    await checkScreen(page, 'approval-pass-on');
    await dialog.getByRole('button', { name: 'Pass on' }).click();
    await dialog.waitFor({ state: 'detached' });
    const other = await open('manager-2', `/approvals/${id}`);
    await other.getByRole('button', { name: 'Approve…' }).click();
    expect(await other.getByRole('dialog').getByLabel('In whose right').first().inputValue()).toBe('on behalf of engineer');
    await other.getByRole('dialog').getByLabel('Or type approve to approve').fill('approve');
    await other.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await other.getByRole('region', { name: 'The decision' }).getByText('approved').waitFor();
    const { votes } = await as('auditor').call('approvals.get', { params: { id } });
    expect(votes).toMatchObject([{ by: 'manager-2', decision: 'approve', onBehalfOf: 'engineer' }]);
    await page.goto(new URL('/approvals', page.url()).href);
    const passed = page.getByRole('list', { name: 'Votes for somebody else' });
    await passed.getByText('manager-2').first().waitFor();
    await checkScreen(page, 'approvals-passed-on');
    const { items } = await as('engineer').call('delegations.list', { query: { person: 'engineer', active: 'true' } });
    for (let left = items.length; left > 0; left--) {
      await passed.getByRole('button', { name: 'Take it back' }).first().click();
      await expectCount(passed, left - 1);
    }
    const next = await approvalOf(await startRun('console-passed-on', {}));
    await other.goto(new URL(`/approvals/${next.id}`, other.url()).href);
    await other
      .getByRole('region', { name: 'The decision' })
      .getByText(/It waits for others/u)
      .waitFor();
    expect(await other.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
  });
});

async function expectCount(passed: Locator, count: number): Promise<void> {
  if (count === 0) return passed.waitFor({ state: 'detached' });
  await passed.getByRole('listitem').nth(count).waitFor({ state: 'detached' });
}
