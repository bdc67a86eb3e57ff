/** The `edict` command: one file per group of subcommands in commands/. Results go to standard output, everything else to standard error. */
import { Command, CommanderError } from 'commander';
import { addApproval } from './commands/approval.ts';
import { addAudit } from './commands/audit.ts';
import { addContext } from './commands/context.ts';
import { addIncident } from './commands/incident.ts';
import { addPeople } from './commands/people.ts';
import { addPlaybook } from './commands/playbook.ts';
import { addPoint } from './commands/point.ts';
import { addPolicy } from './commands/policy.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addSignal } from './commands/signal.ts';
import { addStack } from './commands/stack.ts';
import { EdictError } from '../domain/errors.ts';
import { reportFault } from './output.ts';
import type { GlobalOptions } from './session.ts';

const badUsage = 2;

function buildProgram(): Command {
  const program = new Command('edict')
    .description(
      'Security policy and response: AI proposes, the engine proves, people approve, Temporal carries it through, the ledger remembers.',
    )
    .option('--json', 'machine-readable results on standard output')
    .option('--as <person>', 'act as this person of the embedded form (engineer, analyst, manager-1, manager-2, auditor, admin)')
    .option('--url <url>', 'where the API is; EDICT_URL, else the embedded one')
    .option('--data <folder>', 'data folder of the embedded form; EDICT_DATA_DIR, else .edict')
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      `
The loop:
  $ edict start                                       everything on this machine
  $ edict context inventory assets.csv zones.csv      what the names mean
  $ edict policy draft "Only the payments service may connect to the cardholder database on port 5432."
  $ edict policy submit <policy>                      compiled, proved, tried on recorded traffic, sent to review
  $ edict approvals && edict --as manager-1 approve <approval>
  $ edict --as analyst signal send beacon --severity high --source ws-17 --destination 203.0.113.9
  $ edict --as auditor report

Exit codes: 0 done · 2 bad input · 3 not found · 4 refused · 5 conflict, or not as it should be · 6 temporary · 70 defect`,
    );
  const groups = [
    addPolicy,
    addApproval,
    addPlaybook,
    addRun,
    addSignal,
    addIncident,
    addContext,
    addPoint,
    addReport,
    addAudit,
    addPeople,
    addStack,
  ];
  for (const add of groups) add(program);
  return program;
}

/** Commander leaves by an error, which main() reports as all others. */
function stopHere(program: Command): Command {
  program.exitOverride();
  program.commands.forEach((command) => stopHere(command));
  return program;
}

async function main(argv: readonly string[]): Promise<number> {
  const program = stopHere(buildProgram());
  const options = (): GlobalOptions => ({ ...program.opts<GlobalOptions>(), ...(argv.includes('--json') ? { json: true } : {}) });
  process.on('uncaughtException', (error) => process.exit(reportFault(options(), error)));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFault(options(), error);
    if (error.exitCode === 0) return 0;
    return error.code === 'commander.help' ? badUsage : reportFault(options(), usageFault(error));
  }
}

function usageFault(error: CommanderError): EdictError {
  const message = error.message.replace(/^error: /u, '').replaceAll(/'([^'\n]*)'/gu, '`$1`');
  return new EdictError('input-invalid', message, { help: 'the same command with --help shows what it takes' });
}

/** Who reads our output may stop reading (`| head`): that is no fault. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2));
