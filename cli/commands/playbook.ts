/** `edict playbook`: the procedures, and starting one by hand. */
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readPairs } from '../input.ts';
import { answer, shortDigest, style, table } from '../output.ts';
import { plainLines } from '../plain.ts';
import { addPlaybookTools } from './playbook-tools.ts';

export const addPlaybook: AddCommands = (program) => {
  const playbook = program.command('playbook').description('list, read and run playbooks');

  playbook
    .command('list')
    .description('list the playbooks in their newest versions')
    .addHelpText('after', example('playbook list'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('playbooks.list', {});
        answer(options, found, (clean) =>
          table(
            ['PLAYBOOK', 'VERSION', 'BY HAND', 'TITLE'],
            clean.items.map((one) => [one.playbook, one.version, one.manual?.join(',') ?? 'nobody', one.title]),
            'no playbooks: the worker publishes those of `playbooks/` when it starts',
          ),
        );
      }),
    );

  playbook
    .command('show')
    .description('show the source of a playbook')
    .argument('<playbook>')
    .addHelpText('after', example('playbook show contain-host'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        const found = await client.call('playbooks.get', { params: { name } });
        answer(
          options,
          found,
          (clean) =>
            `${style.dim(`# ${clean.playbook}@${clean.version} · ${shortDigest(clean.digest)}`)}\n${plainLines(found.source).trimEnd()}`,
        );
      }),
    );

  playbook
    .command('run')
    .description('start a playbook by hand')
    .argument('<playbook>')
    .argument('[inputs...]', '<name>=<value>; a value that is JSON is taken as such')
    .addHelpText('after', example('--as analyst playbook run contain-host host=ws-17 indicator=203.0.113.9 lease=2h'))
    .action(
      withClient(async ({ client, options }, name: string, pairs: string[]) => {
        const reply = await client.call('playbooks.run', { params: { name }, body: { inputs: readPairs(pairs) } });
        answer(
          options,
          reply,
          (clean) =>
            `${style.green('started')} ${clean.playbook}@${clean.version} · run ${clean.run}\nwatch it with \`edict run watch ${clean.run}\``,
        );
      }),
    );

  addPlaybookTools(playbook);
};
