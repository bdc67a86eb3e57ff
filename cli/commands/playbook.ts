/** `edict playbook`: the procedures, and starting one by hand. */
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readPairs } from '../input.ts';
import { answer, shortDigest, style, table } from '../output.ts';
import { plainLines } from '../plain.ts';
import { addPublishing } from './playbook-publish.ts';
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
    .argument('<playbook>', 'its name; `<name>@<version>` for another than the newest version')
    .addHelpText('after', example('playbook show contain-host', 'playbook show contain-host@1.0.0'))
    .action(
      withClient(async ({ client, options }, name: string) => {
        const found = await client.call('playbooks.get', versioned(name));
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
    .argument('<playbook>', 'its name; `<name>@<version>` for another than the newest version')
    .argument('[inputs...]', '<name>=<value>; a value that is JSON is taken as such')
    .option('--incident <id>', 'the incident that it is for; its signals reach the run')
    .option('--paused <reason>', 'wait before the first step, until somebody resumes it')
    .addHelpText('after', example('--as analyst playbook run contain-host host=ws-17 indicator=203.0.113.9 lease=2h'))
    .action(
      withClient(
        async ({ client, options }, name: string, pairs: string[], flags: { readonly incident?: string; readonly paused?: string }) => {
          const { params, query } = versioned(name);
          const body = { inputs: readPairs(pairs), ...query, ...flags };
          const reply = await client.call('playbooks.run', { params, body });
          answer(
            options,
            reply,
            (clean) =>
              `${style.green('started')} ${clean.playbook}@${clean.version} · run ${clean.run}\nwatch it with \`edict run watch ${clean.run}\``,
          );
        },
      ),
    );

  addPublishing(playbook);
  addPlaybookTools(playbook);
};

/** `name@version`, or the name alone for the newest. */
function versioned(text: string): { readonly params: { readonly name: string }; readonly query: { readonly version?: string } } {
  const [name = '', version] = text.split('@');
  return { params: { name }, query: version === undefined ? {} : { version } };
}
