/** The `edict` command. Results go to standard output, everything else to standard error; the exit code is that of the table of errors. */
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { EdictError } from '../domain/errors.ts';
import { reportFault } from './output.ts';
import { buildProgram } from './program.ts';
import type { GlobalOptions } from './session.ts';

const badUsage = 2;

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
    await program.parseAsync(wantsVersion(argv) ? ['version', ...argv.slice(1)] : argv, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFault(options(), error);
    if (error.exitCode === 0) return 0;
    return error.code === 'commander.help' ? badUsage : reportFault(options(), usageFault(error));
  }
}

/** As the first word only: `policy show --version 2` means another one. */
function wantsVersion(argv: readonly string[]): boolean {
  return argv[0] === '--version' || argv[0] === '-V';
}

function usageFault(error: CommanderError): EdictError {
  const message = error.message.replace(/^error: /u, '').replaceAll(/'([^'\n]*)'/gu, '`$1`');
  return new EdictError('input-invalid', message, { help: 'the same command with --help shows what it takes' });
}

/** Who reads our output may stop reading (`| head`): that is no fault. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2));
