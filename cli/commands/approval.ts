/** `edict approvals`, `edict approve`, `edict deny`: what waits for a person, and the vote. */
import type { Approval } from '../../api/contract/approvals.ts';
import type { AddCommands, Session } from '../command.ts';
import { EdictError } from '../../domain/errors.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import type { PageFlags } from '../command.ts';
import { answer, shortDigest, style, table, when } from '../output.ts';

export const addApproval: AddCommands = (program) => {
  paged(program.command('approvals'))
    .description('list the approvals that wait; with an id, show the exact plan')
    .argument('[approval]')
    .option('--all', 'closed ones too')
    .addHelpText('after', example('approvals', 'approvals apr-3924302511618ae132990152'))
    .action(
      withClient(async ({ client, options }, id: string | undefined, given: PageFlags & { all?: boolean }) => {
        if (id !== undefined) {
          const approval = await client.call('approvals.get', { params: { id } });
          answer(options, approval, approvalWords);
          return;
        }
        const query = given.all === true ? {} : { status: 'open' as const };
        const page = await client.call('approvals.list', { query: { ...query, ...pageQuery(given) } });
        answer(options, page, (clean) => withMore(listWords(clean.items), clean));
      }),
    );

  program
    .command('approve')
    .description('approve the plan of an approval, as it stands now')
    .argument('<approval>')
    .option('--digest <digest>', 'the digest that you saw; the vote is refused when the plan has another')
    .option('--reason <text>', 'kept with the vote')
    .addHelpText(
      'after',
      `\nRead the plan first: \`edict approvals <approval>\`. Who asked for it cannot approve it.\n${example('--as manager-1 approve apr-3924302511618ae132990152')}`,
    )
    .action(withClient((session, id: string, given: VoteFlags) => vote(session, id, { decision: 'approve', ...given })));

  program
    .command('deny')
    .description('deny the plan of an approval')
    .argument('<approval>')
    .requiredOption('--reason <text>', 'why: it goes back to who asked')
    .option('--digest <digest>', 'the digest that you saw')
    .addHelpText('after', example('--as manager-1 deny apr-3924302511618ae132990152 --reason "not before the migration"'))
    .action(withClient((session, id: string, given: VoteFlags) => vote(session, id, { decision: 'deny', ...given })));
};

type VoteFlags = { readonly digest?: string; readonly reason?: string };
type Ballot = VoteFlags & { readonly decision: 'approve' | 'deny' };

async function vote({ client, options }: Session, id: string, ballot: Ballot): Promise<void> {
  const approval = await client.call('approvals.get', { params: { id } });
  const digest = digestOf(ballot.digest ?? approval.digest);
  const body = { decision: ballot.decision, digest, ...(ballot.reason === undefined ? {} : { reason: ballot.reason }) };
  const reply = await client.call('approvals.vote', { params: { id }, body }).catch((error: unknown) => {
    throw withRoles(error, approval);
  });
  answer(options, reply, (clean) => `${clean.status} · ${clean.approvals} of ${clean.quorum} · ${shortDigest(digest)}`);
}

function digestOf(given: string): `sha256:${string}` {
  if (/^sha256:[0-9a-f]{64}$/u.test(given)) return given as `sha256:${string}`;
  throw new EdictError('input-invalid', `\`${given}\` is not a digest`, {
    where: '--digest',
    expected: 'sha256:<64 hex digits>, as `edict approvals <approval>` prints it',
  });
}

/** A refusal that a voter can act on says whose vote counts. */
function withRoles(error: unknown, approval: Approval): unknown {
  if (!(error instanceof EdictError) || error.code !== 'approval-role-missing') return error;
  return new EdictError(error.code, error.message, { expected: `a vote of ${approval.roles.join(' or ')}`, help: error.help });
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
      when(one.expiresAt),
      one.summary,
    ]),
    'nothing waits for approval; submitting a policy or a severe signal asks for one',
  );
}

function approvalWords(approval: Approval): string {
  const effects = approval.plan.effects.map(
    (one) =>
      `  ${style.bold(one.action)} (${one.step}) ${JSON.stringify(one.params)}${one.lease === undefined ? '' : ` for ${one.lease}`}${one.undo === undefined ? ' · cannot be undone' : ` · undone by ${one.undo}`}`,
  );
  const votes = approval.votes.map(
    (one) => `  ${one.decision} by ${one.by} at ${when(one.at)}${one.reason === undefined ? '' : `: ${one.reason}`}`,
  );
  return [
    `${style.bold(approval.id)} · ${approval.status} · asked by ${approval.requester} · run ${approval.run}`,
    approval.summary,
    'exactly this would be done:',
    ...effects,
    `facts    ${JSON.stringify(approval.facts)}`,
    `digest   ${approval.digest}`,
    `asks     ${approval.quorum} of ${approval.roles.join(', ')}, until ${when(approval.expiresAt)}`,
    ...votes,
  ].join('\n');
}
