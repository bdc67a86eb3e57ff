/** `edict run pause|resume|skip|cancel|rerun|migrate`: what people tell a run that is under way; what it would mean is shown first. */
import type { CancelPreview, MigrationPreview } from '../../api/contract/run-control.ts';
import type { RunCommand } from '../../api/contract/runs.ts';
import { EdictError, isErrorCode } from '../../domain/errors.ts';
import { agrees } from '../agree.ts';
import type { AddCommands, Session } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readPairs } from '../input.ts';
import { answer, padded, style } from '../output.ts';
import { cleaned } from '../plain.ts';

export const addRunControl: AddCommands = (run) => {
  for (const add of [addPause, addResume, addSkip, addExtend, addCancel, addRerun, addMigrate]) add(run);
};

const addPause: AddCommands = (run) => {
  run
    .command('pause')
    .description('pause a run: what is under way goes on, nothing new begins; leases still end on time')
    .argument('<run>')
    .requiredOption('--reason <text>', 'kept in the ledger')
    .addHelpText('after', example('run pause run-5f2c0a9b1d3e4f60 --reason "the owner of the host asks to wait"'))
    .action(
      withClient(async (session, id: string, body: { reason: string }) =>
        say(session, await session.client.call('runs.pause', { params: { run: id }, body }), `paused ${id}`),
      ),
    );
};

const addResume: AddCommands = (run) => {
  run
    .command('resume')
    .description('resume a run that is paused')
    .argument('<run>')
    .option('--reason <text>', 'kept in the ledger', 'resumed')
    .addHelpText('after', example('run resume run-5f2c0a9b1d3e4f60'))
    .action(
      withClient(async (session, id: string, body: { reason: string }) =>
        say(session, await session.client.call('runs.resume', { params: { run: id }, body }), `resumed ${id}`),
      ),
    );
};

const addSkip: AddCommands = (run) => {
  run
    .command('skip')
    .description('skip a step that is under way, or that is next in a paused run; what it may have done is taken back')
    .argument('<run>')
    .argument('<step>', 'as `edict run show` has it, such as `each[3].apply`')
    .requiredOption('--reason <text>', 'kept in the ledger')
    .addHelpText(
      'after',
      `\nA skipped approval grants nothing: what it covers does not run.\n${example('run skip run-5f2c0a9b1d3e4f60 soak --reason "seen enough"')}`,
    )
    .action(
      withClient(async (session, id: string, step: string, { reason }: { reason: string }) =>
        say(session, await session.client.call('runs.skip', { params: { run: id }, body: { step, reason } }), `skipped ${step}`),
      ),
    );
};

type ExtendFlags = { readonly for?: string; readonly permanent?: boolean; readonly reason: string };

const addExtend: AddCommands = (run) => {
  run
    .command('extend')
    .description('ask people to let the lease of an effect hold longer, or for good; until they agree it ends as planned')
    .argument('<run>')
    .argument('<step>', 'as `edict run show` has it, such as `isolate`')
    .option('--for <duration>', 'by so much, as 4h')
    .option('--permanent', 'for good')
    .requiredOption('--reason <text>', 'read by those who are asked, and kept in the ledger')
    .addHelpText('after', example('run extend contain-host-882b222f5af2 isolate --for 4h --reason "the disk is still being imaged"'))
    .action(
      withClient(async (session, id: string, step: string, given: ExtendFlags) =>
        say(
          session,
          await session.client.call('runs.extend', { params: { run: id }, body: { step, ...given } }),
          `people are asked to extend the lease of ${step}: \`edict approvals\``,
        ),
      ),
    );
};

type CancelFlags = { readonly reason?: string; readonly preview?: boolean; readonly yes?: boolean };

const addCancel: AddCommands = (run) => {
  run
    .command('cancel')
    .description('cancel a run; what it did is undone. Shows what that would be, and asks')
    .argument('<run>')
    .option('--reason <text>', 'kept in the ledger')
    .option('--preview', 'only show what would be undone, in which order, and what would stay')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      example('run cancel contain-host-882b222f5af2 --preview', 'run cancel contain-host-882b222f5af2 --reason "false alarm" --yes'),
    )
    .action(withClient(cancel));
};

