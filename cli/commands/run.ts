/** `edict run`: what a run did, does and waits for. */
import { EdictError } from '../../domain/errors.ts';
import type { RunDetail, RunView } from '../../api/contract/runs.ts';
import type { AddCommands, Session } from '../command.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import type { PageFlags } from '../command.ts';
import { serverEvents } from '../events.ts';
import { answer, padded, print, progress, style, table, when } from '../output.ts';
import { cleaned, toJson } from '../plain.ts';
import { addRunControl, controlLines } from './run-control.ts';

export const addRun: AddCommands = (program) => {
  const run = program.command('run').description('follow the runs of playbooks');
  for (const add of [addList, addShow, addWatch, addRunControl]) add(run);
};

const addList: AddCommands = (run) => {
  paged(run.command('list'))
    .description('list the runs, newest first')
    .option('--incident <id>', 'those of one incident')
    .option('--policy <name>', 'those of one policy')
    .addHelpText('after', example('run list', 'run list --policy cardholder-database'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & { incident?: string; policy?: string }) => {
        const { incident, policy } = given;
        const query = {
          ...(incident === undefined ? {} : { incident }),
          ...(policy === undefined ? {} : { policy }),
          ...pageQuery(given),
        };
        const page = await client.call('runs.list', { query });
        answer(options, page, (clean) =>
          withMore(
            table(
              ['RUN', 'PLAYBOOK', 'STATUS', 'OUTCOME', 'ASKED BY', 'AT'],
              clean.items.map((one) => [
                one.run,
                `${one.playbook}@${one.version}`,
                one.status,
                one.outcome ?? '',
                one.requester,
                when(one.orderedAt),
              ]),
              'no runs yet; submitting a policy, a signal or `edict playbook run` starts one',
            ),
            clean,
          ),
        );
      }),
    );
};

const addShow: AddCommands = (run) => {
  run
    .command('show')
    .description('show each step of a run, and its effects')
    .argument('<run>')
    .addHelpText('after', example('run show contain-host-882b222f5af2'))
    .action(
      withClient(async ({ client, options }, id: string) => {
        const detail = await client.call('runs.get', { params: { run: id } });
        answer(options, detail, detailWords);
      }),
    );
};

const addWatch: AddCommands = (run) => {
  run
    .command('watch')
    .description('follow a run until it ends; the exit code is 0 when its outcome is `done`')
    .argument('<run>')
    .addHelpText('after', `\nWith --json, each line is the whole run as it stands.\n${example('run watch contain-host-882b222f5af2')}`)
    .action(withClient(watch));
};

const retryAfterMs = 1000;

type Seen = { readonly id: string | undefined; readonly view: RunView | undefined };

/** Goes on where it stopped when the connection breaks. */
async function watch(session: Session, id: string): Promise<void> {
  let seen: Seen = { id: undefined, view: undefined };
  while (seen.view?.status !== 'ended') {
    try {
      seen = await follow(session, id, seen);
    } catch (error) {
      const mayReturn = seen.view !== undefined && error instanceof EdictError && error.code === 'dependency-unavailable';
      if (!mayReturn) throw error;
      progress(`${error.message}; trying again`);
    }
    if (seen.view?.status !== 'ended') await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
  }
  if (seen.view.outcome !== 'done') process.exitCode = 5;
}

async function follow({ client, options }: Session, id: string, from: Seen): Promise<Seen> {
  let seen = from;
  const stream = await client.stream('runs.events', { params: { run: id } }, from.id === undefined ? {} : { 'last-event-id': from.id });
  for await (const event of serverEvents(stream)) {
    const view = JSON.parse(event.data) as RunView;
    if (options.json === true) print(toJson(view));
    else for (const line of changes(seen.view, cleaned(view))) print(line);
    if (view.status === 'leased' && seen.view?.status !== 'leased')
      progress('the procedure has ended; an effect holds until its lease ends, or `edict run cancel`');
    seen = { id: event.id, view };
  }
  return seen;
}

/** One line for each step that changed, and one for the end. */
function changes(before: RunView | undefined, after: RunView): readonly string[] {
  const known = new Map(before?.steps.map((step) => [step.step, step.status]));
  const lines = after.steps.filter((step) => known.get(step.step) !== step.status).map(stepLine);
  const paused = pauseLines(before, after);
  return after.status === 'ended' && before?.status !== 'ended' ? [...lines, endLine(after)] : [...lines, ...paused];
}

function pauseLines(before: RunView | undefined, { paused }: RunView): readonly string[] {
  if (paused && !before?.paused) return [style.yellow(`paused by ${paused.by}: ${paused.reason}`)];
  return before?.paused && !paused ? ['resumed'] : [];
}

const marks: Readonly<Record<string, string>> = {
  done: style.green('✓'),
  running: '…',
  waiting: style.yellow('?'),
  skipped: style.dim('–'),
  undone: style.yellow('↶'),
};

function stepLine(step: RunView['steps'][number]): string {
  const error = step.error === undefined ? '' : style.red(` ${step.error.message} [${step.error.code}]`);
  const approval = step.status === 'waiting' && step.approval !== undefined ? ` · \`edict approvals ${step.approval}\`` : '';
  const task = step.status === 'waiting' && step.task !== undefined ? ` · \`edict task show ${step.task}\`` : '';
  const called = step.child === undefined ? '' : style.dim(` · run ${step.child}`);
  const skipped = step.skipped === undefined ? '' : style.dim(` by ${step.skipped.by}: ${step.skipped.reason}`);
  const until = step.untilMs === undefined ? '' : style.dim(` until ${when(new Date(step.untilMs).toISOString())}`);
  return `${marks[step.status] ?? style.red('✗')} ${padded(step.step, 24)} ${step.status.padEnd(9)} ${step.action ?? step.kind}${called}${until}${approval}${task}${skipped}${error}`;
}

function endLine(view: RunView): string {
  const error = view.error === undefined ? '' : ` · ${view.error.message} [${view.error.code}]`;
  return `${view.outcome === 'done' ? style.green('done') : style.red(view.outcome ?? 'ended')}${error}`;
}

function detailWords(detail: RunDetail): string {
  const head = `${style.bold(detail.run)} · ${detail.playbook}@${detail.version} · ${detail.view?.status ?? detail.status}${detail.outcome === undefined ? '' : ` · ${detail.outcome}`} · asked by ${detail.requester}`;
  const stale = detail.stale ? [style.yellow('the workflow did not answer; this is what was last stored')] : [];
  const effects = detail.effects.map(
    (one) => `  ${one.status.padEnd(9)} ${one.key} ${one.action} → ${one.targets.join(', ')} · entries ${one.entries.join(', ')}`,
  );
  return [
    head,
    ...stale,
    ...controlLines(detail),
    ...(detail.view?.steps.map(stepLine) ?? []),
    ...(effects.length > 0 ? ['effects', ...effects] : []),
  ].join('\n');
}
