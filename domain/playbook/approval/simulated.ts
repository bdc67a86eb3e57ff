/** Approvals and people in a simulation: the rules of the store (whose vote counts, on which plan, and when), over people as data. */
import { canonicalJson, digestOf } from '../../digest.ts';
import { EdictError, type ErrorCode } from '../../errors.ts';
import type { ApprovalPlan, Narrow, Vote } from '../approval.ts';
import type { Command, EngineEvent, OpenApprovalCommand } from '../engine/messages.ts';
import type { ApprovalGrant } from '../engine/state.ts';
import type { Plan } from '../plan.ts';
import { leftOut, votedPlan } from './narrow.ts';
import { countingVotes, participants, standingRefusal, takesPart, type Rights } from './standing.ts';

export type PersonAct = {
  readonly atMs: number;
  readonly who: string;
  readonly decision: 'approve' | 'deny' | 'break-glass';
  /** The approval step. */
  readonly step: string;
  /** The voter's roles; without them, the ones that the approval asks for. */
  readonly roles?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  readonly narrow?: Narrow | undefined;
};

/** Without an end it is taken back. */
export type DelegationAct = {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly roles: readonly string[];
  readonly untilMs?: number | undefined;
};

export type SimulatedApproval = {
  readonly id: string;
  readonly command: OpenApprovalCommand;
  readonly openedAtMs: number;
  /** Besides who started the run. */
  readonly askedBy?: string | undefined;
  status: 'open' | 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly votes: { readonly who: string; readonly decision: string; readonly onBehalfOf?: string }[];
  readonly asked: {
    readonly atMs: number;
    readonly kind: string;
    readonly to: readonly string[];
    readonly people?: readonly string[] | undefined;
  }[];
  /** Of one that was approved. */
  by?: 'quorum' | 'break-glass';
  /** What a narrower plan left out, and the leases that it shortened. */
  withheld?: readonly string[];
  leases?: { readonly [step: string]: string };
};
export type VoteResult = { readonly act: PersonAct; readonly refused?: ErrorCode | undefined };

export type ApprovalBench = {
  readonly nowMs: number;
  readonly plan: Plan;
  readonly requester: string;
  readonly approvals: SimulatedApproval[];
  readonly votes: VoteResult[];
  readonly ballots: Map<string, Vote[]>;
  readonly delegations: DelegationAct[];
  readonly later: (atMs: number, event: EngineEvent) => void;
};

export function openApproval({ approvals, nowMs, later }: ApprovalBench, command: OpenApprovalCommand): void {
  const id = `approval-${approvals.length + 1}`;
  approvals.push({ id, command, openedAtMs: nowMs, status: 'open', votes: [], asked: [] });
  later(nowMs, { type: 'approval-opened', step: command.step, approval: id, digest: digestOf(command.plan), nowMs });
}

export function closeApproval(bench: ApprovalBench, { approval, status }: Extract<Command, { type: 'close-approval' }>): void {
  const record = bench.approvals.find(({ id }) => id === approval);
  if (!record) return;
  if (record.status === 'open') record.status = status;
  decided(bench, record, undefined);
}

export function escalateApproval(bench: ApprovalBench, { approval, kind, to, people }: Extract<Command, { type: 'escalate' }>): void {
  const record = bench.approvals.find(({ id }) => id === approval);
  record?.asked.push({ atMs: bench.nowMs, kind, to, ...(people ? { people } : {}) });
}

export function delegate({ delegations }: ApprovalBench, act: DelegationAct): void {
  delegations.push(act);
}

export function vote(bench: ApprovalBench, act: PersonAct): void {
  const record = bench.approvals.findLast(({ command }) => command.step === act.step);
  const refused = record ? refusalOf(bench, record, act) : 'approval-closed';
  bench.votes.push({ act, ...(refused === undefined ? {} : { refused }) });
  if (refused !== undefined || !record) return;
  const { who, decision, onBehalfOf } = act;
  if (decision === 'break-glass') return grant(bench, record, act);
  record.votes.push({ who, decision, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) });
  const ballots = [...ballotsOf(bench, record), ballotOf(record, act, decision)];
  bench.ballots.set(record.id, ballots);
  if (decision === 'deny') {
    record.status = 'denied';
    return decided(bench, record, undefined);
  }
  const digest = digestOf(planOf(record, act));
  const counting = countingVotes({ ...askOf(bench, record), votes: ballots }, digest, rightsOf(bench, record, act));
  if (counting.length >= record.command.quorum) grant(bench, record, act);
}