async function cancel(session: Session, id: string, { reason, preview, yes }: CancelFlags): Promise<void> {
  const { client, options } = session;
  if (preview === true) return answer(options, await client.call('runs.cancel-preview', { params: { run: id } }), cancelWords);
  if (reason === undefined)
    throw new EdictError('input-invalid', 'a cancellation needs a reason', { where: '--reason', help: 'or say --preview to only look' });
  if (yes !== true && !(await agreesToCancel(session, id)))
    return answer(options, { run: id, cancelled: false }, () => 'nothing was cancelled');
  const reply = await client.call('runs.cancel', { params: { run: id }, body: { reason } });
  answer(options, reply, (clean) => `cancelling ${clean.run}; what it did is undone: \`edict run watch ${clean.run}\``);
}

async function agreesToCancel({ client }: Session, id: string): Promise<boolean> {
  const unless = 'say --yes to cancel without being asked, or --preview to look';
  if (process.stdin.isTTY)
    process.stderr.write(`${cancelWords(cleaned(await client.call('runs.cancel-preview', { params: { run: id } })))}\n`);
  return agrees(`cancel ${id}?`, unless);
}

type RerunFlags = { readonly from: string; readonly to?: string; readonly input: readonly string[] };

const addRerun: AddCommands = (run) => {
  run
    .command('rerun')
    .description('begin a new run at a step of this one, with the recorded outputs of the steps before')
    .argument('<run>')
    .requiredOption('--from <step>', 'a step outside of loops and other blocks')
    .option('--to <version>', 'of this version of the playbook; else of the one that the run has')
    .option('--input <name=value>', 'instead of that of the first run; may be given again', collect, [])
    .addHelpText(
      'after',
      `\nThe first run keeps its effects and leases; approvals are asked for again.\n${example('--as analyst run rerun run-5f2c0a9b1d3e4f60 --from notify')}`,
    )
    .action(
      withClient(async ({ client, options }, id: string, { from, to, input }: RerunFlags) => {
        const body = { from, inputs: readPairs(input), ...(to === undefined ? {} : { version: to }) };
        const reply = await client.call('runs.rerun', { params: { run: id }, body });
        answer(
          options,
          reply,
          (clean) => `${style.green('started')} ${clean.run} at \`${from}\` of ${id}\nwatch it with \`edict run watch ${clean.run}\``,
        );
      }),
    );
};

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

type MigrateFlags = { readonly to: string; readonly reason?: string; readonly preview?: boolean };

const addMigrate: AddCommands = (run) => {
  run
    .command('migrate')
    .description('take a run that is under way to another version of its playbook')
    .argument('<run>')
    .requiredOption('--to <version>', 'a published version')
    .option('--reason <text>', 'kept in the ledger')
    .option('--preview', 'only show what it would mean where the run stands, and what is in the way')
    .addHelpText(
      'after',
      example(
        'run migrate run-5f2c0a9b1d3e4f60 --to 1.1.0 --preview',
        '--as engineer run migrate run-5f2c0a9b1d3e4f60 --to 1.1.0 --reason "wrong mailbox"',
      ),
    )
    .action(
      withClient(async (session, id: string, { to, reason, preview }: MigrateFlags) => {
        const { client, options } = session;
        if (preview === true)
          return answer(
            options,
            await client.call('runs.migration-preview', { params: { run: id }, query: { version: to } }),
            migrationWords,
          );
        if (reason === undefined)
          throw new EdictError('input-invalid', 'a migration needs a reason', { where: '--reason', help: 'or say --preview to only look' });
        await say(
          session,
          await client.call('runs.migrate', { params: { run: id }, body: { version: to, reason } }),
          `migrated ${id} to ${to}`,
        );
      }),
    );
};

const pollMs = 300;
const patienceMs = 15_000;

