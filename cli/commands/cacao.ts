/** `edict cacao`: playbooks of the CACAO 2.0 standard, in and out. Works on files alone. */
import { readFile, writeFile } from 'node:fs/promises';
import { EdictError, errorTable } from '../../domain/errors.ts';
import { exportCacao } from '../../domain/playbook/cacao/export.ts';
import { markingsOf } from '../../domain/playbook/cacao/carried.ts';
import { isError, type CacaoFault } from '../../domain/playbook/cacao/fault.ts';
import { importCacao } from '../../domain/playbook/cacao/import.ts';
import { readMapping } from '../../domain/playbook/cacao/mapping.schema.ts';
import { printFault, readCacao, readSigned, readValidCacao } from '../cacao/structure.ts';
import { verifyCacao } from '../cacao/verify.ts';
import type { AddCommands } from '../command.ts';
import { example, globals } from '../command.ts';
import { fileFault } from '../fault.ts';
import { cacaoRun } from './cacao-run.ts';
import { readFileText } from '../input.ts';
import { answer, print, progress, style } from '../output.ts';
import { plainLines, toJson } from '../plain.ts';
import type { GlobalOptions } from '../session.ts';

type Program = Parameters<AddCommands>[0];

export const addCacao: AddCommands = (program) => {
  const cacao = program
    .command('cacao')
    .description('playbooks of the CACAO 2.0 standard: check, bring in, run on fakes, give out, verify');
  addValidate(cacao);
  addImport(cacao);
  addExport(cacao);
  addVerify(cacao);
  cacao.addCommand(cacaoRun());
};

function addValidate(cacao: Program): void {
  cacao
    .command('validate')
    .description('check a document: its structure, and what the schemas cannot say')
    .argument('<file>', '`-` for standard input')
    .addHelpText('after', example('cacao validate playbook.json'))
    .action(async function validate(this: Program, file: string) {
      const options = globals(this);
      const { playbook, faults } = readCacao(await readFileText(file), file);
      const valid = !faults.some(isError);
      answer(options, { file, valid, faults, markings: playbook ? markingsOf(playbook) : [] }, (clean) =>
        [
          ...clean.markings.map((marking) => style.yellow(`marked ${marking}`)),
          ...clean.faults.map(
            (fault) => `${fault.severity === 'error' ? style.red('error') : style.yellow('warning')} ${printFault(fault)}`,
          ),
          valid ? `${style.green('valid')} ${clean.file}` : `${style.red('refused')} ${clean.file}`,
        ].join('\n'),
      );
      if (!valid) process.exitCode = errorTable['cacao-invalid'].exit;
    });
}

function addImport(cacao: Program): void {
  cacao
    .command('import')
    .description('turn a document into a playbook; what has no counterpart is refused')
    .argument('<file>', '`-` for standard input')
    .option('--map <file>', 'YAML: which command of the document is which action')
    .option('--out <file>', 'write the playbook here; it must not exist yet')
    .addHelpText('after', example('cacao import playbook.json', 'cacao import playbook.json --map commands.yaml --out playbook.yaml'))
    .action(async function bringIn(this: Program, file: string, given: { map?: string; out?: string }) {
      const options = globals(this);
      const { playbook } = readValidCacao(await readFileText(file), file);
      const mapping = given.map === undefined ? undefined : readMapping(await readFileText(given.map), given.map);
      const { text, faults } = importCacao(playbook, mapping, given.out ?? 'imported');
      if (text === undefined) return refuseImport(options, file, faults);
      if (options.json !== true) for (const marking of markingsOf(playbook)) progress(`marked ${marking}: it goes no further than that`);
      await give(options, { file, text, out: given.out, faults });
    });
}

function refuseImport(options: GlobalOptions, file: string, faults: readonly CacaoFault[]): void {
  answer(options, { file, imported: false, faults }, (clean) =>
    [
      ...clean.faults.filter(isError).map((fault) => `${style.red('error')} ${printFault(fault)}`),
      `${style.red('refused')} ${clean.file}: nothing is brought in by halves`,
    ].join('\n'),
  );
  process.exitCode = errorTable['cacao-unsupported'].exit;
}

function addExport(cacao: Program): void {
  cacao
    .command('export')
    .description('turn a playbook into a CACAO 2.0 document')
    .argument('<file>', 'the YAML of a playbook; `-` for standard input')
    .option('--original <file>', 'the document that it was imported from')
    .option('--out <file>', 'write the document here; it must not exist yet')
    .addHelpText('after', example('cacao export playbooks/contain-host.yaml', 'cacao export playbook.yaml --original playbook.json'))
    .action(async function giveOut(this: Program, file: string, given: { original?: string; out?: string }) {
      const options = globals(this);
      const original =
        given.original === undefined ? undefined : readValidCacao(await readFileText(given.original), given.original).playbook;
      const document = exportCacao(await readFileText(file), file, { at: new Date().toISOString(), original });
      const text = `${toJson(document, 2)}\n`;
      const { faults } = readCacao(text, file);
      const wrong = faults.find(isError);
      if (wrong) throw new EdictError('cacao-invalid', `what came out is no CACAO document: ${wrong.message}`, { where: wrong.pointer });
      await give({ ...options, json: given.out !== undefined && options.json === true }, { file, text, out: given.out, faults: [] });
    });
}

type Given = { readonly file: string; readonly text: string; readonly out: string | undefined; readonly faults: readonly CacaoFault[] };

async function give(options: GlobalOptions, { file, text, out, faults }: Given): Promise<void> {
  if (options.json !== true) for (const fault of faults) progress(`note ${printFault(fault)}`);
  if (out === undefined) {
    // Piped, it is the text itself: what a terminal must not see may be part of it.
    if (options.json === true) answer(options, { file, text, faults }, () => '');
    else print((process.stdout.isTTY ? plainLines(text) : text).trimEnd());
    return;
  }
  try {
    await writeFile(out, text, { flag: 'wx' });
  } catch (cause) {
    throw fileFault(cause, out) ?? cause;
  }
  answer(options, { file: out, faults }, (clean) => `${style.green('written')} ${clean.file}`);
}

function addVerify(cacao: Program): void {
  cacao
    .command('verify')
    .description('check the signatures of a document with a key that you trust')
    .argument('<file>', '`-` for standard input')
    .requiredOption('--key <pem>', 'file with the public key or certificate in PEM')
    .addHelpText('after', example('cacao verify playbook.json --key soc.pem'))
    .action(async function verify(this: Program, file: string, given: { key: string }) {
      const options = globals(this);
      const playbook = readSigned(await readFileText(file), file);
      const key = await readFile(given.key, 'utf8').catch((cause: unknown) => {
        throw fileFault(cause, given.key) ?? cause;
      });
      const signatures = verifyCacao(playbook, key, Date.now());
      // Nothing signed is nothing verified; and one signature that holds is what the user asked about.
      const valid = signatures.some((signature) => signature.valid);
      answer(options, { file, valid, signatures }, (clean) =>
        [
          ...clean.signatures.map(
            ({ id, signee, algorithm, reason }) =>
              `${reason === undefined ? style.green('valid') : style.red('refused')} ${id} by ${signee} (${algorithm})${reason === undefined ? '' : `: ${reason}`}`,
          ),
          ...(clean.signatures.length === 0 ? ['the document is not signed'] : []),
        ].join('\n'),
      );
      if (!valid) process.exitCode = errorTable['signature-invalid'].exit;
    });
}
