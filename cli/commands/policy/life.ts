/** `edict policy apply, test, exceptions`: policies that are kept as files. `apply` asks a server, `test` where it is told to. */
import { Command } from 'commander';
import type { ApplyReply } from '../../../api/contract/policy/apply.ts';
import type { TestReply } from '../../../api/contract/policy/tools.ts';
import { endOf, exceptionsOf, type PolicyException } from '../../../domain/policy/life/exceptions.ts';
import { runPolicyTests } from '../../../domain/policy/life/policy-tests.ts';
import { agrees } from '../../agree.ts';
import { example, globals, type AddCommands } from '../../command.ts';
import { answer, print, style, table, when } from '../../output.ts';
import { cleaned } from '../../plain.ts';
import { inventoryOf, type InventoryFlags, policiesOf } from '../../policy-files.ts';
import { refuseInventory, type ServerFlag, subjectOf, withServer } from '../../policy-subject.ts';
import { openSession } from '../../session.ts';
import { withInventory } from './analysis.ts';

const failed = 1;

/** Adds them to the group `policy`. */
export const addPolicyLife: AddCommands = (policy) => {
  for (const command of [applyCommand(), testCommand(), exceptionsCommand()]) policy.addCommand(command);
};

type ApplyFlags = { readonly yes?: boolean; readonly dryRun?: boolean };

function applyCommand(): Command {
  return new Command('apply')
    .description('take policies from files as drafts: shows what each would change, asks, and does nothing where nothing changed')
    .argument('<policies...>', 'policy files, or folders of them')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'show what would change, and stop; exit code 1 where something would')
    .addHelpText(
      'after',
      `${example('policy apply policies', 'policy apply cardholder-database.yaml --yes', 'policy apply policies --dry-run --json')}\n\nA draft comes in force by \`edict policy submit\` and its review.`,
    )
    .action(async function act(this: Command, given: string[], { yes, dryRun }: ApplyFlags) {
      const options = globals(this);
      const client = openSession(options);
      const documents = await policiesOf(given);
      const apply = async (mode: 'dry-run' | 'apply'): Promise<readonly ApplyReply[]> => {
        const replies: ApplyReply[] = [];
        for (const document of documents)
          replies.push(await client.call('policies.apply', { params: { policy: document.policy }, body: { mode, document } }));
        return replies;
      };
      const plans = await apply('dry-run');
      const changes = plans.some(({ change }) => change !== 'none');
      if (dryRun === true || !changes) {
        answer(options, plans, planWords);
        if (dryRun === true && changes) process.exitCode = failed;
        return;
      }
      if (options.json !== true) print(planWords(cleaned(plans)));
      if (yes !== true && !(await agrees('take these as drafts?', 'say `--yes`'))) {
        process.exitCode = failed;
        return;
      }
      answer(options, await apply('apply'), appliedWords);
    });
}

function planWords(plans: readonly ApplyReply[]): string {
  return plans.map(onePlan).join('\n');
}

function onePlan({ policy, change, version, equal, rules, exceptions, problems }: ApplyReply): string {
  if (change === 'none') return `${style.bold(policy)} is version ${version} already: nothing to do`;
  const against = change === 'created' ? 'is new' : `changes version ${version}`;
  const meaning = equal ? ' · decides every request as before' : '';
  return [
    `${style.bold(policy)} ${against}${problems.some(({ severity }) => severity === 'error') ? '' : meaning}`,
    ...rules.map(
      ({ rule, change: became, witness }) => `  ${became.padEnd(8)} ${rule}${witness === undefined ? '' : `\n           ${witness.text}`}`,
    ),
    ...exceptions.map(({ text }) => `  ${style.yellow('until')}    ${text}`),
    ...problems.map(
      ({ severity, where, message }) => `  ${severity === 'error' ? style.red(severity) : style.yellow(severity)} ${where}: ${message}`,
    ),
  ].join('\n');
}

function appliedWords(replies: readonly ApplyReply[]): string {
  return replies
    .map(({ policy, change, version }) =>
      change === 'none'
        ? `${policy} is version ${version} already`
        : `${style.green('draft')} ${policy} version ${version}\nnext: \`edict policy submit ${policy}\``,
    )
    .join('\n');
}

function testCommand(): Command {
  return withServer(withInventory(new Command('test')))
    .description('run the tests that are kept with policies; exit code 1 where one fails')
    .argument('<policies...>', 'policy files, or folders of them')
    .addHelpText(
      'after',
      example(
        'policy test policies --assets assets.csv --zones zones.csv',
        'policy test cardholder-database.yaml --zones zones.csv --json',
        'policy test cardholder-database@2 --server',
      ),
    )
    .action(async function act(this: Command, given: string[], flags: InventoryFlags & ServerFlag) {
      const results = await tested(this, given, flags);
      answer(globals(this), results, testWords);
      if (results.some(({ tests }) => tests.some(({ passed }) => !passed))) process.exitCode = failed;
    });
}

type Tested = TestReply['policies'];

async function tested(command: Command, given: readonly string[], flags: InventoryFlags & ServerFlag): Promise<Tested> {
  if (flags.server === true) {
    refuseInventory(flags);
    const client = openSession(globals(command));
    return (await client.call('policies.test', { body: await subjectOf(client, given) })).policies;
  }
  const inventory = await inventoryOf(flags);
  return (await policiesOf(given)).map((document) => ({ policy: document.policy, tests: runPolicyTests(document, inventory) }));
}

function testWords(results: Tested): string {
  const tests = results.flatMap((result) => result.tests);
  const lines = results.flatMap(({ policy, tests: own }) =>
    own.map(
      ({ name, passed, reason }) =>
        `${passed ? style.green('ok  ') : style.red('FAIL')} ${policy}: ${name}${reason === undefined ? '' : `: ${reason}`}`,
    ),
  );
  return [...lines, `${tests.filter(({ passed }) => passed).length} of ${tests.length} tests pass`].join('\n');
}

type Listed = PolicyException & { readonly ended: boolean };

function exceptionsCommand(): Command {
  return new Command('exceptions')
    .description('list the exceptions of policies, the first to end first')
    .argument('<policies...>', 'policy files, or folders of them')
    .addHelpText('after', example('policy exceptions policies', 'policy exceptions policies --json'))
    .action(async function act(this: Command, given: string[]) {
      const found = (await policiesOf(given)).flatMap(exceptionsOf).toSorted((one, other) => endOf(one.exception) - endOf(other.exception));
      const listed = found.map((one): Listed => ({ ...one, ended: endOf(one.exception) <= Date.now() }));
      answer(globals(this), listed, exceptionWords);
    });
}

function exceptionWords(listed: readonly Listed[]): string {
  return table(
    ['UNTIL', 'RULE', 'PART', 'OWNER', 'REASON'],
    listed.map(({ policy, rule, part, exception, ended }) => [
      `${when(exception.until)}${ended ? ' ended' : ''}`,
      `${policy}/${rule}`,
      part,
      exception.owner,
      exception.reason,
    ]),
    'no exceptions',
  );
}
