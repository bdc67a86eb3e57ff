/** `edict compliance`: frameworks, the controls that Edict bears on, how effective each was seen to be, and on which evidence. */
import { ControlStatus } from '../../../api/contract/compliance/compliance.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { AddCommands } from '../../command.ts';
import { example, withClient } from '../../command.ts';
import { answer, print, style, table } from '../../output.ts';
import { controlWords, statusWords } from './words.ts';

export const addCompliance: AddCommands = (program) => {
  const compliance = program.command('compliance').description('controls, how effective each was seen to be, and the evidence');

  compliance
    .command('frameworks', { isDefault: true })
    .description('list the frameworks, with how many of their controls were seen to be effective')
    .addHelpText('after', example('compliance frameworks'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('compliance.frameworks', {});
        answer(options, found, ({ items, rules, since }) =>
          [
            table(
              ['FRAMEWORK', 'EFFECTIVE', 'PARTLY', 'NOT', 'NO EVIDENCE', 'TITLE'],
              items.map(({ id, title, counts }) => [
                id,
                ...(['effective', 'partly', 'not-effective', 'no-evidence'] as const).map((status) => String(counts[status])),
                title,
              ]),
              'no frameworks',
            ),
            '',
            ...ControlStatus.options.toReversed().map((status) => `${statusWords[status].padEnd(13)}  ${rules[status]}`),
            style.dim(`what happened counts since ${since.slice(0, 10)}`),
          ].join('\n'),
        );
      }),
    );

  addControls(compliance);
  addExport(compliance);
};

const addControls: AddCommands = (compliance) => {
  compliance
    .command('controls')
    .description('list controls with their status')
    .option('--framework <id>', 'of one framework')
    .option('--status <status>', ControlStatus.options.join(', '))
    .option('--text <text>', 'in their id or title')
    .addHelpText('after', example('compliance controls --framework nist-800-53r5 --status partly'))
    .action(
      withClient(async ({ client, options }, given: { framework?: string; status?: string; text?: string }) => {
        const query = { ...given, ...(given.status === undefined ? {} : { status: statusOf(given.status) }) } as const;
        const found = await client.call('compliance.controls', { query: query as { status?: ControlStatus } });
        answer(options, found, ({ items }) =>
          table(
            ['CONTROL', 'STATUS', 'HOLDS', 'FAILS', 'UNSEEN', 'EVIDENCE', 'TITLE'],
            items.map((one) => [
              one.control,
              statusWords[one.status],
              String(one.holds),
              String(one.fails),
              String(one.unseen),
              String(one.evidence),
              one.title || '–',
            ]),
            'no control is like that',
          ),
        );
      }),
    );

  compliance
    .command('show')
    .description('show a control with what is claimed for it, what was found, and the rows that say so')
    .argument('<control>', '<framework>:<id>')
    .addHelpText('after', example('compliance show nist-800-53r5:ac-4'))
    .action(
      withClient(async ({ client, options }, control: string) => {
        answer(options, await client.call('compliance.control', { params: { control } }), controlWords);
      }),
    );
};

const addExport: AddCommands = (compliance) => {
  compliance
    .command('export')
    .description('write controls with their evidence to standard output')
    .option('--framework <id>', 'of one framework')
    .option('--format <format>', 'json, csv or oscal', 'json')
    .addHelpText('after', example('compliance export > controls.json', 'compliance export --format oscal > assessment-results.json'))
    .action(
      withClient(async ({ client }, { format, ...query }: { framework?: string; format: string }) => {
        if (format === 'csv') process.stdout.write(await client.call('compliance.csv', { query }));
        else if (format === 'oscal') print(JSON.stringify(await client.call('compliance.oscal', {}), null, 2));
        else if (format === 'json') print(JSON.stringify(await client.call('compliance.export', { query }), null, 2));
        else
          throw new EdictError('input-invalid', `there is no format \`${format}\``, { where: '--format', expected: 'json, csv or oscal' });
      }),
    );
};

function statusOf(given: string): ControlStatus {
  const parsed = ControlStatus.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EdictError('input-invalid', `there is no status \`${given}\``, {
    where: '--status',
    expected: ControlStatus.options.join(', '),
  });
}
