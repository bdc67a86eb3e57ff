/** What a simulation on recorded runs says, in words. All of it is given cleaned text. */
import type { SimulatedComparison, SimulationReply } from '../api/contract/simulations.ts';
import { style, table } from './output.ts';
import { againstWords } from './playbook-words.ts';

const colours = { same: style.green, different: style.yellow, undecided: style.red } as const;

export function simulationWords({ playbook, version, comparisons, skipped, runs, same, different, undecided }: SimulationReply): string {
  const rows = comparisons.map((one) => [one.run, one.incident ?? '', one.version, one.verdict, ...coursesOf(one)]);
  return [
    `${style.bold(`${playbook}@${version}`)}  on ${runs} recorded ${runs === 1 ? 'run' : 'runs'}: nothing outside was asked or changed`,
    '',
    table(['RUN', 'INCIDENT', 'VERSION', 'DECIDES', 'WAS', 'WOULD BE'], rows, 'no recorded run of this playbook'),
    ...comparisons.filter(({ verdict, notes }) => verdict !== 'same' || notes.length > 0).flatMap(detailWords),
    ...skipped.map(({ run, reason }) => style.dim(`left out ${run}: ${reason}`)),
    '',
    `${style.green(`${same} alike`)}, ${style.yellow(`${different} otherwise`)}, ${style.red(`${undecided} undecided`)}`,
  ].join('\n');
}

function coursesOf({ before, after }: SimulatedComparison): readonly [string, string] {
  const told = (course: SimulatedComparison['before']): string =>
    course === undefined ? '' : `${course.outcome ?? 'open'} at ${course.at}`;
  return [told(before), told(after)];
}

function detailWords({ run, playbook, version, verdict, differences, reason, help, path, notes }: SimulatedComparison): readonly string[] {
  return [
    '',
    `${style.bold(run)}  ${colours[verdict](verdict)}`,
    ...(reason === undefined
      ? []
      : [`  ${reason}`, ...(help === undefined ? [] : [`  ${help}`]), `  came as far as: ${path.join(' → ') || 'nowhere'}`]),
    ...(differences.length === 0
      ? []
      : againstWords({ playbook, version, differences })
          .split('\n')
          .map((line) => `  ${line}`)),
    ...notes.map((note) => style.dim(`  note: ${note}`)),
  ];
}
