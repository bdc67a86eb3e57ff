/** 7 Respond: a signed webhook opens an incident, the containment waits for a manager, survives a kill, and is given back. */
import type { RunDetail } from '../../api/contract/runs.ts';
import { tryConnection } from '../connection.ts';
import { seconds, short, until } from '../story.ts';
import type { Stage, Story } from '../story.ts';
import { sendWebhook } from '../webhook.ts';
import { decideAs, waitForApproval } from './generate.ts';

const host = 'ws-17';
const hostAddress = '10.4.0.17';
const elsewhere = '203.0.113.9';
const leaseSeconds = 5;
const webhookSource = 'default';

export const respond: Stage = {
  number: 7,
  name: 'Respond',
  tell: async (story) => {
    const run = await signalToRun(story);
    await containThroughKill(story, run);
    await giveBackByHand(story, run);
    await containByHand(story);
    await tellAccount(story);
  },
};

async function signalToRun(story: Story): Promise<string> {
  const body = { kind: 'beacon', severity: 'high', title: `${host} calls ${elsewhere} every minute`, source: host, destination: elsewhere };
  const url = `${story.api}/webhooks/${webhookSource}`;
  const secret = story.webhookSecret;
  const forged = await sendWebhook({ url, secret: `whsec_${Buffer.from('not the secret at all').toString('base64')}`, body });
  story.check('a webhook with a wrong signature is refused', forged.status === 401);
  const id = `msg_demo_${Date.now()}`;
  const taken = await sendWebhook({ url, secret, body, id });
  const again = await sendWebhook({ url, secret, body, id });
  story.check('a signed webhook is taken', taken.status === 202);
  story.check('the same webhook again is a duplicate', JSON.stringify(again.body).includes('duplicate'));
  const found = await until(
    () => runOf(story, `${webhookSource}:${id}`),
    (one) => one !== undefined,
    { forMs: 20_000 },
  );
  if (found === undefined) throw new Error('the signal started no playbook within 20 s');
  story.say(`beacon signal (signed webhook) → incident ${found.incident ?? '?'} → ${found.playbook}@${found.version} waits for a manager`, {
    run: found.run,
    incident: found.incident,
  });
  return found.run;
}

async function runOf(story: Story, signal: string): Promise<RunDetail | undefined> {
  const analyst = story.as('analyst');
  const { incident } = await analyst.call('signals.get', { params: { id: signal } });
  if (incident === undefined) return undefined;
  const page = await analyst.call('runs.list', { query: { incident } });
  const run = page.items[0];
  return run === undefined ? undefined : await analyst.call('runs.get', { params: { run: run.run } });
}

/** The worker is killed right after the vote, between approval and isolation. */
async function containThroughKill(story: Story, run: string): Promise<void> {
  const approval = await waitForApproval(story, host);
  const question = `isolate ${host}? ${approval.quorum} managers must agree, next to a critical asset; plan ${short(approval.digest)}`;
  const voted = await decideAs(story, approval, { managers: ['manager-1', 'manager-2'], question });
  const began = performance.now();
  story.stack.kill('worker');
  const detail = await untilRun(story, run, (one) => one.view?.status === 'leased' || one.status === 'ended');
  const isolations = detail.effects.filter((one) => one.action === 'network.isolate');
  const verify = detail.view?.steps.find((step) => step.action === 'network.probe');
  story.say(
    `approved by ${voted.join(' and ')} → the worker is killed (-9) → isolated ${isolations.length === 1 ? 'once' : `${isolations.length} times`} after ${seconds(performance.now() - began)}, ledger entries ${isolations[0]?.entries.join(', ')}`,
    {
      effects: isolations.map((one) => one.key),
    },
  );
  story.check('after the kill the host is isolated exactly once', isolations.length === 1 && isolations[0]?.status === 'confirmed');
  story.check('the isolation is verified by a probe', verify?.status === 'done');
  await checkReach(story, false, 'while it is isolated');
}

/** An analyst ends the run: what it did is undone. */
async function giveBackByHand(story: Story, run: string): Promise<void> {
  await story
    .as('analyst')
    .call('runs.cancel', { params: { run }, body: { reason: 'the beacon was the update check of a licensed tool' } });
  const detail = await untilRun(story, run, (one) => one.status === 'ended');
  const isolation = detail.effects.find((one) => one.action === 'network.isolate');
  story.say(`the analyst cancels: ${isolation?.action} is ${isolation?.status}`);
  story.check('cancelling gives the host back', isolation?.status === 'undone');
  await checkReach(story, true, 'after it was given back');
}

/** The same playbook by hand, with a short lease that ends by itself. */
async function containByHand(story: Story): Promise<void> {
  const inputs = { host, indicator: elsewhere, lease: `${leaseSeconds}s` };
  const started = await story.as('analyst').call('playbooks.run', { params: { name: 'contain-host' }, body: { inputs } });
  const approval = await waitForApproval(story, host);
  const question = `isolate ${host} for ${leaseSeconds} s? plan ${short(approval.digest)}`;
  await decideAs(story, approval, { managers: ['manager-2', 'manager-1'], question });
  const leased = await untilRun(story, started.run, (one) => one.view?.status === 'leased' || one.status === 'ended');
  story.check(
    'the host is isolated for its lease',
    leased.effects.some((one) => one.action === 'network.isolate' && one.status === 'confirmed'),
  );
  await checkReach(story, false, 'during the lease');
  const ended = await untilRun(story, started.run, (one) => one.status === 'ended');
  const isolation = ended.effects.find((one) => one.action === 'network.isolate');
  story.say(`by hand, with a lease of ${leaseSeconds} s: isolated → lease ends → ${isolation?.status}, outcome ${ended.outcome}`, {
    run: started.run,
  });
  story.check('the lease ends by itself', isolation?.status === 'undone' && ended.outcome === 'done');
  await checkReach(story, true, 'after the lease');
}

function untilRun(story: Story, run: string, good: (detail: RunDetail) => boolean): Promise<RunDetail> {
  return until(() => story.as('analyst').call('runs.get', { params: { run } }), good, { forMs: 60_000 });
}

async function checkReach(story: Story, reaches: boolean, when: string): Promise<void> {
  if (story.lab === undefined) return;
  const { passed } = await tryConnection(story.lab, { from: hostAddress, to: elsewhere, port: 443 });
  story.check(`${host} ${reaches ? 'reaches' : 'does not reach'} ${elsewhere} ${when}`, passed === reaches);
}

async function tellAccount(story: Story): Promise<void> {
  const counts = await story.as('analyst').call('signals.counts', {});
  const sum = counts.handled + counts.duplicate + counts.suppressed + counts.parked + counts.open;
  story.say(
    `${counts.in} signals in = ${counts.handled} handled + ${counts.duplicate} duplicate + ${counts.suppressed} suppressed + ${counts.parked} parked + ${counts.open} open`,
    counts,
  );
  story.check('every signal is accounted for', counts.in === sum);
}
