/** `edict incident`: cases opened from signals. */
import { EdictError } from '../../domain/errors.ts';
import type { IncidentDetail } from '../../api/contract/incidents.ts';
import type { AddCommands } from '../command.ts';
import { example, pageQuery, paged, withClient, withMore } from '../command.ts';
import type { PageFlags } from '../command.ts';
import { answer, style, table, when } from '../output.ts';

export const addIncident: AddCommands = (program) => {
  const incident = program.command('incident').description('work on incidents');

  paged(incident.command('list'))
    .description('list the incidents, newest first')
    .option('--status <status>', 'open, contained or closed')
    .addHelpText('after', example('incident list --status open'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & { status?: string }) => {
        const status = given.status === undefined ? {} : { status: statusOf(given.status) };
        const page = await client.call('incidents.list', { query: { ...pageQuery(given), ...status } });
        answer(options, page, (clean) =>
          withMore(
            table(
              ['INCIDENT', 'SEVERITY', 'STATUS', 'SIGNALS', 'OPENED', 'TITLE'],
              clean.items.map((one) => [one.id, one.severity, one.status, String(one.signalCount), when(one.openedAt), one.title]),
              'no incidents; a signal opens one: `edict signal send --help`',
            ),
            clean,
          ),
        );
      }),
    );

  incident
    .command('show')
    .description('show an incident: signals, runs, effects, notes, what happened when, and how long it took')
    .argument('<incident>')
    .addHelpText('after', example('incident show inc-4609e39d8a4b'))
    .action(
      withClient(async ({ client, options }, id: string) => {
        const detail = await client.call('incidents.get', { params: { id } });
        answer(options, detail, detailWords);
      }),
    );
};

const statuses = ['open', 'contained', 'closed'] as const;

function statusOf(given: string): (typeof statuses)[number] {
  const status = statuses.find((one) => one === given);
  if (status === undefined) throw new EdictError('input-invalid', `unknown status \`${given}\``, { expected: statuses.join(', ') });
  return status;
}

function detailWords(detail: IncidentDetail): string {
  return [
    `${style.bold(detail.id)} · ${detail.severity} · ${detail.status} · ${detail.title}`,
    ...detail.signals.map((one) => `  signal  ${when(one.at)} ${one.kind} ${one.source ?? ''} → ${one.destination ?? ''} (${one.status})`),
    ...detail.runs.map((one) => `  run     ${one.run} ${one.playbook}@${one.version} ${one.outcome ?? one.status}`),
    ...detail.effects.map((one) => `  effect  ${one.status} ${one.action} → ${one.targets.join(', ')} · entries ${one.entries.join(', ')}`),
    ...detail.notes.map((one) => `  note    ${when(one.at)} ${one.by}: ${one.text}`),
    ...detail.timeline
      .filter((one) => one.phase !== 'other')
      .map((one) => `  ${one.phase.padEnd(7)} ${`+${lasting(one.sinceMs)}`.padStart(8)}  ${one.event} ${one.subject} (${one.actor})`),
    `  took    ${tookWords(detail.metrics)}`,
  ].join('\n');
}

function tookWords({ detectMs, decideMs, containMs, recoverMs }: IncidentDetail['metrics']): string {
  const times = { 'to detect': detectMs, 'to decide': decideMs, 'to contain': containMs, 'to recover': recoverMs };
  const known = Object.entries(times).flatMap(([name, ms]) => (ms === undefined ? [] : [`${lasting(ms)} ${name}`]));
  return known.join(' · ') || 'nothing is measured yet';
}

function lasting(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')}s`;
  return `${Math.floor(ms / 3_600_000)}h${String(Math.floor((ms % 3_600_000) / 60_000)).padStart(2, '0')}m`;
}
