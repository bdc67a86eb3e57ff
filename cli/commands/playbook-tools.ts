/** `edict playbook lint, graph, simulate, test, coverage, certify`: writing playbooks, without a server; nothing outside is asked or changed. */
import { Command } from 'commander';
import { certify, type CertifiedCase } from '../../domain/playbook/quality/certify.ts';
import { differencesOf } from '../../domain/playbook/compare.ts';
import { catalogueOf, type Catalogue } from '../../domain/playbook/publishing/catalogue.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { coverageOf, type Coverage } from '../../domain/playbook/quality/coverage.ts';
import { graphFormats, printGraph, type GraphFormat } from '../../domain/playbook/graph-print.ts';
import { graphOf } from '../../domain/playbook/graph.ts';
import { lintPlaybook, type Finding } from '../../domain/playbook/quality/lint.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { readPlaybookTests, runPlaybookTests, simulationOf, type PlaybookTestResult } from '../../domain/playbook/playbook-test.ts';
import { tryOut } from '../../domain/playbook/trial.ts';
import { EdictError } from '../../domain/errors.ts';
import { example, globals, type AddCommands } from '../command.ts';
import { faultOf } from '../fault.ts';
import { readFileText, readPairs, readText } from '../input.ts';
import { answer, print } from '../output.ts';
import { plainLines } from '../plain.ts';
import { defaultFolder, isFolder, playbookFiles, testsBeside } from '../playbook-files.ts';
import { addRecordedOptions, isRecorded, simulateRecorded, type RecordedFlags } from './playbook-recorded.ts';
import { againstWords, certificateWords, coverageWords, findingWords, testWords, trialReport, trialWords } from '../playbook-words.ts';

const exitCodes = { failed: 1, badInput: 2 } as const;

/** Adds them to the group `playbook`. */
export const addPlaybookTools: AddCommands = (playbook) => {
  for (const command of [lint(), graph(), simulate(), test(), coverage(), certification()]) playbook.addCommand(command);
};

function lint(): Command {
  return new Command('lint')
    .description('check playbooks for faults, with their places; exit code 2 when there are any')
    .argument('<files...>', 'playbooks, or folders of them')
    .addHelpText('after', example('playbook lint playbooks', 'playbook lint contain-host.yaml --json'))
    .action(async function act(this: Command, given: string[]) {
      const files = playbookFiles(given);
      const playbooks = given.some(isFolder) ? await catalogueIn(files) : undefined;
      const findings = (await Promise.all(files.map((file) => lintFile(file, playbooks)))).flat();
      if (findings.some(({ severity }) => severity === 'error')) process.exitCode = exitCodes.badInput;
      answer(globals(this), { files: files.length, findings }, findingWords);
    });
}

/** In a folder, playbooks may call each other. What does not compile is told of by itself. */
async function catalogueIn(files: readonly string[]): Promise<Catalogue> {
  const plans = await Promise.all(files.map((file) => planOf(file).catch(() => undefined)));
  return catalogueOf(plans.flatMap((plan) => plan ?? []));
}

/** What cannot be read is a fault like others: the rest of the folder is checked all the same. */
async function lintFile(file: string, playbooks: Catalogue | undefined): Promise<readonly Finding[]> {
  try {
    return lintPlaybook(await readFileText(file), file, { playbooks });
  } catch (error) {
    const { message, expected } = faultOf(error);
    return [{ severity: 'error', file, line: 1, column: 1, message, suggestion: expected }];
  }
}

function graph(): Command {
  return new Command('graph')
    .description('draw a playbook: its steps, and why control goes from one to the next')
    .argument('<file>')
    .option('--format <format>', `one of ${graphFormats.join(', ')}`, 'mermaid')
    .addHelpText('after', example('playbook graph playbooks/contain-host.yaml', 'playbook graph playbooks/review.yaml --format text'))
    .action(async function act(this: Command, file: string, { format }: { format: string }) {
      if (!isFormat(format))
        throw new EdictError('input-invalid', `\`${format}\` is no format of a graph`, { expected: graphFormats.join(', ') });
      const drawn = graphOf(await planOf(file));
      if (globals(this).json === true) return answer(globals(this), drawn, () => '');
      print(plainLines(printGraph(drawn, format)).trimEnd());
    });
}

const isFormat = (format: string): format is GraphFormat => (graphFormats as readonly string[]).includes(format);

type TrialFlags = {
  readonly inputs?: string[];
  readonly signal?: string;
  readonly signals?: string;
  readonly fakes?: string;
  readonly people?: string;
  readonly by?: string;
  readonly cancel?: string;
  readonly against?: string;
};

