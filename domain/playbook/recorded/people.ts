/** What people did when they were asked, for a run that asks anew: each question is answered as it was then, and as long after it was asked. */
import { EdictError } from '../../errors.ts';
import type { Command, OpenApprovalCommand, OpenTaskCommand } from '../engine/messages.ts';
import type { PersonAct } from '../simulate.ts';
import type { TaskAct } from '../simulate-task.ts';
import type { RecordedApproval, RecordedRun, RecordedTask } from './record.ts';

/** A question, and how it was answered when it was recorded; without, where the user says what people do. */
export type Asked = {
  readonly step: string;
  readonly atMs: number;
  readonly approval?: RecordedApproval | undefined;
  readonly task?: RecordedTask | undefined;
};

export type Askings = Pick<RecordedRun, 'approvals' | 'tasks'>;
/** Steps whose questions the user answers. */
type Said = { readonly said: ReadonlySet<string>; readonly notes: Set<string> };

/** Undefined for what is no question. Throws `input-invalid` for one that nobody was asked. */
export function askedBy(command: Command, atMs: number, recorded: Askings, { said, notes }: Said): Asked | undefined {
  if (command.type === 'ask-extension') return extensionAsked(`${command.step}/lease`, atMs, recorded);
  if (command.type !== 'open-approval' && command.type !== 'open-task') return undefined;
  const { step } = command;
  if (said.has(step)) return { step, atMs };
  const found = command.type === 'open-approval' ? approvalFor(command, recorded) : taskFor(command, recorded);
  const as = found.approval ?? found.task;
  if (as === undefined) throw unasked(command);
  if (as.step !== step) notes.add(`what step \`${step}\` asks is answered as \`${as.step}\` was`);
  return { step, atMs, ...found };
}

/** Silence lets a lease end as planned. */
function extensionAsked(step: string, atMs: number, { approvals }: Askings): Asked {
  return { step, atMs, approval: approvals.find((each) => each.step === step) };
}

type Found = Pick<Asked, 'approval' | 'task'>;

function approvalFor({ step, plan }: OpenApprovalCommand, { approvals }: Askings): Found {
  const actions = plan.effects.map(({ action }) => action).join();
  return { approval: approvals.find((each) => each.step === step) ?? approvals.find((each) => each.actions.join() === actions) };
}

function taskFor({ step, undo, outputs }: OpenTaskCommand, { tasks }: Askings): Found {
  const asks = Object.keys(outputs).toSorted().join();
  const same = tasks.filter((each) => each.undo === undo);
  return { task: same.find((each) => each.step === step) ?? same.find((each) => asks !== '' && each.outputs.toSorted().join() === asks) };
}

function unasked({ type, step }: OpenApprovalCommand | OpenTaskCommand): EdictError {
  const what =
    type === 'open-approval' ? 'asks for an approval that nobody was asked for' : 'asks for something that nobody was asked to do';
  return new EdictError('input-invalid', `step \`${step}\` ${what}`, { where: step, help: 'say by `people` who does what' });
}

export function votesOn(asked: readonly Asked[]): readonly PersonAct[] {
  return asked.flatMap(({ step, atMs, approval }) =>
    (approval?.votes ?? []).map(({ afterMs, ...vote }) => ({ ...vote, step, atMs: atMs + afterMs })),
  );
}

export function answersTo(asked: readonly Asked[]): readonly TaskAct[] {
  return asked.flatMap(({ step, atMs, task }) => {
    if (task?.answer === undefined) return [];
    const { afterMs, ...answer } = task.answer;
    return [{ ...answer, does: 'answer' as const, step, atMs: atMs + afterMs }];
  });
}

export const sameAskings = (a: readonly Asked[], b: readonly Asked[]): boolean =>
  a.length === b.length && a.every(({ step, atMs }, index) => b[index]?.step === step && b[index].atMs === atMs);
