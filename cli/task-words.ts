/** What a simulated run asked of people to do, as a report and in words. */
import { printDuration } from '../domain/playbook/duration.ts';
import type { SimulatedTask, TaskActResult } from '../domain/playbook/simulate-task.ts';
import { expectedOf } from '../domain/playbook/task.ts';
import { style } from './output.ts';

export function taskReport({ command, openedAtMs, status, claimedBy, answer, asked }: SimulatedTask) {
  const { step, undo, title, instructions, outputs, roles, people, expiresAtMs } = command;
  return {
    step,
    undo,
    title,
    instructions,
    asked: printDuration(openedAtMs),
    expires: printDuration(expiresAtMs),
    of: [...roles, ...people],
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, expectedOf(output)])),
    status,
    claimedBy,
    answer,
    reminders: asked.map(({ atMs, kind, to }) => ({ at: printDuration(atMs), kind, to })),
  };
}

export function refusedActs(acts: readonly TaskActResult[]) {
  return acts.flatMap(({ act: { atMs, who, does, step }, refused }) =>
    refused === undefined ? [] : [{ at: printDuration(atMs), who, does, step, refused }],
  );
}

type Report = { readonly tasks: readonly ReturnType<typeof taskReport>[]; readonly refusedActs: ReturnType<typeof refusedActs> };

export function simulatedTaskWords({ tasks, refusedActs: refused }: Report): readonly string[] {
  return [
    ...tasks.flatMap(({ step, undo, instructions, asked, expires, of, outputs, status, claimedBy, answer, reminders }) => [
      '',
      `${style.bold(`task ${step}`)}${undo ? ' (takes back)' : ''}  ${status}  asked of ${of.join(' or ')} at ${asked}, expires at ${expires}`,
      `  ${instructions}`,
      ...Object.entries(outputs).map(([name, expected]) => `  ${name}: ${expected}`),
      ...reminders.map(({ at, kind, to }) => `  ${at} ${kind}: ${to.join(', ')}`),
      ...(claimedBy === undefined ? [] : [`  taken on by ${claimedBy}`]),
      ...(answer === undefined ? [] : [`  ${answer.by}: ${JSON.stringify(answer.outputs)}`]),
    ]),
    ...refused.map(({ at, who, does, step, refused: code }) => `  ${at} the ${does} of ${who} on ${step} was refused: ${code}`),
  ];
}
