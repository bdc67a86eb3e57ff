/** `edict incident`: cases opened from signals. */
import type { IncidentDetail } from '../../api/contract/incidents.ts';
import type { AddCommands } from '../command.ts';
import { withClient } from '../command.ts';
import { answer, plain, style, table } from '../output.ts';

export const addIncident: AddCommands = (program) => {
  const incident = program.command('incident').description('work on incidents');

  incident
    .command('list')
    .description('list the incidents, newest first')
    .option('--all', 'closed ones too')
    .action(
      withClient(async ({ client, options }, given: { all?: boolean }) => {
        const page = await client.call('incidents.list', { query: given.all === true ? { limit: 500 } : { limit: 500, status: 'open' } });
        answer(options, page, () =>
          table(
            ['INCIDENT', 'SEVERITY', 'STATUS', 'SIGNALS', 'OPENED', 'TITLE'],
            page.items.map((one) => [one.id, one.severity, one.status, String(one.signals.length), one.openedAt, one.title]),
            'no open incidents',
          ),
        );
      }),
    );

  incident
    .command('show')
    .description('show an incident: signals, runs, effects, notes')
    .argument('<incident>')
    .action(
      withClient(async ({ client, options }, id: string) => {
        const detail = await client.call('incidents.get', { params: { id } });
        answer(options, detail, () => detailWords(detail));
      }),
    );
};

function detailWords(detail: IncidentDetail): string {
  return plain(
    [
      `${style.bold(detail.id)} · ${detail.severity} · ${detail.status} · ${detail.title}`,
      ...detail.signals.map((one) => `  signal  ${one.at} ${one.kind} ${one.source ?? ''} → ${one.destination ?? ''} (${one.status})`),
      ...detail.runs.map((one) => `  run     ${one.run} ${one.playbook}@${one.version} ${one.outcome ?? one.status}`),
      ...detail.effects.map(
        (one) => `  effect  ${one.status} ${one.action} → ${one.targets.join(', ')} · entries ${one.entries.join(', ')}`,
      ),
      ...detail.notes.map((one) => `  note    ${one.at} ${one.by}: ${one.text}`),
    ].join('\n'),
  );
}