/** Waits for the run's answer; a refusal is a fault, with the run's own reason. */
async function say({ client, options }: Session, given: RunCommand, done: string): Promise<void> {
  let row = given;
  for (const untilMs = Date.now() + patienceMs; row.status === 'ordered' && Date.now() < untilMs;) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    const { items } = await client.call('runs.commands', { params: { run: given.run } });
    row = items.find(({ id }) => id === given.id) ?? row;
  }
  const { status, error } = row;
  if (status === 'refused' && error) throw new EdictError(isErrorCode(error.code) ? error.code : 'run-state-wrong', error.message);
  const waits = `recorded as ${row.id}; the run has not answered yet: \`edict run show ${row.run}\` says what became of it`;
  answer(options, row, () => (status === 'taken' ? done : waits));
}

const effectWords = { done: 'in force', 'may-have-happened': 'may have happened', 'being-undone': 'is being undone already' } as const;

function cancelWords({ run, undone, kept, stopped, first, approvals, tasks }: CancelPreview): string {
  const none = undone.length + kept.length + stopped.length === 0 ? ['  nothing was done, and nothing is under way'] : [];
  return [
    style.bold(`if ${run} is cancelled`),
    ...section('is stopped', stopped, ({ step, kind }) => `${padded(step, 24)} ${kind}`),
    ...section('runs first', first, ({ step, action, kind }) => `${padded(step, 24)} ${action ?? kind}`),
    ...section(
      'is closed',
      [...approvals.map((one) => [one.step, one.approval]), ...tasks.map((one) => [one.step, one.task])],
      ([step = '', id = '']) => `${padded(step, 24)} ${id}`,
    ),
    ...section('is undone, in this order', undone, ({ step, by, effect }) => `${padded(step, 24)} ${by} · ${effectWords[effect]}`),
    ...section('stays', kept, ({ step, what, reason }) => `${padded(step, 24)} ${what} · ${reason}`),
    ...none,
  ].join('\n');
}

function section<T>(title: string, items: readonly T[], line: (item: T) => string): readonly string[] {
  return items.length === 0 ? [] : [title, ...items.map((item) => `  ${line(item)}`)];
}

const changeWords = {
  'has-ended': 'has run, and is not run again',
  'goes-on-as-it-is': 'is under way, and goes on as it is',
  'asked-again': 'is open, and is asked for again',
  'new-form': 'runs in its new form',
} as const;

function migrationWords({ run, from, to, blocks, added, removed, changed, askedAgain, standsAt }: MigrationPreview): string {
  const verdict = blocks.length === 0 ? style.green('it can') : style.red('it cannot');
  return [
    `${style.bold(`${run} from ${from.version} to ${to.version}`)}: ${verdict}`,
    ...section('in the way', blocks, ({ step, why }) => (step === '' ? why : `step \`${step}\` ${why}`)),
    ...section('stands at', standsAt, (step) => step),
    ...section('asked again', askedAgain, (step) => step),
    ...section('added', added, (step) => step),
    ...section('removed', removed, (step) => step),
    ...section('changed', changed, ({ step, now }) => `${padded(step, 24)} ${changeWords[now]}`),
  ].join('\n');
}

/** What `edict run show` says of where a run came from and what people told it. */
export function controlLines(detail: {
  readonly forkOf?: { readonly run: string; readonly from: string } | undefined;
  readonly forks: readonly string[];
  readonly orderedWith?: { readonly version: string } | undefined;
  readonly migrations: readonly { readonly version: string; readonly by: string }[];
  readonly commands: readonly RunCommand[];
  readonly view?: { readonly paused?: { readonly by: string; readonly reason: string } | undefined } | undefined;
}): readonly string[] {
  const { forkOf, forks, orderedWith, migrations, commands, view } = detail;
  return [
    ...(view?.paused ? [style.yellow(`paused by ${view.paused.by}: ${view.paused.reason} · \`edict run resume\``)] : []),
    ...(forkOf ? [`began at \`${forkOf.from}\` of ${forkOf.run}`] : []),
    ...forks.map((fork) => `rerun as ${fork}`),
    ...(orderedWith
      ? [`ordered with ${orderedWith.version}; ${migrations.map(({ version, by }) => `migrated to ${version} by ${by}`).join('; ')}`]
      : []),
    ...section(
      'told',
      commands,
      ({ kind, by, reason, status, error }) =>
        `${padded(kind, 9)} ${padded(status, 8)} by ${by}: ${reason}${error ? ` · ${error.message}` : ''}`,
    ),
  ];
}
