/** Approvals, delegations and reviews as the CLI shows them. */
import type { Approval } from '../api/contract/approvals.ts';
import type { Delegation } from '../api/contract/delegations.ts';
import type { Review } from '../api/contract/reviews.ts';
import { printDuration } from '../domain/playbook/duration.ts';
import { style, table, when } from './output.ts';

export function approvalsWords(items: readonly Approval[]): string {
  return table(
    ['APPROVAL', 'STATUS', 'ASKED BY', 'ASKS', 'VOTES', 'RISK', 'EXPIRES', 'WHAT'],
    items.map((one) => [
      one.id,
      one.status,
      one.requester,
      [...one.roles, ...one.people].join(','),
      `${approvesWhole(one)}/${one.quorum}`,
      one.risk,
      when(one.expiresAt),
      one.summary,
    ]),
    'nothing waits for approval; submitting a policy or a severe signal asks for one',
  );
}

/** The exact plan: what it does to what, how far it reaches, and what of it cannot be taken back. */
export function approvalWords(approval: Approval): string {
  const { id, status, requester, run, summary, quorum, risk, digest } = approval;
  return [
    `${style.bold(id)} · ${status} · asked by ${requester} · run ${run}`,
    summary,
    'exactly this would be done:',
    ...approval.plan.effects.map(effectWords),
    `targets    ${approval.targets.join(', ') || 'none by name'}`,
    `risk       ${risk === 'high' ? style.red('high: approving takes a reason') : risk}`,
    ...blastWords(approval),
    ...undoWords(approval),
    `facts      ${JSON.stringify(approval.facts)}`,
    `digest     ${digest}`,
    `asks       ${quorum} of ${askedWords(approval)}, until ${when(approval.expiresAt)}; never ${approval.excluded.join(', ')}`,
    ...(approval.breakGlass
      ? [
          `glass      ${approval.breakGlass.roles.join(' or ')} may break it; others review that within ${printDuration(approval.breakGlass.reviewMs)}`,
        ]
      : []),
    ...approval.votes.map(voteWords),
    ...approval.proposals.map((one) => proposalWords(one, quorum)),
    ...grantWords(approval),
  ].join('\n');
}

type Effect = Approval['plan']['effects'][number];

function effectWords({ action, step, params, lease, undo }: Effect): string {
  const forHow = lease === undefined ? '' : ` for ${lease}`;
  const back = undo === undefined ? '' : ` · undone by ${undo}`;
  return `  ${style.bold(action)} (${step}) ${JSON.stringify(params)}${forHow}${back}`;
}

function askedWords({ roles, people }: Approval): string {
  return [...roles, ...people.map((person) => `\`${person}\``)].join(', ');
}

function blastWords({ blastRadius }: Approval): readonly string[] {
  return blastRadius.map(({ step, critical, peers, hosts }) => {
    const names = hosts.length === 0 ? '' : `: ${hosts.slice(0, 8).join(', ')}${hosts.length > 8 ? ', …' : ''}`;
    return `blast      ${peers} peers, ${critical} of them critical (${step})${names}`;
  });
}

function undoWords({ reversible, irreversible }: Approval): readonly string[] {
  if (reversible) return ['undo       all of it can be undone, or changes nothing outside'];
  return irreversible.map(({ step, reason }) => `undo       ${style.red(`\`${step}\` cannot be undone`)}: ${reason}`);
}

function voteWords({ decision, by, onBehalfOf, at, reason, narrow }: Approval['votes'][number]): string {
  const behalf = onBehalfOf === undefined ? '' : ` on behalf of ${onBehalfOf}`;
  const less = narrow === undefined ? '' : ', for less';
  return `  ${decision} by ${by}${behalf} at ${when(at)}${less}${reason === undefined ? '' : `: ${reason}`}`;
}

function proposalWords({ digest, effects, leftOut, approvals }: Approval['proposals'][number], quorum: number): string {
  const without = leftOut.length === 0 ? '' : `, without ${leftOut.join(', ')}`;
  const leases = effects.flatMap(({ step, lease }) => (lease === undefined ? [] : [`${step} for ${lease}`])).join(', ');
  return `proposed   ${digest}: ${effects.map(({ step }) => step).join(', ')}${without}${leases === '' ? '' : ` (${leases})`} · ${approvals} of ${quorum}`;
}

function grantWords({ granted, digest, review }: Approval): readonly string[] {
  return [
    ...(granted === undefined
      ? []
      : [`granted    by ${granted.by}${granted.digest === digest ? '' : `, a narrower plan: ${granted.digest}`}`]),
    ...(review === undefined ? [] : [style.red(`glass broken by ${review.by}: ${review.reason}`), `review     ${reviewState(review)}`]),
  ];
}

function approvesWhole({ votes, digest }: Approval): number {
  return votes.filter((cast) => cast.decision === 'approve' && cast.digest === digest).length;
}

export function delegationsWords(items: readonly Delegation[]): string {
  return table(
    ['DELEGATION', 'FROM', 'TO', 'ROLES', 'SINCE', 'UNTIL', ''],
    items.map(({ id, from, to, roles, since, until, revokedAt, reason }) => [
      id,
      from,
      to,
      roles.join(','),
      when(since),
      when(until),
      revokedAt === undefined ? (reason ?? '') : `revoked ${when(revokedAt)}`,
    ]),
    'nobody votes on somebody’s behalf',
  );
}

export function reviewsWords(items: readonly Review[]): string {
  return table(
    ['REVIEW', 'STATE', 'BROKEN BY', 'APPROVAL', 'DUE', 'REASON'],
    items.map((one) => [one.id, one.overdue ? 'overdue' : one.status, one.by, one.approval, when(one.dueAt), one.reason]),
    'no glass was broken',
  );
}

export function reviewState({ id, status, overdue, dueAt, closedBy, comment }: Review): string {
  if (status === 'open') return `${id} ${overdue ? style.red('overdue since') : 'open until'} ${when(dueAt)}`;
  return `${id} ${status} by ${closedBy ?? ''}: ${comment ?? ''}`;
}