function grant(bench: ApprovalBench, record: SimulatedApproval, act: PersonAct): void {
  const { plan: whole } = record.command;
  const plan = planOf(record, act);
  record.status = 'approved';
  record.by = act.decision === 'break-glass' ? 'break-glass' : 'quorum';
  if (act.narrow === undefined) return decided(bench, record, { by: record.by });
  const leases = new Map(whole.effects.map(({ step, lease }) => [step, lease]));
  const effects = plan.effects.map((effect) => {
    const shorter = effect.lease !== undefined && effect.lease !== leases.get(effect.step);
    return [effect.step, { digest: digestOf(effect), ...(shorter ? { lease: effect.lease } : {}) }] as const;
  });
  record.withheld = leftOut(whole, plan);
  record.leases = Object.fromEntries(effects.flatMap(([step, { lease }]) => (lease === undefined ? [] : [[step, lease]])));
  decided(bench, record, { by: record.by, effects: Object.fromEntries(effects) });
}

function decided({ nowMs, later }: ApprovalBench, { id, status }: SimulatedApproval, given: ApprovalGrant | undefined): void {
  if (status === 'open') return;
  later(nowMs, { type: 'approval-decided', approval: id, status, ...(given ? { grant: given } : {}), nowMs });
}

/** In the order of the store. */
function refusalOf(bench: ApprovalBench, record: SimulatedApproval, act: PersonAct): ErrorCode | undefined {
  if (record.status !== 'open') return 'approval-closed';
  if (bench.nowMs >= record.command.expiresAtMs) return 'approval-expired';
  const narrow = narrowFault(record, act);
  if (narrow !== undefined) return narrow;
  const personal = act.decision === 'break-glass' ? glassRefusal(bench, record, act) : voterRefusal(bench, record, act);
  return personal ?? reasonRefusal(record, act);
}

function narrowFault(record: SimulatedApproval, act: PersonAct): ErrorCode | undefined {
  try {
    planOf(record, act);
    return undefined;
  } catch (error) {
    if (error instanceof EdictError) return error.code;
    throw error;
  }
}

function voterRefusal(bench: ApprovalBench, record: SimulatedApproval, act: PersonAct): ErrorCode | undefined {
  const voter = { by: act.who, onBehalfOf: act.onBehalfOf };
  const code = standingRefusal(askOf(bench, record), voter, rightsOf(bench, record, act));
  if (code === 'approval-by-requester') return code;
  return takesPart(participants(ballotsOf(bench, record)), voter) ? 'approval-vote-repeated' : code;
}

function glassRefusal(bench: ApprovalBench, { command }: SimulatedApproval, act: PersonAct): ErrorCode | undefined {
  const step = bench.plan.steps[command.step.slice(command.step.lastIndexOf('.') + 1)];
  const allowed = step?.kind === 'approval' ? step.breakGlass?.roles : undefined;
  if (allowed === undefined) return 'break-glass-denied';
  if (act.who === bench.requester) return 'approval-by-requester';
  if (act.onBehalfOf !== undefined) return 'break-glass-denied';
  return (act.roles ?? allowed).some((role) => allowed.includes(role)) ? undefined : 'break-glass-denied';
}

function reasonRefusal({ command }: SimulatedApproval, { decision, reason = '' }: PersonAct): ErrorCode | undefined {
  const needed = decision === 'break-glass' || (decision === 'approve' && command.plan.shown?.risk === 'high');
  return needed && reason.trim() === '' ? 'approval-reason-missing' : undefined;
}

function askOf({ requester }: ApprovalBench, { command, asked, askedBy }: SimulatedApproval) {
  const wider = asked.filter(({ kind }) => kind === 'escalate');
  return {
    roles: [...command.roles, ...wider.flatMap(({ to }) => to)],
    people: [...(command.people ?? []), ...wider.flatMap(({ people = [] }) => people)],
    excluded: askedBy === undefined ? [requester] : [requester, askedBy],
  };
}

/** People have the roles that are said of them, else those that are asked for; who passes roles on has them. */
function rightsOf(bench: ApprovalBench, record: SimulatedApproval, act: PersonAct): Rights {
  const { roles: asked } = askOf(bench, record);
  const said = new Map(bench.votes.flatMap(({ act: one }) => (one.roles ? [[one.who, one.roles] as const] : [])));
  if (act.roles) said.set(act.who, act.roles);
  return { roles: (person) => said.get(person) ?? asked, delegated: (from, to) => passedOn(bench, from, to) };
}

function passedOn({ delegations, nowMs }: ApprovalBench, from: string, to: string): readonly string[] {
  const last = delegations.findLast((one) => one.from === from && one.to === to);
  return last?.untilMs === undefined || last.untilMs <= nowMs ? [] : last.roles;
}

function ballotsOf({ ballots }: ApprovalBench, { id }: SimulatedApproval): readonly Vote[] {
  return ballots.get(id) ?? [];
}

function ballotOf(record: SimulatedApproval, act: PersonAct, decision: Vote['decision']): Vote {
  const { who: by, onBehalfOf } = act;
  const digest = digestOf(planOf(record, act));
  return { approval: record.id, digest, decision, by, at: '', ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
}

/** Who votes for a plan that others made narrower says the same of it. */
function planOf({ command }: SimulatedApproval, { narrow }: PersonAct): ApprovalPlan {
  return votedPlan(command.plan, narrow === undefined || canonicalJson(narrow) === '{}' ? undefined : narrow);
}
