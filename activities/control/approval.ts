/** Approvals: opened by the run that needs them, decided by signed votes that are verified here, before the store counts them. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Activities, OpenApproval, OpenedApproval, VoteOutcome } from '../contract.ts';
import { canonicalJson, digestOf, type Digest } from '../../domain/digest.ts';
import { EdictError, errorTable, type ErrorCode } from '../../domain/errors.ts';
import type { ApprovalRecord, ApprovalPlan, SignedVote } from '../../domain/playbook/approval.ts';
import { shownOf } from '../../domain/playbook/approval/shown.ts';
import type { ApprovalGrant } from '../../domain/playbook/engine/state.ts';
import type { ApprovalStep, Plan } from '../../domain/playbook/plan.ts';
import { planOf, requireRun, stepId } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';

const text = z.string().min(1).max(200);
const signedVoteSchema = z.strictObject({
  vote: z.strictObject({
    approval: text,
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    decision: z.enum(['approve', 'deny', 'break-glass']),
    by: text,
    at: z.iso.datetime({ offset: true }),
    reason: z.string().max(4000).optional(),
    onBehalfOf: text.optional(),
    narrow: z.strictObject({ steps: z.array(text).min(1).max(100).optional(), lease: z.string().max(40).optional() }).optional(),
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
      const grant = grantOf(closed);
      return { status: closed.status, ...(grant === undefined ? {} : { grant }) };
    },
    'approval.escalate': async ({ approval, to, people, kind }) => {
      await requireEscalation(ports, await ownApproval(ports, approval), { to, people: people ?? [] });
      await ports.store.approvals.escalate({ id: approval, to, people, kind });
    },
  };
}

async function open(ports: Ports, input: OpenApproval): Promise<OpenedApproval> {
  const order = await requireRun(ports, input);
  const { breakGlass } = requirePlanned(await planOf(ports.store, order), order.version, input);
  const { run: _, expiresAtMs, ...asked } = input;
  const digest = digestOf(asked.plan);
  const expiresAt = new Date(expiresAtMs).toISOString();
  const record = await ports.store.approvals.open({ ...asked, digest, expiresAt, requester: order.requester, breakGlass });
  return { approval: record.id, digest };
}

/** INVARIANT: who is asked, about which steps, and what is shown with them, is the ordered plan's word; a workflow can ask for no less. */
function requirePlanned(
  ordered: Plan,
  version: string,
  { run, plan, roles, people = [], quorum, expiresAtMs }: OpenApproval,
): ApprovalStep {
  const step = ordered.steps[stepId(plan.step)];
  const asked = step?.kind === 'approval' ? step : undefined;
  const ofRun = plan.run === run && plan.playbook === ordered.playbook && plan.version === version;
  if (asked !== undefined && ofRun && asksAll(asked, { roles, people, quorum }) && showsAll(ordered, asked, plan, expiresAtMs))
    return asked;
  throw new EdictError('order-mismatch', `the ordered plan does not ask for approval \`${plan.step}\` in this way`, {
    where: `run/${run}`,
  });
}

type AskedOf = { readonly roles: readonly string[]; readonly people: readonly string[]; readonly quorum: number };

function asksAll({ roles, people = [], quorum }: ApprovalStep, asked: AskedOf): boolean {
  const enough = asked.quorum >= 1 && (quorum.is !== 'value' || quorum.value === asked.quorum);
  return enough && sameSet(roles, asked.roles) && sameSet(people, asked.people);
}

/** Of the covered steps alone, and with what follows from them; only the blast radius is what the run has found out. */
// oxlint-disable-next-line max-params -- the two plans, the step, and the time
function showsAll(ordered: Plan, step: ApprovalStep, { effects, shown }: ApprovalPlan, expiresAtMs: number): boolean {
  if (!effects.every((effect) => step.of.includes(stepId(effect.step)))) return false;
  const expected = shownOf(ordered, step, { effects, expiresAtMs, blastRadius: shown?.blastRadius ?? [] });
  return canonicalJson(shown ?? null) === canonicalJson(expected ?? null);
}

const sameSet = (some: readonly string[], others: readonly string[]): boolean =>
  canonicalJson(some.toSorted()) === canonicalJson(others.toSorted());

type Asked = { readonly to: readonly string[]; readonly people: readonly string[] };

