/** Performs what a run asks of people: approvals are opened, closed and taken further by activities; what the store answers decides. */
import type { Command, OpenApprovalCommand } from '../../domain/playbook/engine/messages.ts';
import { control } from '../options.ts';
import { launch, type RunDriver } from './launch.ts';

export function openApproval(driver: RunDriver, command: OpenApprovalCommand): void {
  const { step, plan, summary, facts, roles, people, quorum, expiresAtMs } = command;
  const asked = { plan, summary, facts, roles, ...(people ? { people } : {}), quorum, expiresAtMs };
  launch(driver, () => control['approval.open']({ run: driver.state.run, ...asked }), {
    done: ({ approval, digest }) => driver.feed({ type: 'approval-opened', step, approval, digest, nowMs: Date.now() }),
    failed: (error) => driver.feed({ type: 'approval-failed', step, error, nowMs: Date.now() }),
  });
}

export function closeApproval(driver: RunDriver, { step, approval, status: wanted }: Extract<Command, { type: 'close-approval' }>): void {
  launch(driver, () => control['approval.close']({ approval, status: wanted }), {
    done: ({ status, grant }) =>
      driver.feed({
        type: 'approval-decided',
        approval,
        status: status === 'open' ? wanted : status,
        ...(grant ? { grant } : {}),
        nowMs: Date.now(),
      }),
    failed: (error) => driver.feed({ type: 'approval-failed', step, error, nowMs: Date.now() }),
  });
}

/** Nothing waits for it: an approval is as good without its reminder. */
export function escalate(driver: RunDriver, { approval, to, people, kind }: Extract<Command, { type: 'escalate' }>): void {
  const asked = { approval, to, ...(people ? { people } : {}), kind };
  launch(driver, () => control['approval.escalate'](asked), { done: () => undefined, failed: () => undefined });
}
