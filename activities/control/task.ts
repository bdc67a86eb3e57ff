/** Tasks: opened by the run that needs them, as its ordered plan says and no otherwise; the answer is the one that a door recorded. */
import type { Activities, EndedTask, OpenTask } from '../contract.ts';
import { canonicalJson } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Plan, TaskPlan } from '../../domain/playbook/plan.ts';
import type { TaskRecord } from '../../domain/playbook/task.ts';
import { planOf, requireRun, stepId } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';

type TaskActivities = Pick<Activities, 'task.open' | 'task.close' | 'task.answer' | 'task.escalate'>;

export function taskActivities(ports: Ports): TaskActivities {
  return {
    'task.open': async (input) => open(ports, input),
    'task.close': async ({ task, status }) => {
      await ownTask(ports, task);
      return ended(await ports.store.tasks.close(task, status, 'system:run'));
    },
    'task.answer': async ({ run, task }) => {
      const record = await ownTask(ports, task);
      if (record.run !== run) throw new EdictError('order-mismatch', `task \`${task}\` is not of run \`${run}\``);
      if (record.status === 'open') throw new EdictError('run-state-wrong', `task \`${task}\` is open: nobody has answered it`);
      await ports.store.tasks.delivered(task);
      return ended(record);
    },
    'task.escalate': async ({ task, to, people, kind }) => {
      await requireEscalation(ports, await ownTask(ports, task), [...to, ...people]);
      await ports.store.tasks.escalate({ id: task, to, people, kind });
    },
  };
}

async function open(ports: Ports, input: OpenTask): Promise<{ readonly task: string }> {
  const order = await requireRun(ports, input);
  requirePlanned(await planOf(ports.store, order), input);
  const { expiresAtMs, ...asked } = input;
  const { id } = await ports.store.tasks.open({ ...asked, expiresAt: new Date(expiresAtMs).toISOString() });
  return { task: id };
}

/** INVARIANT: who is asked, and for which values, is the ordered plan's word. */
function requirePlanned(plan: Plan, { run, step, undo, roles, people, outputs }: OpenTask): void {
  const planned = taskPlan(plan, step, undo);
  const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
  if (planned && same(planned.roles, roles) && same(planned.people, people) && same(planned.outputs, outputs)) return;
  throw new EdictError('order-mismatch', `the ordered plan does not ask for task \`${step}\` in this way`, { where: `run/${run}` });
}

async function requireEscalation(ports: Ports, record: TaskRecord, to: readonly string[]): Promise<void> {
  const planned = taskPlan(await planOf(ports.store, await requireRun(ports, record)), record.step, record.undo);
  const rungs = (planned?.escalate ?? []).flatMap((rung) => [...rung.to, ...(rung.people ?? [])]);
  const allowed = [...(planned?.roles ?? []), ...(planned?.people ?? []), ...rungs];
  if (to.every((one) => allowed.includes(one))) return;
  throw new EdictError('order-mismatch', `the ordered plan does not take task \`${record.id}\` to \`${to.join(', ')}\``, {
    where: `run/${record.run}`,
  });
}

function taskPlan(plan: Plan, key: string, undo: boolean): TaskPlan | undefined {
  const step = plan.steps[stepId(key)];
  if (step?.kind !== 'manual') return undefined;
  return undo ? step.undo : step;
}

async function ownTask(ports: Ports, id: string): Promise<TaskRecord> {
  const record = await ports.store.tasks.get(id);
  if (record === undefined) throw new EdictError('not-found', `there is no task \`${id}\``);
  requireWorkflow(ports, `run/${record.run}`);
  return record;
}

function ended({ id, status, answer, answeredBy, claimedBy }: TaskRecord): EndedTask {
  if (status === 'answered') return { status, by: answeredBy ?? '', outputs: answer ?? {} };
  if (status === 'open') throw new EdictError('run-state-wrong', `task \`${id}\` is open`);
  return { status, claimed: claimedBy !== undefined };
}
