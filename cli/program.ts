/** All that `edict` takes: one file per group of subcommands in commands/, and the options that every command has. */
import { Command } from 'commander';
import { addApproval } from './commands/approval.ts';
import { addApprovalPeople } from './commands/approval-people.ts';
import { addAudit } from './commands/audit.ts';
import { addCacao } from './commands/cacao.ts';
import { addCompliance } from './commands/compliance/compliance.ts';
import { addContext } from './commands/context.ts';
import { addDecide } from './commands/policy/decide.ts';
import { addEffect } from './commands/effect.ts';
import { addGuard } from './commands/guard.ts';
import { addIncident } from './commands/incident.ts';
import { addPeople } from './commands/people.ts';
import { addPlaybook } from './commands/playbook.ts';
import { addPoint } from './commands/point/point.ts';
import { addPolicy } from './commands/policy.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addSignal } from './commands/signal.ts';
import { addStack } from './commands/stack.ts';
import { addTask } from './commands/task.ts';
import { addWebhook } from './commands/webhook.ts';
import { addSystem } from './commands/system.ts';
import { addVersion } from './commands/version.ts';

export function buildProgram(): Command {
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
    addApprovalPeople,
    addTask,
    addPlaybook,
    addCacao,
    addRun,
    addSignal,
    addIncident,
    addEffect,
    addGuard,
    addContext,
    addDecide,
    addPoint,
    addSystem,
    addCompliance,
    addReport,
    addAudit,
    addPeople,
    addWebhook,
    addStack,
    addVersion,
  ];
  for (const add of groups) add(program);
  for (const group of program.commands.filter((command) => command.commands.length > 0))
    group.addHelpText('after', `\n\`edict ${group.name()} <command> --help\` shows an example of each.`);
  return program;
}
