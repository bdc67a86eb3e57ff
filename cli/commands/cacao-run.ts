/** `edict cacao run`: documents of others on fakes, in memory; nothing is done outside. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { markingsOf } from '../../domain/playbook/cacao/carried.ts';
import { isError, type CacaoFault } from '../../domain/playbook/cacao/fault.ts';
import { importCacao } from '../../domain/playbook/cacao/import.ts';
import { readMapping } from '../../domain/playbook/cacao/mapping.schema.ts';
import { peopleWays, runCacao, type CacaoRunOptions, type PeopleWay } from '../../domain/playbook/cacao/run.ts';
import { printFault, readCacao, readValidCacao } from '../cacao/structure.ts';
import { example, globals } from '../command.ts';
import { faultOf, fileFault } from '../fault.ts';
import { readFileText, readPairs, readText, readYaml } from '../input.ts';
import { answer, style, table } from '../output.ts';
import { openSession } from '../session.ts';
import { trialReport, trialWords } from '../playbook-words.ts';

type Flags = {
  readonly map?: string;
  readonly fakes?: string;
  readonly inputs?: string[];
  readonly people: string;
  readonly live?: true;
};

export function cacaoRun(): Command {
  return new Command('run')
    .description(
      'run a document on fakes, in memory: its road, its steps, its end; nothing is done. A folder stands for all documents in it',
    )
    .argument('<path>', 'a document, a folder of them, or `-` for standard input')
    .option('--map <file>', 'YAML: which command of the document is which action; what no rule maps is asked of a person')
    .option('--fakes <@file>', 'what actions answer, as under `fakes` of a test: YAML, or @file; others answer with empty values')
    .option('--inputs <name=value...>', 'variables of the document; a value that is JSON is taken as such')
    .option('--people <way>', `what people do: ${peopleWays.join(', ')}`, 'approve')
    .option('--live', 'for real: publish what it becomes, and order a run of it')
    .addHelpText(
      'after',
      example('cacao run playbook.json', 'cacao run playbook.json --map commands.yaml --people deny --json', 'cacao run documents/'),
    )
    .action(async function run(this: Command, path: string, flags: Flags) {
      const options = await optionsOf(flags);
      if (flags.live) return await orderFile(this, path, options);
      const documents = isFolder(path) ? documentsIn(path) : undefined;
      if (documents === undefined) return showOne(this, await runFile(path, options));
      const results = [];
      for (const file of documents) results.push(await runFile(file, options));
      showAll(this, results);
    });
}

async function optionsOf({ map, fakes, inputs = [], people }: Flags): Promise<CacaoRunOptions> {
  return {
    ...(map === undefined ? {} : { mapping: readMapping(await readFileText(map), map) }),
    ...(fakes === undefined ? {} : { fakes: readYaml(await readText(fakes), 'fakes') as JsonObject }),
    inputs: readPairs(inputs),
    people: wayOf(people),
  };
}

function wayOf(given: string): PeopleWay {
  const way = peopleWays.find((known) => known === given);
  if (way !== undefined) return way;
  throw new EdictError('input-invalid', `\`${given}\` is nothing that people do`, { where: '--people', expected: peopleWays.join(', ') });
}

function isFolder(path: string): boolean {
  if (path === '-') return false;
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw fileFault(cause, path) ?? cause;
  }
}

function documentsIn(folder: string): readonly string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  if (found.length === 0) throw new EdictError('input-invalid', `\`${folder}\` holds no document`, { expected: 'files that end in .json' });
  return found.toSorted().map((name) => join(folder, name));
}

type Result = { readonly file: string; readonly faults: readonly CacaoFault[]; readonly markings: readonly string[] } & (
  | { readonly ran: true; readonly empty: readonly string[]; readonly report: ReturnType<typeof trialReport> }
  | { readonly ran: false; readonly reason: string }
);

/** The whole document or nothing: what has no counterpart is refused before anything is published. */
async function orderFile(command: Command, file: string, { mapping, inputs = {} }: CacaoRunOptions): Promise<void> {
  const { playbook } = readValidCacao(await readFileText(file), file);
  const { text, faults } = importCacao(playbook, mapping, file);
  if (text === undefined) throw refusedImport(file, faults.filter(isError));
  const client = openSession(globals(command));
  const published = await client.call('playbooks.publish', { body: { source: text, file: 'imported.yaml' } });
  const { playbook: name, version } = published;
  const order = await client.call('playbooks.run', { params: { name }, body: { inputs, version } }).catch((error: unknown) => {
    if (!(error instanceof EdictError) || error.code !== 'access-denied') throw error;
    throw new EdictError('access-denied', `${name}@${version} is published, and you may not start it`, {
      expected: error.expected,
      help: `have it started by somebody who may (\`edict playbook run ${name}\`), or say in the mapping who may: \`start: [engineer]\``,
    });
  });
  answer(
    globals(command),
    order,
    (clean) =>
      `${style.green('started')} ${clean.playbook}@${clean.version} · run ${clean.run}\nwatch it with \`edict run watch ${clean.run}\``,
  );
}

