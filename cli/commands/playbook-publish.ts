/** `edict playbook publish, versions, schedule, disable, enable`: which versions there are, and what starts them by itself. */
import type { CallInput } from '../../api/contract/route.ts';
import type { PublishReply, Schedule } from '../../api/contract/playbooks.ts';
import type { Routes } from '../../api/contract/routes.ts';
import type { AddCommands, Session } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readFileText } from '../input.ts';
import { answer, shortDigest, style, table, when } from '../output.ts';
import { testsBeside } from '../playbook-files.ts';

/** Adds them to the group `playbook`. */
export const addPublishing: AddCommands = (playbook) => {
  for (const add of [addPublish, addVersions, addSchedule, addSwitches]) add(playbook);
};

const addPublish: AddCommands = (playbook) => {
  playbook
    .command('publish')
    .description('publish a version of a playbook, once it compiles and its tests hold; the tests beside it are taken')
    .argument('<file>')
    .option('--tests <file>', 'its tests, where they do not stand beside it')
    .option('--no-tests', 'without tests')
    .option('--dry-run', 'check everything and publish nothing')
    .addHelpText('after', example('playbook publish quarantine.yaml --dry-run', 'playbook publish quarantine.yaml'))
    .action(
      withClient(async ({ client, options }, file: string, flags: { readonly tests: string | boolean; readonly dryRun?: boolean }) => {
        const source = await readFileText(file);
        const tests = await testsOf(file, flags.tests);
        const dryRun = flags.dryRun === true;
        const body = { source, file: file.slice(-200), ...(tests === undefined ? {} : { tests }), ...(dryRun ? { dryRun } : {}) };
        const reply = await client.call('playbooks.publish', { body });
        answer(options, reply, (clean) => publishedWords(clean, dryRun));
      }),
    );
};

async function testsOf(file: string, tests: string | boolean): Promise<string | undefined> {
  if (tests === false) return undefined;
  return typeof tests === 'string' ? readFileText(tests) : (await testsBeside(file))?.text;
}

function publishedWords(reply: PublishReply, dryRun: boolean): string {
  const { playbook, version, digest, published, against, tests, warnings } = reply;
  const name = `${playbook}@${version} · ${shortDigest(digest)}`;
  const marks = { added: style.green('+'), removed: style.red('-'), changed: style.yellow('~') } as const;
  return [
    ...warnings.map(({ line, message }) => style.yellow(`warning, line ${line}: ${message}`)),
    ...(against === undefined ? ['the first version'] : [`different from ${against.version}:`]),
    ...(against?.differences.map(({ change, what }) => `  ${marks[change]} ${what}`) ?? []),
    ...(against?.differences.length === 0 ? ['  nothing but the version'] : []),
    tests === undefined ? style.yellow('no tests') : `${tests} ${tests === 1 ? 'test holds' : 'tests hold'}`,
    published
      ? `${style.green('published')} ${name}\nstart it with \`edict playbook run ${playbook}\``
      : `${dryRun ? 'would be published' : 'was published before'}: ${name}`,
  ].join('\n');
}

const addVersions: AddCommands = (playbook) => {
  playbook
    .command('versions')
    .description('list the published versions of a playbook, newest first')
    .argument('<playbook>')
    .addHelpText('after', example('playbook versions contain-host'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        const found = await client.call('playbooks.versions', { params: { name } });
        answer(options, found, (clean) =>
          table(
            ['VERSION', 'DIGEST', 'PUBLISHED'],
            clean.items.map((one) => [one.version, shortDigest(one.digest), when(one.publishedAt)]),
            'none',
          ),
        );
      }),
    );
};

const addSchedule: AddCommands = (playbook) => {
  const schedule = playbook.command('schedule').description('schedules of playbooks: list, pause, resume');
  schedule
    .command('list')
    .description('list the schedules of the newest versions, and when each starts its playbook next')
    .addHelpText('after', example('playbook schedule list'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('schedules.list', {});
        answer(options, found, (clean) => scheduleWords(clean.items));
      }),
    );
  for (const [verb, does] of [
    ['pause', 'its schedules start nothing until they are resumed'],
    ['resume', 'its schedules start it again'],
  ] as const)
    addSwitch(schedule, { verb, does, of: `playbook schedule ${verb}` });
};

function scheduleWords(items: readonly Schedule[]): string {
  return table(
    ['PLAYBOOK', 'TIMES', 'STATE', 'NEXT', 'LAST'],
    items.map(({ playbook, version, every, cron, timezone, state, next, last }) => [
      `${playbook}@${version}`,
      every === undefined ? `${cron ?? ''} ${timezone ?? 'UTC'}` : `every ${every}`,
      state,
      next === undefined || state !== 'active' ? '' : when(next),
      last === undefined ? '' : when(last.at),
    ]),
    'no playbook has a schedule',
  );
}

const addSwitches: AddCommands = (playbook) => {
  for (const [verb, does] of [
    ['disable', 'nothing starts it by itself any more: no signal, no schedule, no end of another playbook'],
    ['enable', 'its triggers count again'],
  ] as const)
    addSwitch(playbook, { verb, does, of: `playbook ${verb}` });
};

type Switch = { readonly verb: 'pause' | 'resume' | 'disable' | 'enable'; readonly does: string; readonly of: string };

function addSwitch(group: Parameters<AddCommands>[0], { verb, does, of }: Switch): void {
  group
    .command(verb)
    .description(does)
    .argument('<playbook>')
    .option('--reason <text>', 'kept in the ledger')
    .addHelpText('after', example(`${of} contain-host --reason "storm of false alarms"`))
    .action(
      withClient(async (session, name: string, given: { readonly reason?: string }) => {
        await switchTriggers(session, verb, { params: { name }, body: given });
      }),
    );
}

async function switchTriggers(
  { client, options }: Session,
  verb: Switch['verb'],
  call: CallInput<Routes['playbooks.pause']>,
): Promise<void> {
  const made = await client.call(`playbooks.${verb}`, call);
  answer(options, made, (clean) => {
    const state = clean.disabled ? 'nothing starts it by itself' : clean.paused ? 'its schedules are paused' : 'its triggers count';
    return `${clean.playbook}: ${state}`;
  });
}
