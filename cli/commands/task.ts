/** `edict task`: what runs ask people to do, and the answer, typed by what the task declares. */
import type { Command } from 'commander';
import type { Task } from '../../api/contract/tasks.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { expectedOf } from '../../domain/playbook/task.ts';
import { suggest } from '../../domain/playbook/suggest.ts';
import type { AddCommands, PageFlags, Session } from '../command.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import { answer, style, table, when } from '../output.ts';

const anId = 'tsk-3924302511618ae132990152';

export const addTask: AddCommands = (program) => {
  const task = program.command('task').description('tasks that playbooks have for people');
  addReads(task);
  task
    .command('claim')
    .description('take a task on: nobody else answers it then')
    .argument('<task>')
    .option('--take', 'take it over from who has it')
    .option('--release', 'give it back to all who are asked')
    .addHelpText('after', example(`--as analyst task claim ${anId}`, `--as analyst task claim ${anId} --release`))
    .action(
      withClient(async ({ client, options }, id: string, { take = false, release = false }: { take?: boolean; release?: boolean }) => {
        if (take && release)
          throw new EdictError('input-invalid', 'a task is taken over or given back, not both', { expected: '--take or --release' });
        const claimed = await client.call('tasks.claim', { params: { id }, body: { take, release } });
        answer(options, claimed, taskWords);
      }),
    );
  task
    .command('answer')
    .description('answer a task: the run goes on with it')
    .argument('<task>')
    .option('--output <name=value>', 'a value of the answer; again for each', collect, [])
    .option('--note <text>', 'kept with the answer')
    .addHelpText(
      'after',
      `\nWhich values it has: \`edict task show <task>\`.\n${example(`--as analyst task answer ${anId} --output reachable=true --output verdict=benign`)}`,
    )
    .action(withClient(give));
};

function addReads(task: Command): void {
  paged(task.command('list'))
    .description('list the tasks that are open')
    .option('--mine', 'only those that you may answer')
    .option('--run <run>', 'only those of a run')
    .option('--status <status>', 'open, answered, expired or cancelled', 'open')
    .option('--all', 'whatever their status')
    .addHelpText('after', example('task list --mine', 'task list --run run-2c1f --all'))
    .action(withClient(list));
  task
    .command('show')
    .description('show a task: what is to be done, and which values its answer has')
    .argument('<task>')
    .addHelpText('after', example(`task show ${anId}`))
    .action(
      withClient(async ({ client, options }, id: string) => {
        answer(options, await client.call('tasks.get', { params: { id } }), taskWords);
      }),
    );
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

type ListFlags = PageFlags & { readonly mine?: boolean; readonly run?: string; readonly status: string; readonly all?: boolean };

async function list({ client, options }: Session, given: ListFlags): Promise<void> {
  const query = {
    ...(given.all === true ? {} : { status: given.status as Task['status'] }),
    ...(given.run === undefined ? {} : { run: given.run }),
    ...(given.mine === true ? { role: 'mine' as const } : {}),
  };
  const page = await client.call('tasks.list', { query: { ...query, ...pageQuery(given) } });
  answer(options, page, (clean) => withMore(listWords(clean.items), clean));
}

type AnswerFlags = { readonly output: readonly string[]; readonly note?: string };

async function give({ client, options }: Session, id: string, { output, note }: AnswerFlags): Promise<void> {
  const task = await client.call('tasks.get', { params: { id } });
  const outputs = Object.fromEntries(output.map((pair) => valueOf(task, pair)));
  const body = { outputs, ...(note === undefined ? {} : { note }) };
  const answered = await client.call('tasks.answer', { params: { id }, body });
  answer(options, answered, (clean) => `${clean.status} by ${clean.answeredBy} · run ${clean.run} goes on`);
}

/** Text stays text where text is declared: `007` is no number then. */
function valueOf(task: Task, pair: string): readonly [string, Json] {
  const at = pair.indexOf('=');
  if (at < 1)
    throw new EdictError('input-invalid', `\`${pair}\` is not a value of an answer`, { expected: '<name>=<value>', where: '--output' });
  const [name, text] = [pair.slice(0, at), pair.slice(at + 1)];
  const declared = Object.hasOwn(task.outputs, name) ? task.outputs[name] : undefined;
  if (declared === undefined) {
    const near = suggest(name, Object.keys(task.outputs));
    throw new EdictError('input-invalid', `the task has no output \`${name}\``, {
      where: '--output',
      expected: Object.keys(task.outputs).join(', ') || 'none',
      help: near === undefined ? undefined : `did you mean \`${near}\`?`,
    });
  }
  if (declared.type === 'string') return [name, text];
  try {
    return [name, JSON.parse(text) as Json];
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${text}\` is no answer to \`${name}\``, {
      where: '--output',
      expected: expectedOf(declared),
      cause,
    });
  }
}

function listWords(items: readonly Task[]): string {
  return table(
    ['TASK', 'STATUS', 'ASKS', 'TAKEN BY', 'UNTIL', 'RUN', 'WHAT'],
    items.map((one) => [
      one.id,
      one.status,
      [...one.roles, ...one.people].join(','),
      one.claimedBy ?? '',
      when(one.expiresAt),
      one.run,
      one.title,
    ]),
    'nothing waits for a person to do it',
  );
}

function taskWords(task: Task): string {
  const outputs = Object.entries(task.outputs).map(([name, output]) => {
    const said = output.description === undefined ? '' : ` · ${output.description}`;
    return `  ${style.bold(name)}  ${expectedOf(output)}${output.optional ? ', may be left out' : ''}${said}`;
  });
  return [
    `${style.bold(task.id)} · ${task.status} · run ${task.run} · step ${task.step}${task.undo ? ' · takes back what was done' : ''}`,
    style.bold(task.title),
    task.instructions,
    ...(outputs.length === 0 ? [] : ['its answer has:', ...outputs]),
    `asks     ${[...task.roles, ...task.people].join(', ')}, until ${when(task.expiresAt)}`,
    ...(task.claimedBy === undefined ? [] : [`taken by ${task.claimedBy}`]),
    ...(task.answer === undefined
      ? []
      : [`answer   ${JSON.stringify(task.answer)} by ${task.answeredBy}${task.note ? `: ${task.note}` : ''}`]),
  ].join('\n');
}