function refusedImport(file: string, faults: readonly CacaoFault[]): EdictError {
  const [first, ...others] = faults;
  return new EdictError('cacao-unsupported', first ? `${first.message} [${first.code}]` : `\`${file}\` cannot be brought in`, {
    where: first && `${file}#${first.pointer}`,
    expected: first?.expected,
    ...(others.length === 0 ? {} : { help: `also:\n${others.map(printFault).join('\n')}` }),
  });
}

/** What is wrong with one document is no reason to leave the others out. */
async function runFile(file: string, options: CacaoRunOptions): Promise<Result> {
  const refused = (reason: string, faults: readonly CacaoFault[] = []): Result => ({ file, ran: false, reason, faults, markings: [] });
  try {
    const { playbook, faults } = readCacao(await readFileText(file), file);
    const wrong = faults.filter(isError);
    if (playbook === undefined || wrong.length > 0) return refused(reasonOf(wrong), faults);
    const { done, faults: ofImport } = runCacao(playbook, options);
    if (!done) return refused(reasonOf(ofImport.filter(isError)), [...faults, ...ofImport]);
    const { plan, run, assumed, empty } = done;
    return {
      file,
      ran: true,
      empty,
      report: trialReport(plan, { run, assumed }),
      faults: [...faults, ...ofImport],
      markings: markingsOf(playbook),
    };
  } catch (error) {
    const { message } = faultOf(error);
    return refused(message);
  }
}

const reasonOf = ([first]: readonly CacaoFault[]): string => (first ? `${first.message} [${first.code}]` : 'it is no CACAO playbook');

function showOne(command: Command, result: Result): void {
  if (!result.ran) process.exitCode = errorTable['cacao-invalid'].exit;
  answer(globals(command), result, (clean) =>
    [
      ...clean.markings.map((marking) => style.yellow(`marked ${marking}`)),
      ...clean.faults.map((fault) => `${isError(fault) ? style.red('error') : style.yellow('note')} ${printFault(fault)}`),
      ...(clean.ran ? clean.empty.map((name) => style.yellow(`assumed: input ${name} is empty; say what it is with --inputs`)) : []),
      ...(clean.ran ? [trialWords(clean.report)] : [`${style.red('refused')} ${clean.file}: ${clean.reason}`]),
    ].join('\n'),
  );
}

function showAll(command: Command, results: readonly Result[]): void {
  const ran = results.filter((result) => result.ran).length;
  answer(globals(command), { ran, refused: results.length - ran, results }, (clean) =>
    [
      table(
        ['DOCUMENT', 'RESULT', ''],
        clean.results.map((result) => [
          result.file,
          result.ran ? style.green(result.report.outcome ?? result.report.status) : style.red('refused'),
          result.ran ? result.report.path.join(' → ') : result.reason,
        ]),
        'no documents',
      ),
      `${style.green(`${clean.ran} ran to their end`)}, ${style.red(`${clean.refused} refused`)}`,
    ].join('\n'),
  );
}
