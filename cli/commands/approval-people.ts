/** `edict approval`: the exact plan, glass that is broken and its reviews, and rights to vote that are passed on. */
import type { DelegationRequest } from '../../api/contract/delegations.ts';
import { EdictError } from '../../domain/errors.ts';
import { parseDuration } from '../../domain/playbook/duration.ts';
import { delegationsWords, reviewState, reviewsWords } from '../approval-words.ts';
import type { AddCommands, PageFlags } from '../command.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import { answer, progress, when } from '../output.ts';
import { digestOf, narrowOf, showApproval, type NarrowFlags } from './approval.ts';

export const addApprovalPeople: AddCommands = (program) => {
  const approval = program
    .command('approval')
    .description('approvals in detail: the plan, delegations, breaking the glass and its reviews');
  for (const add of [addShow, addDelegate, addDelegations, addRevoke, addBreakGlass, addReviews, addReview]) add(approval);
};

const addShow: AddCommands = (approval) => {
  approval
    .command('show')
    .description('show the exact plan: actions, targets, parameters, blast radius, what cannot be undone, and until when it may be decided')
    .argument('<approval>')
    .addHelpText('after', example('approval show apr-3924302511618ae132990152'))
    .action(withClient((session, id: string) => showApproval(session, id)));
};

type DelegateFlags = {
  readonly to: string;
  readonly roles: string[];
  readonly until: string;
  readonly since?: string;
  readonly reason?: string;
};

const addDelegate: AddCommands = (approval) => {
  approval
    .command('delegate')
    .description('let somebody vote on your behalf for a time, with roles of yours; not further, and not for your own requests')
    .requiredOption('--to <person>', 'who votes')
    .requiredOption('--roles <roles...>', 'which of your roles')
    .requiredOption('--until <time>', 'an RFC 3339 time, or a duration from now such as 8h or 5d')
    .option('--since <time>', 'from then on; now where not given')
    .option('--reason <text>', 'stands in the ledger')
    .addHelpText('after', example('--as manager-1 approval delegate --to manager-2 --roles manager --until 5d --reason "on leave"'))
    .action(
      withClient(async ({ client, options }, given: DelegateFlags) => {
        const { to, since, reason } = given;
        const body: DelegationRequest = {
          to,
          roles: given.roles as DelegationRequest['roles'],
          until: timeOf(given.until),
          ...(since === undefined ? {} : { since: timeOf(since) }),
          ...(reason === undefined ? {} : { reason }),
        };
        const made = await client.call('delegations.give', { body });
        answer(
          options,
          made,
          (clean) => `${clean.id} · ${clean.to} votes for ${clean.from} as ${clean.roles.join(', ')} until ${when(clean.until)}`,
        );
        progress(`take it back with \`edict approval revoke ${made.id}\``);
      }),
    );
};

const addDelegations: AddCommands = (approval) => {
  paged(approval.command('delegations'))
    .description('list who votes on whose behalf')
    .option('--person <person>', 'of one person, on either side')
    .option('--all', 'those that are over, too')
    .addHelpText('after', example('approval delegations', 'approval delegations --person manager-1 --all'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & { person?: string; all?: boolean }) => {
        const query = {
          ...pageQuery(given),
          ...(given.person === undefined ? {} : { person: given.person }),
          ...(given.all === true ? {} : { active: 'true' as const }),
        };
        const page = await client.call('delegations.list', { query });
        answer(options, page, (clean) => withMore(delegationsWords(clean.items), clean));
      }),
    );
};

const addRevoke: AddCommands = (approval) => {
  approval
    .command('revoke')
    .description('take a delegation back; votes that rest on it count no more')
    .argument('<delegation>')
    .addHelpText('after', example('--as manager-1 approval revoke dlg-1f0c5a2b7d3e4f60'))
    .action(
      withClient(async ({ client, options }, id: string) => {
        await client.call('delegations.revoke', { params: { id } });
        answer(options, { revoked: id }, (clean) => `revoked ${clean.revoked}`);
      }),
    );
};

type GlassFlags = NarrowFlags & { readonly reason: string; readonly digest?: string };

const addBreakGlass: AddCommands = (approval) => {
  approval
    .command('break-glass')
    .description('let the plan run now, without the votes, where the playbook gives your role the right; others review it afterwards')
    .argument('<approval>')
    .requiredOption('--reason <text>', 'why it cannot wait: it is reviewed')
    .option('--digest <digest>', 'the digest that you saw')
    .option('--steps <steps...>', 'these of the covered steps alone')
    .option('--lease <duration>', 'for a shorter time')
    .addHelpText(
      'after',
      `\nWho asked for the run may not.\n${example('--as manager-1 approval break-glass apr-3924302511618ae132990152 --reason "it encrypts the file server now"')}`,
    )
    .action(
      withClient(async ({ client, options }, id: string, given: GlassFlags) => {
        const { digest } = await client.call('approvals.get', { params: { id } });
        const body = { digest: digestOf(given.digest ?? digest), reason: given.reason, ...narrowOf(given) };
        const reply = await client.call('approvals.break-glass', { params: { id }, body });
        answer(options, reply, (clean) => `${clean.status} by breaking the glass · review ${clean.review ?? ''}`);
      }),
    );
};

const addReviews: AddCommands = (approval) => {
  paged(approval.command('reviews'))
    .description('list the reviews of glass that was broken')
    .option('--overdue', 'only those that nobody closed in time')
    .option('--all', 'closed ones too')
    .addHelpText('after', example('approval reviews', 'approval reviews --overdue'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & { overdue?: boolean; all?: boolean }) => {
        const query = {
          ...pageQuery(given),
          ...(given.all === true ? {} : { status: 'open' as const }),
          ...(given.overdue === true ? { overdue: 'true' as const } : {}),
        };
        const page = await client.call('reviews.list', { query });
        answer(options, page, (clean) => withMore(reviewsWords(clean.items), clean));
      }),
    );
};

type ReviewFlags = { readonly accept?: boolean; readonly reject?: boolean; readonly comment: string };

const addReview: AddCommands = (approval) => {
  approval
    .command('review')
    .description('close a review: neither by who broke the glass nor by who asked for the run')
    .argument('<review>')
    .option('--accept', 'it was right')
    .option('--reject', 'it was not: what the glass was broken for is done no further')
    .requiredOption('--comment <text>', 'what you found')
    .addHelpText('after', example('--as manager-2 approval review rev-1f0c5a2b7d3e4f60 --accept --comment "the file server was going"'))
    .action(
      withClient(async ({ client, options }, id: string, given: ReviewFlags) => {
        if ((given.accept === true) === (given.reject === true))
          throw new EdictError('input-invalid', 'a review is accepted or rejected', { expected: 'one of --accept and --reject' });
        const body = { verdict: given.accept === true ? ('accept' as const) : ('reject' as const), comment: given.comment };
        answer(options, await client.call('reviews.close', { params: { id }, body }), reviewState);
      }),
    );
};

/** A duration is from now. */
function timeOf(given: string): string {
  if (/^\d{4}-/u.test(given)) return given;
  return new Date(Date.now() + parseDuration(given)).toISOString();
}
