/** `edict approvals`, `edict approve`, `edict deny`: what waits for a person, and the vote. */
import type { Approval } from '../../api/contract/approvals.ts';
import type { AddCommands, Session } from '../command.ts';
import { EdictError } from '../../domain/errors.ts';
import { approvalsWords, approvalWords } from '../approval-words.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import type { PageFlags } from '../command.ts';
import { answer, shortDigest } from '../output.ts';

export const addApproval: AddCommands = (program) => {
  paged(program.command('approvals'))
    .description('list the approvals that wait; with an id, show the exact plan')
    .argument('[approval]')
    .option('--all', 'closed ones too')
    .addHelpText('after', example('approvals', 'approvals apr-3924302511618ae132990152'))
    .action(
      withClient(async (session, id: string | undefined, given: PageFlags & { all?: boolean }) => {
        if (id !== undefined) return showApproval(session, id);
        const { client, options } = session;
        const query = given.all === true ? {} : { status: 'open' as const };
        const page = await client.call('approvals.list', { query: { ...query, ...pageQuery(given) } });
        answer(options, page, (clean) => withMore(approvalsWords(clean.items), clean));
      }),
    );

  program
    .command('approve')
    .description('approve the plan of an approval as it stands now, or less of it')
    .argument('<approval>')
    .option('--digest <digest>', 'the digest that you saw: of the plan, or of a narrower one that somebody proposed')
    .option('--reason <text>', 'kept with the vote; where the risk is high it is needed')
    .option('--for <person>', 'vote on behalf of this person, who passed the right on to you')
    .option('--steps <steps...>', 'approve these of the covered steps alone')
    .option('--lease <duration>', 'approve for a shorter time')
    .addHelpText(
      'after',
      `\nRead the plan first: \`edict approval show <approval>\`. Who asked for it cannot approve it.\n${example(
        '--as manager-1 approve apr-3924302511618ae132990152',
        '--as manager-1 approve apr-3924302511618ae132990152 --steps isolate --lease 1h --reason "the server stays up"',
        '--as analyst approve apr-3924302511618ae132990152 --for manager-1',
      )}`,
    )
    .action(withClient((session, id: string, given: ApproveFlags) => vote(session, id, { decision: 'approve', ...given })));

  program
    .command('deny')
    .description('deny the plan of an approval')
    .argument('<approval>')
    .requiredOption('--reason <text>', 'why: it goes back to who asked')
    .option('--digest <digest>', 'the digest that you saw')
    .option('--for <person>', 'vote on behalf of this person, who passed the right on to you')
    .addHelpText('after', example('--as manager-1 deny apr-3924302511618ae132990152 --reason "not before the migration"'))
    .action(withClient((session, id: string, given: VoteFlags) => vote(session, id, { decision: 'deny', ...given })));
};

type VoteFlags = { readonly digest?: string; readonly reason?: string; readonly for?: string };
export type NarrowFlags = { readonly steps?: string[]; readonly lease?: string };
type ApproveFlags = VoteFlags & NarrowFlags;
type Ballot = ApproveFlags & { readonly decision: 'approve' | 'deny' };

export async function showApproval({ client, options }: Session, id: string): Promise<void> {
  answer(options, await client.call('approvals.get', { params: { id } }), approvalWords);
}

async function vote({ client, options }: Session, id: string, ballot: Ballot): Promise<void> {
  const approval = await client.call('approvals.get', { params: { id } });
  const digest = digestOf(ballot.digest ?? approval.digest);
  const body = {
    decision: ballot.decision,
    digest,
    ...(ballot.reason === undefined ? {} : { reason: ballot.reason }),
    ...(ballot.for === undefined ? {} : { onBehalfOf: ballot.for }),
    ...narrowOf(ballot),
  };
  const reply = await client.call('approvals.vote', { params: { id }, body }).catch((error: unknown) => {
    throw withRoles(error, approval);
  });
  answer(options, reply, (clean) => `${clean.status} · ${clean.approvals} of ${clean.quorum} · ${shortDigest(digest)}`);
}

export function narrowOf({ steps, lease }: NarrowFlags): {
  readonly narrow?: { readonly steps?: readonly string[]; readonly lease?: string };
} {
  if (steps === undefined && lease === undefined) return {};
  return { narrow: { ...(steps === undefined ? {} : { steps }), ...(lease === undefined ? {} : { lease }) } };
}

export function digestOf(given: string): `sha256:${string}` {
  if (/^sha256:[0-9a-f]{64}$/u.test(given)) return given as `sha256:${string}`;
  throw new EdictError('input-invalid', `\`${given}\` is not a digest`, {
    where: '--digest',
    expected: 'sha256:<64 hex digits>, as `edict approvals <approval>` prints it',
  });
}

/** A refusal that a voter can act on says whose vote counts. */
function withRoles(error: unknown, approval: Approval): unknown {
  if (!(error instanceof EdictError) || error.code !== 'approval-role-missing') return error;
  return new EdictError(error.code, error.message, {
    expected: `a vote of ${[...approval.roles, ...approval.people].join(' or ')}`,
    help: error.help,
  });
}
