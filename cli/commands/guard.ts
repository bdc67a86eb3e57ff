/** `edict guard`: the decision point before effects: what is allowed, who set it, and what it would say. */
import type { GuardVerdict, GuardVersion } from '../../api/contract/guard.ts';
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readFileText, readYaml } from '../input.ts';
import { answer, style, table, when } from '../output.ts';
import { parseGuardSettings } from '../../domain/guard/settings.schema.ts';

export const addGuard: AddCommands = (program) => {
  const guard = program.command('guard').description('the decision point before effects: budgets, maintenance windows, protected assets');
  for (const add of [addShow, addHistory, addSet, addTest]) add(guard);
};

const addShow: AddCommands = (guard) => {
  guard
    .command('show', { isDefault: true })
    .description('show the settings in force; with --json, as `edict guard set` takes them')
    .addHelpText('after', example('guard show', 'guard show --json > guard.json'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('guard.show', {});
        if (options.json === true) answer(options, found.settings, () => '');
        else answer(options, found, words);
      }),
    );
};

const addHistory: AddCommands = (guard) => {
  guard
    .command('history')
    .description('list the versions of the settings, newest first')
    .addHelpText('after', example('guard history'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('guard.history', {});
        answer(options, found, (clean) =>
          table(
            ['VERSION', 'BY', 'AT', 'WHY'],
            clean.items.map(({ version, by, at, reason }) => [String(version), by, at === undefined ? '' : when(at), reason ?? '']),
            'no versions',
          ),
        );
      }),
    );
};

const addSet: AddCommands = (guard) => {
  guard
    .command('set')
    .description('put new settings in force, as a new version')
    .argument('<file>', 'YAML or JSON; - for standard input')
    .requiredOption('--reason <text>', 'kept in the ledger')
    .option('--replaces <version>', 'refuse where another version is in force by now')
    .addHelpText('after', example('--as engineer guard set guard.yaml --reason "the payments freeze of December"'))
    .action(
      withClient(async ({ client, options }, file: string, given: { reason: string; replaces?: string }) => {
        const settings = await readSettings(file);
        const replaces = given.replaces === undefined ? {} : { replaces: Number(given.replaces) };
        const saved = await client.call('guard.set', { body: { settings, reason: given.reason, ...replaces } });
        answer(options, saved, (clean) => `version ${clean.version} is in force\n${words(clean)}`);
      }),
    );
};

type Trial = {
  readonly action: string;
  readonly on: readonly string[];
  readonly target: readonly string[];
  readonly playbook?: string;
  readonly approved?: boolean;
  readonly breakGlass?: boolean;
  readonly at?: string;
  readonly settings?: string;
};

const addTest: AddCommands = (guard) => {
  guard
    .command('test')
    .description('say what would be decided of an effect; nothing is done or recorded')
    .requiredOption('--action <action>', 'network.isolate, …')
    .option('--on <names...>', 'hosts, users: what it is about', [])
    .option('--target <names...>', 'enforcement points', [])
    .option('--playbook <name>', 'as if of this playbook')
    .option('--approved', 'as if people had approved it')
    .option('--break-glass', 'as if somebody had broken the glass')
    .option('--at <time>', 'as if it were then')
    .option('--settings <file>', 'by these settings instead of those in force')
    .addHelpText(
      'after',
      example('guard test --action network.isolate --on db-1', 'guard test --action network.isolate --on ws-17 --settings new.yaml'),
    )
    .action(
      withClient(async ({ client, options }, given: Trial) => {
        const body = {
          action: given.action,
          subjects: [...given.on],
          targets: [...given.target],
          approved: given.approved === true,
          breakGlass: given.breakGlass === true,
          ...(given.playbook === undefined ? {} : { playbook: given.playbook }),
          ...(given.at === undefined ? {} : { at: given.at }),
          ...(given.settings === undefined ? {} : { settings: await readSettings(given.settings) }),
        };
        const verdict = await client.call('guard.test', { body });
        answer(options, verdict, verdictWords);
        if (!verdict.allow) process.exitCode = 4;
      }),
    );
};

async function readSettings(file: string) {
  return parseGuardSettings(readYaml(await readFileText(file), file)) as GuardVersion['settings'];
}

function words({ version, settings, by, at, reason }: GuardVersion): string {
  const { budgets, windows, criticality } = settings;
  const head =
    version === 0
      ? 'the defaults'
      : `version ${version} by ${by}${at === undefined ? '' : `, ${when(at)}`}${reason === undefined ? '' : `: ${reason}`}`;
  return [
    style.bold(head),
    `an effect on an asset of criticality ${criticality.approvalFrom} or above needs an approval; an asset that the inventory does not hold counts as ${criticality.unknownAs}`,
    ...budgets.map(
      ({ name, actions, per, perPlaybook, overall }) =>
        `budget ${name}: ${actions.join(', ')}: within ${per} at most ${[perPlaybook === undefined ? [] : `${perPlaybook} a playbook`, overall === undefined ? [] : `${overall} overall`].flat().join(', ')}`,
    ),
    ...windows.map(({ name, effects, actions, during }) => `window ${name}: ${actions.join(', ')} ${effects} during ${during.join(', ')}`),
    ...settings.protected.map(({ asset, reason: why }) => `protected: ${asset} (${why})`),
  ].join('\n');
}

function verdictWords({ allow, reasons, budgets }: GuardVerdict): string {
  const spent = budgets.map(({ budget, scope, used, limit, per }) =>
    style.dim(`budget ${budget}, ${scope}: ${used} of ${limit} taken within ${per}`),
  );
  return [allow ? style.green('allowed') : style.red('denied'), ...reasons.map((reason) => `  ${reason}`), ...spent].join('\n');
}
