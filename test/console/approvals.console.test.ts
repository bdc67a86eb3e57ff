/** Deciding in a browser: approving, denying, two managers at once, expiry, less of it, questions, and the glass. */
import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { as, checkScreen, describeConsole, it, passwordOf } from './browser.ts';
import { approvalOf, askToContain, publishDrills, runIs, startRun } from './drills.ts';

/** In place of holding: who cannot hold types the word. */
async function decide(dialog: Locator, word: string): Promise<void> {
  await dialog.getByLabel(new RegExp(`^Or type ${word} to`, 'u')).fill(word);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
}

const dialogOf = (page: Page): Locator => page.getByRole('dialog');
const decision = (page: Page): Locator => page.getByRole('region', { name: 'The decision' });

describeConsole('approvals', (open) => {
  it('a manager finds what waits, reads the plan, and approves it by holding; one press decides nothing', async () => {
    const { id, digest, run } = await askToContain('ws-18');
    const page = await open('manager-1', '/approvals');
    await page.getByRole('link', { name: 'Isolate ws-18 for 4h' }).first().waitFor();
    await checkScreen(page, 'approvals');
    await page.goto(page.url().replace(/approvals.*/u, `approvals/${id}`));
    await page.getByRole('heading', { name: /Isolate ws-18/u }).waitFor();
    await page.getByText('also asks engineer').waitFor();
    await page.getByText('Undone by itself after 4h').waitFor();
    await checkScreen(page, 'approval');
    await page.getByRole('button', { name: 'Approve…' }).click();
    await dialogOf(page)
      .getByText(digest.slice('sha256:'.length, 'sha256:'.length + 16))
      .waitFor();
    await checkScreen(page, 'approval-vote');
    const hold = page.getByRole('button', { name: 'Hold to approve' });
    await hold.focus();
    await page.keyboard.press('Enter');
    await hold.click();
    expect((await as('auditor').call('approvals.get', { params: { id } })).votes).toEqual([]);
    await hold.focus();
    await page.keyboard.down('Space');
    await decision(page).getByText('approved').waitFor();
    await page.keyboard.up('Space');
    const { votes, status } = await as('auditor').call('approvals.get', { params: { id } });
    expect([status, votes.map((vote) => [vote.by, vote.digest])]).toEqual(['approved', [['manager-1', digest]]]);
    await runIs(run, ({ view }) => view?.steps.some(({ step, status: now }) => step === 'isolate' && now === 'done') === true);
  });

  it('a denial needs a reason, and leaves the host alone', async () => {
    const { id, run } = await askToContain('ws-43');
    const page = await open('manager-1', `/approvals/${id}`);
    await page.getByRole('button', { name: 'Deny…' }).click();
    await dialogOf(page).getByText('A reason comes first.').waitFor();
    expect(await dialogOf(page).getByRole('button', { name: 'Hold to deny' }).isDisabled()).toBe(true);
    await dialogOf(page).getByRole('textbox', { name: 'Reason' }).fill('it is the machine of the night shift');
    await decide(dialogOf(page), 'deny');
    await decision(page).getByText('denied').waitFor();
    await page.getByText('it is the machine of the night shift').waitFor();
    const { effects, outcome } = await runIs(run, ({ status }) => status === 'ended');
    expect([effects, outcome]).toEqual([[], 'denied']);
    // What was decided before stands beside what is asked next.
    const next = await askToContain('ws-42');
    await page.goto(page.url().replace(id, next.id));
    await page.getByRole('region', { name: 'Decided before' }).getByText('it is the machine of the night shift').waitFor();
  });

  it('two managers at once: each sees the vote of the other, and the second makes the quorum', async () => {
    const { id } = await askToContain('ws-17');
    const [first, second] = [await open('manager-1', `/approvals/${id}`), await open('manager-2', `/approvals/${id}`)];
    for (const page of [first, second]) await decision(page).getByText('0 of 2').waitFor();
    await first.getByRole('button', { name: 'Approve…' }).click();
    await second.getByRole('button', { name: 'Approve…' }).click();
    await dialogOf(first).getByRole('textbox', { name: 'Reason' }).fill('the beacon is known');
    await decide(dialogOf(first), 'approve');
    await decision(second).getByText('1 of 2').waitFor();
    await second.getByText('the beacon is known').waitFor();
    await decision(first).getByText('You have voted. A vote is final.').waitFor();
    await dialogOf(second).getByRole('textbox', { name: 'Reason' }).fill('agreed');
    await decide(dialogOf(second), 'approve');
    for (const page of [first, second]) await decision(page).getByText('approved').waitFor();
    await checkScreen(second, 'approval-decided');
  });

  it('who decides a moment too late is told so, and sees how it was decided', async () => {
    const { id, digest } = await askToContain('scranton');
    const late = await open('manager-1', `/approvals/${id}`);
    await late.getByRole('button', { name: 'Approve…' }).click();
    // The page hears of nothing: the vote itself has to be refused.
    await late.context().route('**/v1/approvals/*', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await as('manager-2').call('approvals.vote', { params: { id }, body: { decision: 'deny', digest, reason: 'too early' } });
    await dialogOf(late).getByRole('textbox', { name: 'Reason' }).fill('the beacon is known');
    await decide(dialogOf(late), 'approve');
    await dialogOf(late).getByText('It was decided while you were reading').waitFor();
    await late.context().unroute('**/v1/approvals/*');
    await decision(late).getByText('denied').waitFor();
  });

  it('silence is a refusal: the page counts down, and says that it expired', async () => {
    const { id, run } = await askToContain('nashua', { expires: '8s' });
    const page = await open('manager-1', `/approvals/${id}`);
    await decision(page).getByText('expired').waitFor();
    await page.getByText('Nobody decided in time, so nothing of it was done.').waitFor();
    expect((await runIs(run, ({ status }) => status === 'ended')).effects).toEqual([]);
  });

  it('less of it, a question and its answer, and the glass', async () => {
    await publishDrills();
    const run = await startRun('console-drill', {});
    const { task } = (await runIs(run, ({ view }) => view?.steps.some((step) => step.task !== undefined) === true)).view?.steps[0] ?? {};
    await as('analyst').call('tasks.answer', { params: { id: task ?? '' }, body: { outputs: { seen: 'beacon', hosts: 2 } } });
    const { id } = await approvalOf(run);
    const page = await open('manager-1', `/approvals/${id}`);
    await page
      .getByRole('region', { name: 'Text that no person checked' })
      .getByText(/calling an address/u)
      .waitFor();
    const question = page.getByRole('textbox', { name: /question or an answer/u });
    await question.fill('Is ws-42 in use now?');
    await page.reload();
    expect(await question.inputValue()).toBe('Is ws-42 in use now?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('listitem').getByText('Is ws-42 in use now?').waitFor();
    expect(await question.inputValue()).toBe('');
    await page.getByRole('button', { name: 'More ways to decide' }).click();
    await page.getByRole('menuitem', { name: 'Approve less of it…' }).click();
    await dialogOf(page).getByLabel('second: network.isolate').uncheck();
    await dialogOf(page).getByLabel('For no longer than').fill('1h');
    await checkScreen(page, 'approval-narrow');
    await dialogOf(page).getByRole('button', { name: 'Go on…' }).click();
    await decide(dialogOf(page), 'approve');
    await page.getByText('Narrower plan', { exact: true }).waitFor();
    await page.getByText('without second').waitFor();
    const other = await open('manager-2', `/approvals/${id}`);
    await other.getByRole('button', { name: 'More ways to decide' }).click();
    await other.getByRole('menuitem', { name: 'Break the glass…' }).click();
    await dialogOf(other).getByRole('textbox', { name: 'Why it cannot wait' }).fill('both are sending data now');
    await decide(dialogOf(other), 'break');
    await decision(other).getByText('by broken glass').waitFor();
    await other.getByText('glass broken').waitFor();
  });

  it('who has to prove once more who they are goes on with what they typed', async () => {
    const { id } = await askToContain('ws-42');
    const page = await open('manager-1', `/approvals/${id}`);
    // As the server answers where the last proof is too old.
    const problem = { type: 'about:blank', title: 'Refused', status: 403, code: 'step-up-needed', detail: 'prove it', request: 'r' };
    await page
      .context()
      .route(
        '**/votes',
        (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
        {
          times: 1,
        },
      );
    await page.getByRole('button', { name: 'Approve…' }).click();
    await dialogOf(page).getByRole('textbox', { name: 'Reason' }).fill('seen in two logs');
    await decide(dialogOf(page), 'approve');
    await dialogOf(page).getByText('Say once more who you are').waitFor();
    await dialogOf(page).getByLabel('Your password, once more').fill(passwordOf('manager-1'));
    await dialogOf(page).getByRole('button', { name: 'Go on' }).click();
    await decision(page)
      .getByText(/You have voted|approved/u)
      .first()
      .waitFor();
    await page.getByText('seen in two logs').waitFor();
    const { votes } = await as('auditor').call('approvals.get', { params: { id } });
    expect(votes.map(({ by, reason }) => [by, reason])).toEqual([['manager-1', 'seen in two logs']]);
  });

  it('who asks does not decide, and who may only read is offered nothing', async () => {
    const { id } = await askToContain('ws-43');
    const asked = await open('analyst', `/approvals/${id}`);
    await decision(asked).getByText('You asked for this. Who asks does not approve.').waitFor();
    const reader = await open('auditor', `/approvals/${id}`);
    await decision(reader)
      .getByText(/It waits for others/u)
      .waitFor();
    expect(await reader.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
  });
});
