/** Called runs in memory: ordered once for each call, their ends read from what was recorded. What they did is not taken back here. */
import { ApplicationFailure } from '@temporalio/common';
import type { Activities, LoadedRun } from '../../activities/contract.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { RunView } from '../../domain/playbook/view.ts';

type Known = {
  readonly runs: Map<string, LoadedRun & { cancelledBy?: string }>;
  readonly views: Map<string, RunView>;
  readonly playbooks: Map<string, Plan>;
};

export function memoryChildren(memory: Known): Pick<Activities, 'child.order' | 'child.cancel' | 'child.result' | 'child.undo'> {
  return {
    'child.order': async ({ run, calls }) => {
      const caller = memory.runs.get(run) ?? refuse('order-missing');
      return calls.map(({ step, invocation, playbook, inputs }) => {
        const plan = memory.playbooks.get(playbook);
        if (!plan) return { refused: { code: 'not-found', message: `no playbook \`${playbook}\` is published` } };
        const child = `${run}.${step}.${invocation}`;
        const origin = { kind: 'child', run, step, depth: (caller.origin?.depth ?? 0) + 1 } as const;
        if (!memory.runs.has(child)) memory.runs.set(child, { plan, inputs, requester: caller.requester, origin });
        return { run: child, version: plan.version };
      });
    },
    'child.cancel': async ({ run, child }) => {
      const known = memory.runs.get(child) ?? refuse('order-mismatch');
      memory.runs.set(child, { ...known, cancelledBy: `run:${run}` });
    },
    'child.result': async ({ child }) => {
      const view = memory.views.get(child);
      if (view?.status !== 'ended') return {};
      const { outcome = 'failed', outputs, error } = view;
      return { end: { outcome, effects: false, ...(outputs ? { outputs } : {}), ...(error ? { error } : {}) } };
    },
    'child.undo': async () => ({ next: 'nothing' }),
  };
}

function refuse(code: string): never {
  throw ApplicationFailure.nonRetryable(code, code);
}
