/** Approvals: opened by the run that needs them, decided by signed votes that are verified here, before the store counts them. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Activities, OpenApproval, OpenedApproval, VoteOutcome } from '../contract.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalRecord, SignedVote } from '../../domain/playbook/approval.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { planOf, requireRun, stepId } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';

const text = z.string().min(1).max(200);
const signedVoteSchema = z.strictObject({
  vote: z.strictObject({
    approval: text,
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    decision: z.enum(['approve', 'deny']),
    by: text,
    at: z.iso.datetime({ offset: true }),
    reason: z.string().max(4000).optional(),
  }),
  signature: z.string().min(1).max(200),
});

type ApprovalActivities = Pick<Activities, 'approval.open' | 'approval.vote' | 'approval.close' | 'approval.escalate'>;

export function approvalActivities(ports: Ports): ApprovalActivities {
  return {
    'approval.open': async (input) => open(ports, input),
    'approval.vote': async (signed) => vote(ports, signed),
    'approval.close': async ({ approval, status }) => {
      await ownApproval(ports, approval);
      const closed = await ports.store.approvals.close(approval, status, 'system:run');
      return { status: closed.status };
    },
    'approval.escalate': async ({ approval, to, kind }) => {
      await requireEscalation(ports, await ownApproval(ports, approval), to);
      await ports.store.approvals.escalate({ id: approval, to, kind });
    },
  };
}

async function open(ports: Ports, input: OpenApproval): Promise<OpenedApproval> {
  const order = await requireRun(ports, input);
  requirePlanned(await planOf(ports.store, order), input);
  const { plan, summary, facts, roles, quorum, expiresAtMs } = input;
  const expiresAt = new Date(expiresAtMs).toISOString();
  const digest = digestOf(plan);
  const record = await ports.store.approvals.open({ plan, digest, summary, facts, roles, quorum, expiresAt, requester: order.requester });
  return { approval: record.id, digest };
}

/** INVARIANT: who is asked, about which steps, is the ordered plan's word; a workflow can ask for no less. */
function requirePlanned(ordered: Plan, { run, plan, roles, quorum }: OpenApproval): void {
  const step = ordered.steps[stepId(plan.step)];
  const asked = step?.kind === 'approval' ? step : undefined;
  const sameRoles = asked !== undefined && canonicalJson(asked.roles.toSorted()) === canonicalJson(roles.toSorted());
  const sameSteps = plan.effects.every((effect) => asked?.of.includes(stepId(effect.step)));
  const sameQuorum = asked?.quorum.is !== 'value' || asked.quorum.value === quorum;
  if (plan.run === run && sameRoles && sameSteps && sameQuorum && quorum >= 1) return;
  throw new EdictError('order-mismatch', `the ordered plan does not ask for approval \`${plan.step}\` in this way`, {
    where: `run/${run}`,
  });
}

async function requireEscalation(ports: Ports, record: ApprovalRecord, to: readonly string[]): Promise<void> {
  const plan = await planOf(ports.store, await requireRun(ports, record));
  const step = plan.steps[stepId(record.plan.step)];
  const allowed = step?.kind === 'approval' ? [...step.roles, ...(step.escalate?.to ?? [])] : [];
  if (to.every((role) => allowed.includes(role))) return;
  throw new EdictError('order-mismatch', `the ordered plan does not take approval \`${record.id}\` to \`${to.join(', ')}\``, {
    where: `run/${record.run}`,
  });
}

async function vote(ports: Ports, message: SignedVote): Promise<VoteOutcome> {
  const signed = parseVote(message);
  if (!(await statementHolds(ports, signed))) {
    const { approval, by, decision } = signed.vote;
    await ports.store.audit.append({
      actor: 'system:approval',
      event: 'vote-refused',
      subject: `approval/${approval}`,
      detail: { code: 'statement-forged', claimedBy: by, decision },
    });
    throw new EdictError('statement-forged', `the vote on \`${approval}\` does not carry the signature of a door of ours`);
  }
  await ownApproval(ports, signed.vote.approval);
  const record = await ports.store.approvals.vote(signed.vote);
  return outcome(record);
}

/** What comes as a raw message has any shape. */
function parseVote(message: unknown): SignedVote {
  const parsed = signedVoteSchema.safeParse(message);
  if (!parsed.success)
    throw new EdictError('input-invalid', 'the vote has not the shape of a signed vote', { where: parsed.error.issues[0]?.path.join('/') });
  return parsed.data as SignedVote;
}

async function ownApproval(ports: Ports, id: string): Promise<ApprovalRecord> {
  const record = await ports.store.approvals.get(id);
  if (record === undefined) throw new EdictError('not-found', `no approval \`${id}\``);
  requireWorkflow(ports, `run/${record.run}`);
  return record;
}

function outcome(record: ApprovalRecord): VoteOutcome {
  const approvals = record.votes.filter((one) => one.decision === 'approve').length;
  const denial = record.votes.find((one) => one.decision === 'deny');
  return { status: record.status, approvals, quorum: record.quorum, reason: denial?.reason };
}

/** HMAC-SHA-256 over the canonical JSON of the vote, base64url, compared in constant time. No key means that nothing holds. */
async function statementHolds(ports: Ports, { vote: statement, signature }: SignedVote): Promise<boolean> {
  const key = await ports.store.secrets.get('statement-key');
  if (key === undefined) return false;
  const expected = createHmac('sha256', key).update(canonicalJson(statement)).digest();
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
