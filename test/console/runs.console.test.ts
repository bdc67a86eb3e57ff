/** A run in a browser: started from a form, followed in its graph, looked into step by step, told to stop with what that undoes. */
import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { as, checkScreen, describeConsole, it } from './browser.ts';
import { approvalOf, askToContain, publishDrills, runIs, startRun } from './drills.ts';

const node = (page: Page, step: string): Locator => page.locator(`[data-step="${step}"]`);

async function approve(run: string): Promise<void> {
  const { id, digest, quorum } = await approvalOf(run);
  for (const by of ['manager-1', 'manager-2'].slice(0, quorum))
    await as(by).call('approvals.vote', { params: { id }, body: { decision: 'approve', digest, reason: 'a drill' } });
  await runIs(run, ({ view }) => view?.steps.some(({ step, status }) => step === 'verify' && status !== 'running') === true);
}

describeConsole('runs', (open) => {
  it('a playbook is run from a form, and followed in its graph as it goes', async () => {
    const page = await open('analyst', '/playbooks/contain-host');
    await page.getByRole('button', { name: 'Run now…' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('button', { name: 'Run it' }).click();
    expect(await form.getByText('it is needed').count()).toBe(2);
    await form.getByLabel('host').fill('ws-18');
    await form.getByLabel('indicator').fill('203.0.113.9');
    await form.getByLabel('lease').fill('soon');
    await form.getByText(/a number and a unit/u).waitFor();
    await form.getByLabel('lease').fill('2h');
    await checkScreen(page, 'run-now');
    await form.getByRole('button', { name: 'Run it' }).click();
    await page.waitForURL('**/runs/run-*');
    await node(page, 'ask').getByText('waiting for a person').waitFor();
    await page.getByText('Read the plan and decide').waitFor();
    await checkScreen(page, 'run');
    const run = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await approve(run);
    await node(page, 'isolate').getByText('done').waitFor();
    await node(page, 'isolate').click();
    await page.getByRole('region', { name: 'Decision of the guard' }).getByText('allowed').waitFor();
    await page.getByRole('region', { name: 'In the ledger' }).getByText('confirmed').first().waitFor();
    expect(new URL(page.url()).searchParams.get('step')).toBe('isolate');
    await checkScreen(page, 'run-step');
  });

  it('cancelling shows what it would undo, and undoes it', async () => {
    const { run } = await askToContain('ws-43');
    await approve(run);
    const page = await open('analyst', `/runs/${run}`);
    await page.getByRole('button', { name: 'Cancel…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Undone, in this order (1)' }).waitFor();
    await dialog.getByText('network.release').waitFor();
    await checkScreen(page, 'run-cancel');
    expect(await dialog.getByRole('button', { name: 'Hold to cancel the run' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('the host is needed');
    await dialog.getByLabel('Or type cancel to cancel the run').fill('cancel');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await node(page, 'isolate').getByText('undone').waitFor();
    const { effects } = await runIs(run, ({ status }) => status === 'ended');
    expect(effects.map(({ step, status }) => [step, status])).toEqual([['isolate', 'undone']]);
  });

  it('a task is answered in place; the run is paused and resumed', async () => {
    await publishDrills();
    const run = await startRun('console-drill', {});
    const page = await open('analyst', `/runs/${run}`);
    const task = page.getByRole('region', { name: 'Task' });
    await task.getByText('Look at ws-18 and ws-42').waitFor();
    await checkScreen(page, 'run-task');
    await task.getByLabel('seen').first().click();
    await page.getByRole('option', { name: 'beacon' }).click();
    await task.getByLabel('hosts').fill('2');
    await task.getByRole('button', { name: 'Answer' }).click();
    await node(page, 'ask').getByText('waiting for a person').waitFor();
    await page.getByRole('button', { name: 'Pause…' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('to look once more');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('to look once more').first().waitFor();
    await page.getByRole('button', { name: 'Resume…' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('looked');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause…' }).waitFor();
    const { commands } = await as('auditor').call('runs.get', { params: { run } });
    expect(commands.map(({ kind, status }) => [kind, status])).toEqual([
      ['pause', 'taken'],
      ['resume', 'taken'],
    ]);
  });

  it('a thousand steps of a loop are two nodes and one list', async () => {
    await publishDrills();
    const run = await startRun('console-many', { items: Array.from({ length: 500 }, (_, index) => index) });
    await runIs(run, ({ view }) => view?.steps.filter(({ step, status }) => step.endsWith('.hold') && status === 'waiting').length === 500);
    const page = await open('analyst', `/runs/${run}`);
    await node(page, 'touch').getByText('500 done').waitFor();
    await node(page, 'hold').getByText('500 waiting').waitFor();
    await checkScreen(page, 'run-many');
    await page.getByText('Steps 1001').click();
    const steps = page.getByRole('grid', { name: 'Steps' });
    await steps.getByText('each[3].touch').waitFor();
    expect(await steps.getByRole('row').count()).toBeLessThan(120);
    await as('analyst').call('runs.cancel', { params: { run }, body: { reason: 'it was looked at' } });
  });

  it('runs are found by what they are, in the address', async () => {
    const { run } = await askToContain('nashua');
    const page = await open('analyst', '/runs?playbook=contain-host&status=running');
    await page.getByRole('grid', { name: 'Runs' }).getByText('contain-host').first().waitFor();
    await checkScreen(page, 'runs');
    await page.getByRole('button', { name: 'Asked by me' }).click();
    await page.waitForURL((url) => url.searchParams.get('requester') === 'analyst');
    await page.locator(`a[href^="/runs/${run}"]`).first().click();
    await page.waitForURL(`**/runs/${run}`);
  });
});
