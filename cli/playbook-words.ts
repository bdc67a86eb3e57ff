/** What the tools for playbooks say, in words. All of it is given cleaned text. */
import type { Certification } from '../domain/playbook/quality/certify.ts';
import { printDuration } from '../domain/playbook/duration.ts';
import type { Difference } from '../domain/playbook/compare.ts';
import type { Coverage } from '../domain/playbook/quality/coverage.ts';
import type { Finding } from '../domain/playbook/quality/lint.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { SimulatedApproval, SimulatedEffect } from '../domain/playbook/simulate.ts';
import type { TrialResult } from '../domain/playbook/trial.ts';
import { style, table } from './output.ts';
import { refusedActs, simulatedTaskWords, taskReport } from './task-words.ts';

export function findingWords({ files, findings }: { readonly files: number; readonly findings: readonly Finding[] }): string {
  const lines = findings.map(
    ({ severity, file, line, column, message, suggestion }) =>
      `${file}:${line}:${column}  ${severity === 'error' ? style.red('error') : style.yellow('warning')}  ${message}${suggestion === undefined ? '' : `\n    ${suggestion}`}`,
  );
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const sum = `${counted(files, 'playbook')}, ${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}`;
  return [...lines, errors > 0 ? style.red(sum) : style.green(sum)].join('\n');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

type TestReport = {
  readonly passed: number;
  readonly failed: number;
  readonly untested: readonly string[];
  readonly results: readonly {
    readonly file: string;
    readonly name: string;
    readonly passed: boolean;
    readonly problems: readonly string[];
  }[];
};

export function testWords({ passed, failed, untested, results }: TestReport): string {
  const lines = results.flatMap(({ file, name, passed, problems }, index) => [
    ...(file === results[index - 1]?.file ? [] : [style.bold(file)]),
    `  ${passed ? style.green('✓') : style.red('✗')} ${name}`,
    ...problems.flatMap(problemLines),
  ]);
  const sum = `${passed} passed, ${failed} failed`;
  return [...lines, ...untested.map((file) => style.dim(`${file} has no tests`)), failed > 0 ? style.red(sum) : style.green(sum)].join(
    '\n',
  );
}

/** `what: expected …, got …` as a difference; anything else as it stands. */
function problemLines(problem: string): readonly string[] {
  const [, what, expected = '', got = ''] = /^(.*?): expected (.*), got (.*)$/u.exec(problem) ?? [];
  return what === undefined ? [`      ${problem}`] : differenceLines(what, expected, got).map((line) => `      ${line}`);
}

function differenceLines(what: string, before: string, after: string): readonly string[] {
  return [what, style.green(`  - ${before}`), style.red(`  + ${after}`)];
}

type Against = { readonly playbook: string; readonly version: string; readonly differences: readonly Difference[] };

export function againstWords({ playbook, version, differences }: Against): string {
  const lines = differences.flatMap(({ what, before, after }) => differenceLines(what, JSON.stringify(before), JSON.stringify(after)));
  return [
    `${style.bold(`against ${playbook}@${version}`)}  ${differences.length === 0 ? 'nothing differs' : `${counted(differences.length, 'difference')}: - there, + here`}`,
    ...lines,
  ].join('\n');
}

type CoverageReport = { readonly min: number; readonly failed: number; readonly playbooks: readonly Coverage[] };

export function coverageWords({ min, failed, playbooks }: CoverageReport): string {
  const rows = playbooks.map(({ playbook, steps, branches, percent }) => [
    playbook,
    `${steps.covered}/${steps.total}`,
    `${branches.covered}/${branches.total}`,
    `${percent} %`,
  ]);
  const missing = playbooks.flatMap(({ playbook, steps, branches }) => [
    ...steps.missing.map((step) => `${style.yellow('not covered')}  ${playbook}: step \`${step}\``),
    ...branches.missing.map(({ step, branch }) => `${style.yellow('not covered')}  ${playbook}: \`${step}\` ${branch}`),
  ]);
  const below = playbooks.filter(({ percent }) => percent < min).map(({ playbook }) => playbook);
  return [
    table(['PLAYBOOK', 'STEPS', 'BRANCHES', 'COVERED'], rows, 'no playbooks'),
    ...missing,
    ...(below.length > 0 ? [style.red(`below ${min} %: ${below.join(', ')}`)] : []),
    ...(failed > 0 ? [style.red(`${counted(failed, 'test')} failed and covered nothing: see \`edict playbook test\``)] : []),
  ].join('\n');
}

export function certificateWords(found: Certification): string {
  if ('weakness' in found) {
    const { step, what, case: name } = found.weakness;
    return `${style.red('not crash-safe')}  step \`${step}\` ${what}\n  in the case \`${name}\``;
  }
  const { playbook, version, digest, cases, events, kills, repeats, delays } = found.certificate;
  return [
    `${style.green('crash-safe')}  ${style.bold(`${playbook}@${version}`)}  ${digest}`,
    `  ${counted(cases, 'case')}, ${counted(events, 'event')}; the driver was killed ${kills} times`,
    `  ${repeats} answers came again, ${counted(delays, 'action')} answered an hour late: nothing was done twice, lost or decided otherwise`,
  ].join('\n');
}

type TrialReport = ReturnType<typeof trialReport>;

/** All that a simulated run shows, with times from its start. */
export function trialReport(plan: Plan, { run, assumed, triggered }: TrialResult) {
  const { view } = run;
  return {
    playbook: plan.playbook,
    version: plan.version,
    digest: plan.digest,
    status: view.status,
    outcome: view.outcome,
    error: view.error,
    outcomeAt: printDuration(run.outcomeAtMs),
    endedAt: printDuration(run.endedAtMs),
    path: run.path,
    steps: view.steps.map(({ step, kind, action, status, startedAtMs, endedAtMs, error }) => ({
      at: printDuration(startedAtMs ?? 0),
      ended: endedAtMs === undefined ? undefined : printDuration(endedAtMs),
      step,
      kind,
      action,
      status,
      error,
    })),
    approvals: run.approvals.map(approvalReport),
    tasks: run.tasks.map(taskReport),
    refusedActs: refusedActs(run.taskActs),
    effects: run.effects.map((effect) => effectReport(plan, effect)),
    refusedVotes: run.votes.flatMap(({ act, refused }) =>
      refused === undefined ? [] : [{ at: printDuration(act.atMs), who: act.who, step: act.step, refused }],
    ),
    outputs: view.outputs,
    assumed,
    triggered,
  };
}

function approvalReport({ command, openedAtMs, status, votes, asked, by, withheld, leases }: SimulatedApproval) {
  return {
    step: command.step,
    asked: printDuration(openedAtMs),
    expires: printDuration(command.expiresAtMs),
    roles: command.roles,
    people: command.people,
    risk: command.plan.shown?.risk,
    quorum: command.quorum,
    summary: command.summary,
    of: command.plan.effects,
    status,
    votes,
    by,
    withheld,
    leases,
    reminders: asked.map(({ atMs, kind, to, people = [] }) => ({ at: printDuration(atMs), kind, to: [...to, ...people] })),
  };
}

function effectReport(plan: Plan, { step, action, params, atMs, undoneAtMs }: SimulatedEffect) {
  const planned = plan.steps[step.slice(step.lastIndexOf('].') + (step.includes('].') ? 2 : 1))];
  return {
    at: printDuration(atMs),
    step,
    action,
    params,
    undo: planned?.kind === 'action' ? planned.undo : undefined,
    undone: undoneAtMs === undefined ? undefined : printDuration(undoneAtMs),
  };
}

export function trialWords(report: TrialReport): string {
  const { playbook, version, steps, assumed, triggered } = report;
  return [
    `${style.bold(`${playbook}@${version}`)}  simulated: nothing outside was asked or changed`,
    ...(triggered === false ? [style.yellow('the signal does not trigger this playbook; it ran all the same')] : []),
    ...assumed.map((action) => style.yellow(`assumed: ${action} answers with empty values; say what it answers with --fakes`)),
    '',
    table(
      ['AT', 'STEP', 'DOES', 'STATUS', ''],
      steps.map(({ at, ended, step, kind, action, status, error }) => [
        at,
        step,
        action ?? kind,
        status,
        error === undefined ? (ended === undefined || ended === at ? '' : `until ${ended}`) : `${error.code}: ${error.message}`,
      ]),
      'no step was entered',
    ),
    ...approvalWords(report),
    ...simulatedTaskWords(report),
    ...effectWords(report),
    '',
    ...endWords(report),
  ].join('\n');
}

function grantWords({
  by,
  withheld = [],
  leases = {},
  risk,
}: Pick<TrialReport['approvals'][number], 'by' | 'withheld' | 'leases' | 'risk'>) {
  const shorter = Object.entries(leases).map(([step, lease]) => `${step} for ${lease}`);
  return [
    ...(risk === 'high' ? [style.yellow('  high risk: approving takes a reason')] : []),
    ...(by === 'break-glass' ? [style.yellow('  by breaking the glass')] : []),
    ...(withheld.length === 0 ? [] : [`  withheld: ${withheld.join(', ')}`]),
    ...(shorter.length === 0 ? [] : [`  shorter: ${shorter.join(', ')}`]),
  ];
}

function approvalWords({ approvals, refusedVotes }: TrialReport): readonly string[] {
  return [
    ...approvals.flatMap(({ step, asked, expires, roles, people = [], quorum, summary, of, status, votes, reminders, ...more }) => [
      '',
      `${style.bold(`approval ${step}`)}  ${status}  asked at ${asked}, ${quorum} of ${[...roles, ...people].join(' or ')}, expires at ${expires}`,
      `  ${summary}`,
      ...of.map(({ action, params }) => `  ${action} ${JSON.stringify(params)}`),
      ...reminders.map(({ at, kind, to }) => `  ${at} ${kind}: ${to.join(', ')}`),
      ...votes.map(
        ({ who, decision, onBehalfOf }) => `  ${who}: ${decision}${onBehalfOf === undefined ? '' : ` on behalf of ${onBehalfOf}`}`,
      ),
      ...grantWords(more),
    ]),
    ...refusedVotes.map(({ at, who, step, refused }) => `  ${at} the vote of ${who} on ${step} was refused: ${refused}`),
  ];
}

function effectWords({ effects }: TrialReport): readonly string[] {
  if (effects.length === 0) return ['', 'no effects'];
  const rows = effects.map(({ at, step, action, params, undo, undone }) => [
    at,
    step,
    action,
    undo ?? 'none',
    undone ?? 'stays',
    JSON.stringify(params),
  ]);
  return ['', table(['EFFECT AT', 'STEP', 'ACTION', 'UNDO', 'UNDONE AT', 'WITH'], rows, '')];
}

function endWords({ status, outcome, error, outcomeAt, endedAt, path, outputs }: TrialReport): readonly string[] {
  return [
    `path     ${path.join(' → ')}`,
    status === 'ended'
      ? `outcome  ${style.bold(outcome ?? '')} at ${outcomeAt}${endedAt === outcomeAt ? '' : `, over at ${endedAt}`}`
      : `outcome  none: the run is ${status}`,
    ...(error === undefined ? [] : [`error    ${error.code}: ${error.message}`]),
    ...(outputs === undefined ? [] : [`outputs  ${JSON.stringify(outputs)}`]),
  ];
}
