/** The embedded form on this machine: start, doctor, backup, restore, reset. Its parts are heavy: each is loaded when it is asked for. */
import { resolve } from 'node:path';
import { EdictError } from '../../domain/errors.ts';
import type { CheckState } from '../../stack/doctor.ts';
import type { Progress, Stack } from '../../stack/supervisor.ts';
import { agrees } from '../agree.ts';
import type { AddCommands } from '../command.ts';
import { example, globals } from '../command.ts';
import { answer, progress, reportFault, style } from '../output.ts';
import { toJson } from '../plain.ts';
import { dataDirOf } from '../session.ts';
import type { GlobalOptions } from '../session.ts';
import { linkAtFirstStart } from '../sign-in-link.ts';

type Command = Parameters<AddCommands>[0];

export const addStack: AddCommands = (program) => {
  for (const add of [addStart, addDoctor, addBackup, addRestore, addReset]) add(program);
};

const addStart: AddCommands = (program) => {
  program
    .command('start')
    .description('start everything on this machine: PostgreSQL, Temporal, OPA, worker and API')
    .option('--port <port>', 'of the API; without it 8600, or the next free one')
    .option('--temporal-ui', 'Temporal’s web UI too')
    .addHelpText(
      'after',
      `\nStays in the foreground. Ctrl-C stops in order, a second one at once.\n${example('start', '--data /srv/edict start --port 8601')}`,
    )
    .action(async function start(this: Command, given: { port?: string; temporalUi?: boolean }) {
      const options = globals(this);
      const began = performance.now();
      const { serveStack } = await import('../../stack/foreground.ts');
      const ending = await serveStack({
        dataDir: dataDirOf(options),
        apiPort: given.port === undefined ? undefined : portOf(given.port),
        temporalUi: given.temporalUi,
        onProgress: (step) => tellProgress(options, step),
        onReady: (stack) => void tellReady(options, stack, performance.now() - began),
        onStopping: (signal) => progress(`${signal}: stopping in order; again to stop at once`),
      });
      if (ending.error !== undefined) process.exitCode = reportFault(options, ending.error);
    });
};

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new EdictError('input-invalid', `\`${text}\` is not a port`, { expected: '1 to 65535' });
}

function tellProgress(options: GlobalOptions, step: Progress): void {
  if (options.json === true) process.stderr.write(`${toJson(step)}\n`);
  else if (step.event !== 'starting') progress(`${step.text}${step.ms === undefined ? '' : ` (${(step.ms / 1000).toFixed(1)} s)`}`);
}

async function tellReady(options: GlobalOptions, stack: Stack, elapsedMs: number): Promise<void> {
  const { api, temporalUi } = stack.addresses;
  const data = dataDirOf(options);
  const withUi = stack.pids()['temporal-ui'] !== undefined;
  const first = await linkAtFirstStart({ ...options, url: api });
  answer(
    options,
    { api, data, temporalUi: withUi ? temporalUi : undefined, console: first?.url, elapsedMs: Math.round(elapsedMs), pids: stack.pids() },
    () =>
      [
        `${style.green('ready')} after ${(elapsedMs / 1000).toFixed(1)} s   ${style.bold(api)}   data in ${data}`,
        ...(withUi ? [`Temporal’s web UI: ${temporalUi}`] : []),
        ...(first === undefined
          ? []
          : [
              `the console, once, to set the administrator’s password: ${style.bold(first.url)}`,
              'there a tour begins, of five minutes; another link: `npx edict console [person]`',
            ]),
        `in another terminal: ${style.bold('npx edict policy draft "…"')}, or \`npx edict --help\``,
      ].join('\n'),
  );
}

const marks: Readonly<Record<CheckState, string>> = { fine: style.green('✓'), limited: style.yellow('!'), missing: style.red('✗') };

const addDoctor: AddCommands = (program) => {
  program
    .command('doctor')
    .description('check what Edict needs on this machine, and say what to do about the rest')
    .addHelpText('after', example('doctor', 'doctor --json'))
    .action(async function check(this: Command) {
      const options = globals(this);
      const { doctor } = await import('../../stack/doctor.ts');
      const found = await doctor(dataDirOf(options));
      answer(options, found, (clean) =>
        clean.checks
          .map((one) => {
            const from = one.from === undefined ? '' : style.dim(` (${one.from})`);
            const help = one.help === undefined ? '' : `\n    ${one.help}`;
            return `${marks[one.state]} ${one.name.padEnd(20)} ${one.found}${from}${help}`;
          })
          .join('\n'),
      );
      if (!found.ok) process.exitCode = 6;
    });
};

const addBackup: AddCommands = (program) => {
  program
    .command('backup')
    .description('write one consistent copy of everything to a file, while it runs; the file holds secrets')
    .argument('<file>', 'a name ending in .tar.gz')
    .addHelpText('after', example('backup edict-monday.tar.gz'))
    .action(async function copy(this: Command, file: string) {
      const options = globals(this);
      const { backup } = await import('../../stack/backup/backup.ts');
      progress('copying …');
      const result = await backup(dataDirOf(options), resolve(file));
      answer(options, result, () => `${style.green('written')} ${resolve(file)} · keep it as safe as the keys that it holds`);
    });
};

const addRestore: AddCommands = (program) => {
  program
    .command('restore')
    .description('restore a backup into an empty data folder; the next start goes on where it was')
    .argument('<file>', 'what `edict backup` wrote')
    .addHelpText('after', example('--data /srv/edict restore edict-monday.tar.gz'))
    .action(async function putBack(this: Command, file: string) {
      const options = globals(this);
      const { restore } = await import('../../stack/backup/restore.ts');
      progress('checking and unpacking …');
      const result = await restore(resolve(file), dataDirOf(options));
      answer(
        options,
        result,
        (clean) => `${style.green('restored')} ${clean.files} files of ${clean.createdAt} into ${clean.dataDir}\nnext: \`npm start\``,
      );
    });
};

const addReset: AddCommands = (program) => {
  program
    .command('reset')
    .description('remove all data of the embedded form: policies, incidents, ledger, audit')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('reset', '--data /srv/edict reset --yes'))
    .action(async function remove(this: Command, given: { yes?: boolean }) {
      const options = globals(this);
      const dataDir = dataDirOf(options);
      if (given.yes !== true && !(await agrees(`remove all data in ${dataDir}?`, 'say --yes to remove the data without being asked'))) {
        answer(options, { dataDir, removed: false }, () => 'nothing was removed');
        return;
      }
      const { reset } = await import('../../stack/data.ts');
      const result = await reset(dataDir);
      answer(options, { dataDir, ...result }, () => (result.removed ? `removed ${dataDir}` : `there was nothing in ${dataDir}`));
    });
};
