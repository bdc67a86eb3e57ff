/** What one may tell a run about its steps, in a browser: skip, hold longer, begin again, another version; and a step that is tried again. */
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { as, checkScreen, describeConsole, it } from './browser.ts';
import { runIs, startRun } from './drills.ts';

const steps = (version: string, more = ''): string => `playbook: console-steps
version: ${version}
title: Steps to be told about
triggers: [{ manual: { roles: [analyst] } }]
inputs: { word: { type: string, default: first } }
steps:
  - { id: said, action: control.noop, with: { value: '\${inputs.word}' } }
  - { id: hold, wait: { for: 30m } }
${more}  - { id: last, action: control.noop, with: { value: '\${said.value}' } }
`;

const lease = `playbook: console-lease
version: 1.0.0
title: A block that ends by itself
triggers: [{ manual: { roles: [analyst] } }]
inputs: { indicator: { type: indicator } }
steps:
  - { id: block, action: network.block, with: { indicator: '\${inputs.indicator}' }, lease: { for: 2h, extend: [manager] }, undo: network.unblock, timeout: 1m }
`;

const away = `playbook: console-tries
version: 1.0.0
title: A system that does not answer
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - { id: ask, action: identity.get-user, with: { user: somebody, system: console-away }, retry: { attempts: 9, backoff: 20s..1m }, timeout: 5s }
`;

const node = (page: Page, step: string) => page.locator(`[data-step="${step}"]`);
const dialogOf = (page: Page) => page.getByRole('dialog');

async function publish(...sources: readonly string[]): Promise<void> {
  for (const source of sources) await as('engineer').call('playbooks.publish', { body: { source } });
}

async function waiting(run: string): Promise<void> {
  await runIs(run, ({ view }) => view?.steps.some(({ step, status }) => step === 'hold' && status === 'waiting') === true);
}

