/** In a simulation, people are asked to extend a lease as the store asks them: of the step `<step>/lease`, whom the effect's approval or the playbook names. */
import type { Command } from '../engine/messages.ts';
import type { ApprovalBench } from './simulated.ts';

/** `by`: who told the run so; they do not approve it. */
export function askExtension(
  bench: ApprovalBench,
  { step, effect, fromMs, untilMs }: Extract<Command, { type: 'ask-extension' }>,
  by: string | undefined,
): void {
  const { approvals, nowMs, plan, later } = bench;
  const id = `approval-${approvals.length + 1}`;
  const planned = plan.steps[step.slice(step.lastIndexOf('.') + 1).replace(/\[\d+\]$/u, '')];
  const action = planned?.kind === 'action' ? planned : undefined;
  const covering = approvals.findLast(({ command }) => command.plan.effects.some((each) => each.step === step))?.command;
  const params = { effect, from: fromMs, until: untilMs ?? 'for good' };
  approvals.push({
    id,
    command: {
      type: 'open-approval',
      step: `${step}/lease`,
      plan: {
        run: 'simulated',
        playbook: plan.playbook,
        version: plan.version,
        step: `${step}/lease`,
        effects: [{ step, action: 'lease.extend', params }],
      },
      summary: '',
      facts: {},
      roles: covering?.roles ?? action?.extend ?? ['manager'],
      quorum: covering?.quorum ?? 1,
      expiresAtMs: fromMs,
    },
    openedAtMs: nowMs,
    ...(by === undefined ? {} : { askedBy: by }),
    status: 'open',
    votes: [],
    asked: [],
  });
  later(nowMs, { type: 'extension-asked', step, approval: id, nowMs });
}
