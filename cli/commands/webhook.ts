/** `edict webhook`: sources that may send signed signals, and their secrets. */
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { answer, progress, table, when } from '../output.ts';

export const addWebhook: AddCommands = (program) => {
  const webhook = program.command('webhook').description('sources of signed signals, and their secrets');
  for (const add of [addList, addCreate, addRotate, addDelete]) add(webhook);
};

const addList: AddCommands = (webhook) => {
  webhook
    .command('list')
    .description('list the sources; their secrets are never shown again')
    .addHelpText('after', example('--as admin webhook list'))
    .action(
      withClient(async ({ client, options }) => {
        const found = await client.call('webhooks.list', {});
        answer(options, found, (clean) =>
          table(
            ['SOURCE', 'MADE', 'ROTATED', 'BOTH SECRETS UNTIL'],
            clean.items.map((one) => [one.source, when(one.madeAt), when(one.rotatedAt), when(one.previousUntil)]),
            'no sources; make one: `edict webhook create --help`',
          ),
        );
      }),
    );
};

const addCreate: AddCommands = (webhook) => {
  webhook
    .command('create')
    .description('make a source; its secret is shown this once')
    .argument('<source>', 'a name such as the system that sends')
    .addHelpText('after', example('--as admin webhook create edr'))
    .action(
      withClient(async ({ client, options }, source: string) => {
        const made = await client.call('webhooks.create', { body: { source } });
        answer(options, made, (clean) => clean.secret);
        progress(`shown this once; it sends to /webhooks/${made.source}`);
      }),
    );
};

const addRotate: AddCommands = (webhook) => {
  webhook
    .command('rotate')
    .description('give a source a new secret; the one before stays valid for 24 hours')
    .argument('<source>')
    .addHelpText('after', example('--as admin webhook rotate edr'))
    .action(
      withClient(async ({ client, options }, source: string) => {
        const rotated = await client.call('webhooks.rotate', { params: { source }, body: {} });
        answer(options, rotated, (clean) => clean.secret);
        progress(`shown this once; the one before is valid until ${when(rotated.previousUntil)}`);
      }),
    );
};

const addDelete: AddCommands = (webhook) => {
  webhook
    .command('delete')
    .description('delete a source: nothing that it sends is taken any more')
    .argument('<source>')
    .addHelpText('after', example('--as admin webhook delete edr'))
    .action(
      withClient(async ({ client, options }, source: string) => {
        await client.call('webhooks.delete', { params: { source } });
        answer(options, { deleted: source }, (clean) => `deleted ${clean.deleted}`);
      }),
    );
};
