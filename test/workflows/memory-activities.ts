/** The contract of activities in memory: orders, approvals and effects as the store would keep them, and actions that are fakes. */
import { ApplicationFailure } from '@temporalio/common';
import { begun, runAhead, type Perform } from '../../activities/control/ahead.ts';
import type { Activities, ActionCall, LoadedRun } from '../../activities/contract.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { actions, type ActionName, type ActionSpec } from '../../domain/playbook/actions.ts';
import type { ApprovalStatus, Vote } from '../../domain/playbook/approval.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { PayloadCodec } from '../../store/payload-codec.ts';
import { runEndCodec } from '../../worker/run-end-codec.ts';
import { memoryChildren } from './memory-children.ts';

export type MemoryApproval = {
  id: string;
  step: string;
  run: string;
  digest: string;
  roles: string[];
  quorum: number;
  expiresAtMs: number;
  status: ApprovalStatus;
  votes: Vote[];
  asked: string[];
};
export type MemoryEffect = { key: string; action: string; params: JsonObject; times: number; undone: number };

export type Memory = {
  readonly runs: Map<string, LoadedRun & { cancelledBy?: string }>;
  readonly approvals: Map<string, MemoryApproval>;
  readonly effects: Map<string, MemoryEffect>;
  readonly views: Map<string, RunView>;
  /** Those that can be called. */
  readonly playbooks: Map<string, Plan>;
  readonly calls: { action: string; call: ActionCall }[];
  readonly diverged: { effect: string; code: string }[];
};

export type Fakes = { readonly [name in ActionName]?: (call: ActionCall) => Promise<JsonObject> | JsonObject };

/** A vote is genuine when its signature says so. */
export const genuine = 'genuine';

export function emptyMemory(): Memory {
  return { runs: new Map(), approvals: new Map(), effects: new Map(), views: new Map(), playbooks: new Map(), calls: [], diverged: [] };
}

export function refuse(code: ErrorCode, message: string = code): never {
  throw ApplicationFailure.nonRetryable(message, code);
}

export function memoryActivities(memory: Memory, fakes: Fakes = {}): Partial<Activities> {
  const performs = Object.fromEntries(
    (Object.keys(actions) as ActionName[]).map((name) => [name, (call: ActionCall) => perform(memory, fakes, name, call)]),
  );
  const quickly: Perform = (call, { action }) => perform(memory, fakes, action, call);
  return {
    ...(performs as unknown as Activities),
    ...memoryChildren(memory),
    'run.load': async ({ run, beginsAtMs }) =>
      begun(run, memory.runs.get(run) ?? refuse('order-missing', `run \`${run}\` was never ordered`), beginsAtMs, quickly),
    'run.ahead': async (input) => runAhead(input, memory.runs.get(input.run)?.plan, quickly),
    'run.cancellation': async ({ run }) => ({ by: memory.runs.get(run)?.cancelledBy }),
    'effect.diverged': async ({ effect, error }) => (memory.diverged.push({ effect, code: error.code }), { status: 'diverged' }),
    'run.finish': async ({ run, view }) => void memory.views.set(run, view),
    'approval.open': async ({ run, plan, roles, quorum, expiresAtMs }) => {
      const digest = digestOf(plan);
      const id = `ap-${digestOf({ run, step: plan.step, digest }).slice(7, 19)}`;
      if (!memory.approvals.has(id))
        memory.approvals.set(id, {
          id,
          step: plan.step,
          run,
          digest,
          roles: [...roles],
          quorum,
          expiresAtMs,
          status: 'open',
          votes: [],
          asked: [],
        });
      return { approval: id, digest };
    },
    'approval.vote': async ({ vote: { decision, ...rest }, signature }) => {
      if (signature !== genuine || decision === 'break-glass') return refuse('statement-forged');
      const vote: Vote = { ...rest, decision };
      const record = memory.approvals.get(vote.approval);
      if (!record || record.status !== 'open') return refuse('approval-closed');
      if (Date.now() >= record.expiresAtMs) refuse('approval-expired');
      if (vote.digest !== record.digest) refuse('approval-digest-changed');
      if (vote.by === memory.runs.get(record.run)?.requester) refuse('approval-by-requester');
      if (record.votes.some(({ by }) => by === vote.by)) refuse('approval-vote-repeated');
      record.votes.push(vote);
      const approvals = record.votes.filter(({ decision }) => decision === 'approve').length;
      if (vote.decision === 'deny') record.status = 'denied';
      else if (approvals >= record.quorum) record.status = 'approved';
      return { status: record.status, approvals, quorum: record.quorum };
    },
    'approval.close': async ({ approval, status }) => {
      const record = memory.approvals.get(approval) ?? refuse('not-found');
      if (record.status === 'open') record.status = status;
      return { status: record.status };
    },
    'approval.escalate': async ({ approval, kind }) => void memory.approvals.get(approval)?.asked.push(kind),
  };
}

/** What records the end of a run is the same as where an activity does. */
export const endsAs = (activities: Partial<Activities>): PayloadCodec =>
  runEndCodec(async (view) => activities['run.finish']?.({ run: view.run, view }));

async function perform(memory: Memory, fakes: Fakes, name: ActionName, call: ActionCall): Promise<JsonObject> {
  memory.calls.push({ action: name, call });
  const outputs = (await fakes[name]?.(call)) ?? (name === 'control.noop' ? { value: call.params['value'] ?? null } : {});
  if (call.undoes !== undefined) {
    const effect = memory.effects.get(call.undoes);
    if (effect) effect.undone++;
  } else if ((actions[name] as ActionSpec).does === 'effect') {
    const key = `${call.run}/${call.step}/${call.invocation}`;
    const known = memory.effects.get(key);
    if (known) known.times++;
    else memory.effects.set(key, { key, action: name, params: call.params, times: 1, undone: 0 });
  }
  return outputs;
}