describeConsole('steps', (open) => {
  it('one is skipped for a reason, and a new run begins at the one after it with what came before', async () => {
    await publish(steps('1.0.0'));
    const run = await startRun('console-steps', { word: 'kept' });
    await waiting(run);
    const page = await open('analyst', `/runs/${run}?step=hold`);
    await page.getByRole('button', { name: 'Skip…' }).click();
    const skip = dialogOf(page).getByRole('button', { name: 'Skip it' });
    expect(await skip.isDisabled()).toBe(true);
    await dialogOf(page).getByLabel('Reason').fill('nobody waits for this');
    await checkScreen(page, 'run-skip');
    await skip.click();
    await node(page, 'hold').getByText('skipped').waitFor();
    await node(page, 'last').getByText('done').waitFor();
    const { commands, status } = await runIs(run, (detail) => detail.status === 'ended');
    expect([status, commands.map(({ kind, reason, status: came }) => [kind, reason, came])]).toEqual([
      'ended',
      [['skip', 'nobody waits for this', 'taken']],
    ]);
    await page.goto(new URL(`/runs/${run}?step=last`, page.url()).href);
    await page.getByRole('button', { name: 'Run again from here…' }).click();
    await dialogOf(page).getByRole('button', { name: 'Begin the new run' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/runs/') && !url.pathname.endsWith(run));
    await page.getByText('begun again at last of').waitFor();
    await node(page, 'last').getByText('done').waitFor();
    const next = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { view, forkOf } = await runIs(next, (detail) => detail.status === 'ended');
    expect(forkOf).toEqual({ run, from: 'last' });
    expect(view?.steps.find(({ step }) => step === 'last')?.outputs).toEqual({ value: 'kept' });
    await checkScreen(page, 'run-again');
  });

  it('a run goes on with another version, whose meaning for it is shown before', async () => {
    await publish(steps('1.0.0'));
    const run = await startRun('console-steps', {});
    await waiting(run);
    await publish(steps('1.1.0', '  - { id: new, action: control.noop, with: { value: x } }\n'));
    const page = await open('engineer', `/runs/${run}`);
    await page.getByRole('button', { name: 'More about this run' }).click();
    await page.getByRole('menuitem', { name: 'Take it to another version…' }).click();
    await dialogOf(page).getByText('stands at').waitFor();
    await dialogOf(page).getByText('new', { exact: true }).waitFor();
    await dialogOf(page).getByLabel('Reason').fill('the new step is needed');
    await checkScreen(page, 'run-migrate');
    await dialogOf(page).getByRole('button', { name: 'Go on with 1.1.0' }).click();
    await page.getByText('taken to 1.1.0 by engineer').waitFor();
    await node(page, 'new').waitFor();
    await as('engineer').call('runs.cancel', { params: { run }, body: { reason: 'it was looked at' } });
  });

  it('an effect holds longer where others agree to exactly that', async () => {
    await publish(lease);
    const run = await startRun('console-lease', { indicator: '198.51.100.77' });
    await runIs(run, ({ view }) => view?.steps.some(({ step, status }) => step === 'block' && status === 'done') === true);
    const page = await open('analyst', `/runs/${run}?step=block`);
    await page.getByRole('button', { name: 'Let it hold longer…' }).click();
    await dialogOf(page).getByLabel('By how much').fill('3h');
    await dialogOf(page).getByLabel('Reason').fill('they still look at it');
    await checkScreen(page, 'run-extend');
    await dialogOf(page).getByRole('button', { name: 'Ask for it' }).click();
    await dialogOf(page).waitFor({ state: 'detached' });
    const asked = await approvalOfStep(run);
    const manager = await open('manager-1', `/approvals/${asked}`);
    await manager.getByText('they still look at it').first().waitFor();
    await checkScreen(manager, 'approval-extend');
    await manager.getByRole('button', { name: 'Approve…' }).click();
    await dialogOf(manager).getByLabel('Or type approve to approve').fill('approve');
    await dialogOf(manager).getByRole('button', { name: 'Confirm' }).click();
    await manager.getByRole('region', { name: 'The decision' }).getByText('approved').waitFor();
    const { view } = await runIs(run, (detail) => heldForMs(detail.view?.steps) > 4 * 3_600_000);
    expect(heldForMs(view?.steps)).toBeLessThan(6 * 3_600_000);
    await as('analyst').call('runs.cancel', { params: { run }, body: { reason: 'it was looked at' } });
  });

  it('one that fails says which try it is, of how many, and when the next one is', async () => {
    const settings = {
      tenant: 'example',
      clientId: 'console',
      authority: 'http://127.0.0.1:9',
      url: 'http://127.0.0.1:9',
      timeoutMs: 1000,
    };
    await as('admin').call('systems.put', {
      body: { name: 'console-away', kind: 'microsoft-graph', settings, secrets: { clientSecret: 'not a real one' } },
    });
    await publish(away);
    const run = await startRun('console-tries', {});
    const page = await open('analyst', `/runs/${run}?step=ask`);
    await node(page, 'ask').getByText('retrying').waitFor();
    await page.getByText(/attempt \d of 9\s*in \d+s/u).waitFor();
    await checkScreen(page, 'run-retrying');
    await as('analyst').call('runs.cancel', { params: { run }, body: { reason: 'it was looked at' } });
  });
});

async function approvalOfStep(run: string): Promise<string> {
  let found: string | undefined;
  await runIs(run, () => true);
  for (let tries = 0; tries < 150 && found === undefined; tries++) {
    found = (await as('manager-1').call('approvals.list', { query: { run, status: 'open' } })).items[0]?.id;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return found ?? '';
}

type Steps = readonly { readonly step: string; readonly startedAtMs?: number | undefined; readonly untilMs?: number | undefined }[];

/** From its beginning to its end, as it stands. */
function heldForMs(of: Steps = []): number {
  const block = of.find(({ step }) => step === 'block');
  return (block?.untilMs ?? 0) - (block?.startedAtMs ?? 0);
}