function simulate(): Command {
  return addRecordedOptions(new Command('simulate'))
    .description('run a playbook in memory and in virtual time: what it would do, and when; nothing is done')
    .argument('<file>', 'on recorded runs also the name of a published playbook, as `name` or `name@version`')
    .option('--inputs <name=value...>', 'inputs; a value that is JSON is taken as such')
    .option('--signal <json>', 'the signal that starts it: JSON, or @file')
    .option('--signals <@file>', 'signals that come later, as under `signals` of a test: YAML, or @file')
    .option('--fakes <@file>', 'what actions answer, as under `fakes` of a test: YAML, or @file')
    .option('--people <@file>', 'who decides what and when, as under `people` of a test: YAML, or @file')
    .option('--by <person>', 'who starts it by hand')
    .option('--cancel <duration>', 'cancel it after so long')
    .option('--against <file>', 'another version, run on the same: shows how the decisions differ')
    .addHelpText(
      'after',
      example(
        'playbook simulate playbooks/contain-host.yaml --inputs host=ws-17 indicator=203.0.113.9',
        "playbook simulate playbooks/contain-host.yaml --signal @signal.json --people '[{ at: 5m, who: max, approve: ask }]'",
        'playbook simulate contain-host.yaml --incident inc-7',
        'playbook simulate contain-host@1.2.0 --all-incidents --last 50',
      ),
    )
    .action(async function act(this: Command, file: string, flags: TrialFlags & RecordedFlags) {
      if (isRecorded(flags)) return await simulateRecorded(this, file, flags);
      const plan = await planOf(file);
      const { inputs = [], by, cancel } = flags;
      const texts: { [what: string]: string } = {};
      for (const what of ['signal', 'signals', 'fakes', 'people'] as const)
        if (flags[what] !== undefined) texts[what] = await readText(flags[what]);
      const trial = { ...texts, inputs: readPairs(inputs), by, cancelAt: cancel };
      const tried = tryOut(plan, trial);
      const report = trialReport(plan, tried);
      if (flags.against === undefined) return answer(globals(this), report, trialWords);
      const other = await planOf(flags.against);
      const differences = differencesOf(tryOut(other, trial).run, tried.run);
      const against = { playbook: other.playbook, version: other.version, digest: other.digest, differences };
      answer(globals(this), { ...report, against }, (clean) => `${trialWords(clean)}\n\n${againstWords(clean.against)}`);
    });
}

function test(): Command {
  return new Command('test')
    .description('run the tests beside playbooks; exit code 1 when one does not hold')
    .argument('[path]', 'a playbook, or a folder of them', defaultFolder)
    .addHelpText('after', example('playbook test', 'playbook test playbooks/contain-host.yaml'))
    .action(async function act(this: Command, path: string) {
      const tested = await testAll(path);
      const results = tested.flatMap(({ file, results }) =>
        (results ?? []).map(({ name, passed, problems }) => ({ file, name, passed, problems })),
      );
      const untested = tested.filter(({ results }) => results === undefined).map(({ file }) => file);
      if (results.length === 0) throw withoutTests(path);
      const failed = results.filter(({ passed }) => !passed).length;
      if (failed > 0) process.exitCode = exitCodes.failed;
      answer(globals(this), { passed: results.length - failed, failed, untested, results }, testWords);
    });
}

function coverage(): Command {
  return new Command('coverage')
    .description('which steps and branches of playbooks their tests go through, and which not')
    .argument('[path]', 'a playbook, or a folder of them', defaultFolder)
    .option('--min <percent>', 'exit code 1 below this, of each playbook', '0')
    .addHelpText('after', example('playbook coverage', 'playbook coverage playbooks --min 100'))
    .action(async function act(this: Command, path: string, { min }: { min: string }) {
      const least = percentOf(min);
      const tested = await testAll(path);
      const playbooks: readonly Coverage[] = tested.map(({ plan, results }) =>
        coverageOf(
          plan,
          (results ?? []).flatMap(({ passed, run }) => (passed && run ? [run.view] : [])),
        ),
      );
      const failed = tested.flatMap(({ results }) => results ?? []).filter(({ passed }) => !passed).length;
      if (failed > 0 || playbooks.some(({ percent }) => percent < least)) process.exitCode = exitCodes.failed;
      answer(globals(this), { min: least, failed, playbooks }, coverageWords);
    });
}

function certification(): Command {
  return new Command('certify')
    .description('run the cases of a playbook with its driver killed after every event; exit code 1 where it is not crash-safe')
    .argument('<file>')
    .addHelpText('after', example('playbook certify playbooks/contain-host.yaml'))
    .action(async function act(this: Command, file: string) {
      for (const { plan, results, cases } of await testAll(file)) {
        const broken = results?.find(({ passed }) => !passed);
        if (broken)
          throw new EdictError('conflict', `the test \`${broken.name}\` of \`${file}\` does not hold`, {
            help: '`edict playbook test` says why',
          });
        if (cases.length === 0) throw withoutTests(file);
        const found = certify(plan, cases);
        if ('weakness' in found) process.exitCode = exitCodes.failed;
        answer(globals(this), found, certificateWords);
      }
    });
}

function withoutTests(path: string): EdictError {
  return new EdictError('input-invalid', `no tests beside \`${path}\``, { expected: 'a file `<playbook>.test.yaml` beside it' });
}

function percentOf(text: string): number {
  const percent = /^\d{1,3}$/u.test(text) ? Number(text) : Number.NaN;
  if (percent <= 100) return percent;
  throw new EdictError('input-invalid', `\`${text}\` is no percentage`, { where: '--min', expected: '0 to 100' });
}

type Tested = {
  readonly file: string;
  readonly plan: Plan;
  /** Undefined when there are no tests beside it. */
  readonly results?: readonly PlaybookTestResult[] | undefined;
  readonly cases: readonly CertifiedCase[];
};

async function testAll(path: string): Promise<readonly Tested[]> {
  const tested: Tested[] = [];
  for (const file of playbookFiles([path])) {
    const plan = await planOf(file);
    const tests = await testsBeside(file);
    const results = tests && runPlaybookTests(plan, tests.text, tests.file);
    const cases = tests ? readPlaybookTests(tests.text, tests.file) : [];
    tested.push({ file, plan, results, cases: cases.map((test) => ({ name: test.name, simulation: simulationOf(plan, test) })) });
  }
  return tested;
}

async function planOf(file: string): Promise<Plan> {
  return compilePlaybook(await readFileText(file), file).plan;
}
