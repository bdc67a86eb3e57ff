/** From a sentence to a policy in force: written, its questions answered, handed in, approved, and seen at every point. */
import { expect } from '@jest/globals';
import { as, checkScreen, describeConsole, it } from './browser.ts';

const sentence = 'Only payment-service hosts may reach the cardholder database on PostgreSQL.';

describeConsole('policies', (open) => {
  it('go from a sentence to what is enforced', async () => {
    const page = await open('engineer', '/policies');
    await page.getByRole('button', { name: 'Write a policy' }).first().click();
    await page.getByLabel('What must hold').fill(sentence);
    await page.getByLabel('Title').fill('Cardholder data');
    await checkScreen(page, 'author');
    await page.getByRole('button', { name: 'Draft it' }).click();
    await page.waitForURL('**/policies/*');
    const policy = new URL(page.url()).pathname.split('/')[2] ?? '';
    await page.getByText(sentence, { exact: false }).first().waitFor();
    await checkScreen(page, 'policy-draft');
    for (;;) {
      const { current } = await as('engineer').call('policies.get', { params: { policy } });
      const question = current.document.questions.find(({ answered }) => answered === undefined);
      if (question === undefined) break;
      const answer = question.readings[0]?.answer ?? '';
      const asked = page
        .getByRole('listitem')
        .filter({ hasText: question.text.replaceAll('`', '') })
        .first();
      await asked.getByRole('button', { name: answer, exact: true }).click();
      await asked.getByText(`engineer said ${answer}`).waitFor();
    }
    await page.getByRole('button', { name: 'Send to review…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send to review' }).click();
    await page.getByRole('tab', { name: 'Proof' }).click();
    await page.getByText('Decides as the rules, on every request').first().waitFor({ timeout: 60_000 });
    await checkScreen(page, 'policy-proof');
    await page.getByRole('tab', { name: 'What if' }).click();
    await page.getByText('recorded connections were replayed', { exact: false }).waitFor();
    await checkScreen(page, 'policy-what-if');
    await approve(policy);
    await page.getByRole('tab', { name: 'Rollout' }).click();
    await page.getByText(/(?<done>\d+) of \k<done> in force/u).waitFor({ timeout: 60_000 });
    await checkScreen(page, 'policy-rollout');
    await page.goto(page.url().replace(/policies.*/u, 'policies'));
    await page
      .getByRole('row', { name: new RegExp(policy, 'u') })
      .getByText('enforced')
      .waitFor({ timeout: 60_000 });
    await checkScreen(page, 'policies');
    expect((await as('engineer').call('policies.get', { params: { policy } })).enforced).toBe(1);
    const { id, digest } = await nextVersion(policy, sentence.replace('on PostgreSQL', 'on port 5433'));
    const asked = await open('manager-1', `/approvals/${id}`);
    const change = asked.getByRole('region', { name: 'Before and after' });
    await change.getByText('tcp/5433', { exact: false }).first().waitFor();
    expect(await change.getByLabel('becomes').count()).toBeGreaterThan(0);
    await checkScreen(asked, 'approval-change');
    await as('manager-1').call('approvals.vote', {
      params: { id },
      body: { decision: 'deny', digest, reason: 'PostgreSQL stays where it is' },
    });
  }, 240_000);
});

/** Handed in with every question answered; the approval that it asks for. */
async function nextVersion(policy: string, requirement: string) {
  const { questions } = await as('engineer').call('policies.draft', { body: { policy, requirement } });
  for (const { id, readings } of questions)
    await as('engineer').call('policies.answer', { params: { policy }, body: { question: id, answer: readings[0]?.answer ?? '' } });
  await as('engineer').call('policies.submit', { params: { policy }, body: {} });
  return approvalOf(policy);
}

/** As its stage asks: one manager. */
async function approve(policy: string): Promise<void> {
  const { id, digest } = await approvalOf(policy);
  await as('manager-1').call('approvals.vote', {
    params: { id },
    body: { decision: 'approve', digest, reason: 'the proof holds and nobody is cut off' },
  });
}

async function approvalOf(policy: string) {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const runs = await as('manager-1').call('runs.list', { query: { policy } });
    const { items } = await as('manager-1').call('approvals.list', { query: { status: 'open', limit: 500 } });
    const approval = items.find(({ run }) => runs.items.some((one) => one.run === run));
    if (approval !== undefined) return approval;
    if (performance.now() > deadline) throw new Error(`no approval was asked for ${policy}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
