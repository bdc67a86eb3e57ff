/** `edict approvals`, `edict approve`, `edict deny`: what waits for a person, and the vote. */
import type { Approval } from '../../api/contract/approvals.ts';
import type { AddCommands, Session } from '../command.ts';
import { withClient } from '../command.ts';
import { answer, plain, shortDigest, style, table } from '../output.ts';

export const addApproval: AddCommands = (program) => {
  program
    .command('approvals')
    .description('list the approvals that wait; with an id, show the exact plan')
    .argument('[approval]')
    .option('--all', 'closed ones too')
    .action(
      withClient(async ({ client, options }, id: string | undefined, given: { all?: boolean }) => {
        if (id !== undefined) {
          const approval = await client.call('approvals.get', { params: { id } });
          answer(options, approval, () => approvalWords(approval));
          return;
        }
        const query = given.all === true ? {} : { status: 'open' as const };
        const page = await client.call('approvals.list', { query: { ...query, limit: 500 } });
        answer(options, page, () => listWords(page.items));
      }),
    );

  program
    .command('approve')
    .description('approve the plan of an approval, as it stands now')
    .argument('<approval>')
    .option('--digest <digest>', 'the digest that you saw; the vote is refused when the plan has another')
    .option('--reason <text>')
    .addHelpText('after', '\nRead the plan first: `edict approvals <approval>`. Who asked for it cannot approve it.')
    .action(withClient((session, id: string, given: VoteFlags) => vote(session, id, { decision: 'approve', ...given })));

  program
    .command('deny')
    .description('deny the plan of an approval')
    .argument('<approval>')
    .requiredOption('--reason <text>', 'why: it goes back to who asked')
    .option('--digest <digest>')
    .action(withClient((session, id: string, given: VoteFlags) => vote(session, id, { decision: 'deny', ...given })));
};

type VoteFlags = { readonly digest?: string; readonly reason?: string };
type Ballot = VoteFlags & { readonly decision: 'approve' | 'deny' };

async function vote({ client, options }: Session, id: string, ballot: Ballot): Promise<void> {
  const digest = ballot.digest ?? (await client.call('approvals.get', { params: { id } })).digest;
  const body = {
    decision: ballot.decision,
    digest: digest as `sha256:${string}`,
    ...(ballot.reason === undefined ? {} : { reason: ballot.reason }),
  };
  const reply = await client.call('approvals.vote', { params: { id }, body });
  answer(options, reply, () => `${reply.status} · ${reply.approvals} of ${reply.quorum} · ${shortDigest(digest)}`);
}

function listWords(items: readonly Approval[]): string {
  return table(
    ['APPROVAL', 'STATUS', 'ASKED BY', 'ROLES', 'VOTES', 'EXPIRES', 'WHAT'],
    items.map((one) => [
      one.id,
      one.status,
      one.requester,
      one.roles.join(','),
      `${one.votes.filter((cast) => cast.decision === 'approve').length}/${one.quorum}`,
      one.expiresAt,
      one.summary,
    ]),
    'nothing waits for approval',
  );
}

function approvalWords(approval: Approval): string {
  const effects = approval.plan.effects.map(
    (one) =>
      `  ${style.bold(one.action)} (${one.step}) ${JSON.stringify(one.params)}${one.lease === undefined ? '' : ` for ${one.lease}`}${one.undo === undefined ? ' · cannot be undone' : ` · undone by ${one.undo}`}`,
  );
  const votes = approval.votes.map(
    (one) => `  ${one.decision} by ${one.by} at ${one.at}${one.reason === undefined ? '' : `: ${one.reason}`}`,
  );
  return plain(
    [
      `${style.bold(approval.id)} · ${approval.status} · asked by ${approval.requester} · run ${approval.run}`,
      approval.summary,
      'exactly this would be done:',
      ...effects,
      `facts    ${JSON.stringify(approval.facts)}`,
      `digest   ${approval.digest}`,
      `asks     ${approval.quorum} of ${approval.roles.join(', ')}, until ${approval.expiresAt}`,
      ...votes,
    ].join('\n'),
  );
}
