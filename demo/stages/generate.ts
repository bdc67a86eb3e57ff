/** 3 Generate: compiled, proved, tried on recorded traffic, and approved by someone else than its author. */
import type { Approval } from '../../api/contract/approvals.ts';
import type { PolicyVersion } from '../../api/contract/policies.ts';
import { EdictError } from '../../domain/errors.ts';
import { counterExampleOf } from '../planted-mistake.ts';
import { policyName } from '../requirement.ts';
import { short, until } from '../story.ts';
import type { PersonName, Stage, Story } from '../story.ts';

export const generate: Stage = {
  number: 3,
  name: 'Generate',
  tell: async (story) => {
    const engineer = story.as('engineer');
    await engineer.call('policies.submit', { params: { policy: policyName }, body: {} });
    const approval = await waitForApproval(story, policyName);
    const { current } = await engineer.call('policies.get', { params: { policy: policyName } });
    tellProofs(story, current);
    await tellPlantedMistake(story, current);
    tellWhatIf(story, current);
    await review(story, approval);
  },
};

/** The open approval whose plan is about the policy. */
export async function waitForApproval(story: Story, about: string): Promise<Approval> {
  const find = async (): Promise<Approval | undefined> => {
    const page = await story.as('manager-1').call('approvals.list', { query: { status: 'open' } });
    return page.items.find((one) => JSON.stringify(one.plan.effects).includes(JSON.stringify(about)));
  };
  const found = await until(find, (one) => one !== undefined, { forMs: 60_000 });
  if (found === undefined) throw new EdictError('timeout', `no approval about \`${about}\` was asked for within a minute`);
  return found;
}

function tellProofs(story: Story, version: PolicyVersion): void {
  for (const proof of version.proofs) {
    const { classes, witnesses, engine, engineSkipped } = proof.detail as ProofDetail;
    const concrete =
      engine === undefined ? `no witnesses tried (${engineSkipped ?? 'no engine'})` : `${witnesses} witnesses through ${engine}`;
    const words = `${proof.equal ? 'proved equal' : 'NOT EQUAL'} on ${classes} classes, ${concrete}`;
    story.say(`${proof.target.padEnd(9)} ${short(proof.artifact)}  ${words}`, {
      [proof.target]: { artifact: proof.artifact, ...proof.detail },
    });
    story.check(`the ${proof.target} artifact is proved equal to the rules`, proof.equal);
  }
  story.check('every target has its proof', version.proofs.length === 2);
}

type ProofDetail = { readonly classes?: number; readonly witnesses?: number; readonly engine?: string; readonly engineSkipped?: string };

async function tellPlantedMistake(story: Story, version: PolicyVersion): Promise<void> {
  const text = await counterExampleOf(story.as('engineer'), version);
  story.say(`a planted mistake is found: ${text ?? 'NOT FOUND'}`);
  story.check('a mistake planted into the artifact is refuted with a counter-example', text !== undefined);
}

type WhatIf = {
  readonly connections?: number;
  readonly wouldBlock?: {
    readonly connections?: number;
    readonly hosts?: readonly string[];
    readonly examples?: readonly { readonly text?: string }[];
  };
};

function tellWhatIf(story: Story, version: PolicyVersion): void {
  const whatIf = (version.whatIf ?? {}) as WhatIf;
  const { connections = 0, hosts = [], examples = [] } = whatIf.wouldBlock ?? {};
  const example = examples[0]?.text === undefined ? '' : `: ${examples[0].text}`;
  story.say(
    `What-if: would have cut off ${connections} of ${whatIf.connections ?? 0} recorded connections, of ${hosts.join(', ')}${example}`,
    { whatIf },
  );
  story.check('the what-if found recorded connections that the policy cuts off', connections > 0 && hosts.length > 0);
}

/** Asks at the keyboard, then votes for the managers one after the other until the quorum is there. A no ends the story, with a denial on record. */
export async function decideAs(
  story: Story,
  approval: Approval,
  { managers, question }: { readonly managers: readonly [PersonName, ...PersonName[]]; readonly question: string },
): Promise<readonly PersonName[]> {
  const params = { id: approval.id };
  const { digest } = approval;
  if (!(await story.ask(question))) {
    const reason = 'denied at the keyboard of the demo';
    await story.as(managers[0]).call('approvals.vote', { params, body: { decision: 'deny', digest, reason } });
    throw new EdictError('cancelled', 'the plan was denied, as asked: nothing of it is done, and the story ends here');
  }
  const voted: PersonName[] = [];
  for (const manager of managers) {
    const reply = await story
      .as(manager)
      .call('approvals.vote', { params, body: { decision: 'approve', digest, reason: 'read at the keyboard of the demo' } });
    voted.push(manager);
    if (reply.status === 'approved') break;
  }
  return voted;
}

async function review(story: Story, approval: Approval): Promise<void> {
  const vote = { params: { id: approval.id }, body: { decision: 'approve' as const, digest: approval.digest } };
  const refusal = await story
    .as('engineer')
    .call('approvals.vote', vote)
    .catch((error: unknown) => error);
  const code = refusal instanceof EdictError ? refusal.code : 'none';
  story.say(`Review: plan ${short(approval.digest)} · asked by ${approval.requester}, who may not approve it (${code})`, {
    approval: approval.id,
    digest: approval.digest,
  });
  story.check('the author cannot approve', code === 'approval-by-requester' || code === 'access-denied');
  const stale = { params: { id: approval.id }, body: { decision: 'approve' as const, digest: `sha256:${'0'.repeat(64)}` as const } };
  const changed = await story
    .as('manager-1')
    .call('approvals.vote', stale)
    .catch((error: unknown) => error);
  story.check('an approval of another digest is refused', changed instanceof EdictError && changed.code === 'approval-digest-changed');
  const voted = await decideAs(story, approval, { managers: ['manager-1', 'manager-2'], question: 'approve as a manager?' });
  story.say(`approved by ${voted.join(' and ')}`);
  const { status } = await story.as('manager-1').call('approvals.get', { params: { id: approval.id } });
  story.check('a manager approves it', status === 'approved');
}