async function requireEscalation(ports: Ports, record: ApprovalRecord, { to, people }: Asked): Promise<void> {
  const plan = await planOf(ports.store, await requireRun(ports, record));
  const step = plan.steps[stepId(record.plan.step)];
  const rungs = step?.kind === 'approval' ? [step.escalate ?? []].flat() : [];
  const planned = step?.kind === 'approval' ? step : { roles: [], people: [] };
  const roles = [...planned.roles, ...rungs.flatMap((rung) => rung.to)];
  const named = [...(planned.people ?? []), ...rungs.flatMap((rung) => rung.people ?? [])];
  if (to.every((role) => roles.includes(role)) && people.every((person) => named.includes(person))) return;
  throw new EdictError(
    'order-mismatch',
    `the ordered plan does not take approval \`${record.id}\` to \`${[...to, ...people].join(', ')}\``,
    {
      where: `run/${record.run}`,
    },
  );
}

async function vote(ports: Ports, message: SignedVote): Promise<VoteOutcome> {
  const signed = await recordingRefusal(ports, message, () => verified(ports, message));
  // From here on the store records a refusal itself, in the transaction that decides.
  return outcome(await ports.store.approvals.vote(signed.vote), signed.vote.digest);
}

/** The statement of a door of ours, about an approval of the calling run. */
async function verified(ports: Ports, message: SignedVote): Promise<SignedVote> {
  const signed = parseVote(message);
  const { approval } = signed.vote;
  if (!(await statementHolds(ports, signed)))
    throw new EdictError('statement-forged', `the vote on \`${approval}\` does not carry the signature of a door of ours`);
  await ownApproval(ports, approval);
  return signed;
}

/** What is refused before the store is asked is in the ledger too: who sends such things is worth knowing. */
async function recordingRefusal<T>(ports: Ports, message: unknown, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof EdictError && !errorTable[error.code].retryable) await recordRefusal(ports, message, error.code);
    throw error;
  }
}

async function recordRefusal(ports: Ports, message: unknown, code: ErrorCode): Promise<void> {
  const { approval, by, decision } = ((message as Partial<SignedVote> | null)?.vote ?? {}) as { readonly [part: string]: unknown };
  const said = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 200) : null);
  const caller = ports.caller().workflowId ?? 'none';
  const known = typeof approval === 'string' && (await ports.store.approvals.get(approval.slice(0, 200)).catch(() => undefined));
  await ports.store.audit.append({
    actor: 'system:approval',
    event: 'approval-vote-refused',
    subject: known ? `approval/${known.id}` : caller,
    detail: { code, claimedBy: said(by), claimedApproval: said(approval), decision: said(decision), through: caller },
  });
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

function outcome(record: ApprovalRecord, digest: Digest): VoteOutcome {
  const approvals = record.votes.filter((one) => one.decision === 'approve' && one.digest === digest).length;
  const denial = record.votes.find((one) => one.decision === 'deny');
  const grant = grantOf(record);
  return {
    status: record.status,
    approvals,
    quorum: record.quorum,
    reason: denial?.reason,
    ...(grant === undefined ? {} : { grant }),
    ...(record.review === undefined ? {} : { review: record.review.id }),
  };
}

/** What the run may do now, where it may. A plan that was narrowed is told effect by effect. */
function grantOf({ granted, digest, plan }: ApprovalRecord): ApprovalGrant | undefined {
  if (granted === undefined) return undefined;
  if (granted.digest === digest) return { by: granted.by };
  const leases = new Map(plan.effects.map(({ step, lease }) => [step, lease]));
  const effects = granted.plan.effects.map((effect) => {
    const shorter = effect.lease !== undefined && effect.lease !== leases.get(effect.step);
    return [effect.step, { digest: digestOf(effect), ...(shorter ? { lease: effect.lease } : {}) }] as const;
  });
  return { by: granted.by, effects: Object.fromEntries(effects) };
}

/** HMAC-SHA-256 over the canonical JSON of the vote, base64url, compared in constant time. No key means that nothing holds. */
async function statementHolds(ports: Ports, { vote: statement, signature }: SignedVote): Promise<boolean> {
  const key = await ports.store.secrets.get('statement-key');
  if (key === undefined) return false;
  const expected = createHmac('sha256', key).update(canonicalJson(statement)).digest();
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
