/** `edict context`: what Edict knows of the network. */
import { errorTable } from '../../domain/errors.ts';
import type { ContextReply, UploadReply } from '../../api/contract/context.ts';
import type { Client } from '../client.ts';
import type { AddCommands } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readEntities } from '../entities.ts';
import { readFileText } from '../input.ts';
import { answer, progress, style, table } from '../output.ts';
import { addContextLists } from './context/lists.ts';

export const addContext: AddCommands = (program) => {
  const context = program.command('context').description('load and show inventory, logs and indicators');

  context
    .command('show')
    .description('count what is known, and show who talks to whom')
    .addHelpText('after', example('context show'))
    .action(
      withClient(async ({ client, options }) => {
        const known = await client.call('context.get', {});
        answer(options, known, (clean) =>
          [
            countWords(clean.counts),
            table(
              ['FROM', 'TO', 'SERVICE', 'CONNECTIONS'],
              clean.graph.edges.map((edge) => [edge.from, edge.to, edge.service, String(edge.connections)]),
              'no connections yet: add some with `edict context connections conn.log`',
            ),
            ...(clean.graph.truncated ? ['there are more; these are the busiest'] : []),
          ].join('\n'),
        );
      }),
    );

  context
    .command('inventory')
    .description('replace the asset inventory')
    .argument('<assets.csv>', 'name, addresses, zone, services, groups, owner, criticality; `-` is standard input')
    .argument('[zones.csv]', 'zone, CIDRs')
    .addHelpText('after', example('context inventory demo/data/inventory.csv demo/data/zones.csv'))
    .action(
      withClient(async ({ client, options }, assets: string, zones: string | undefined) => {
        const body = { assets_csv: await readFileText(assets), ...(zones === undefined ? {} : { zones_csv: await readFileText(zones) }) };
        const reply = await client.call('context.inventory', { body });
        answer(options, reply, (clean) => [`${clean.assets} assets · ${clean.zones} zones`, ...rejectedLines(clean.rejected)].join('\n'));
      }),
    );

  context
    .command('entities')
    .description('replace what is known of people, groups and resources')
    .argument(
      '<entities.json>',
      'a list of { uid: { type, id }, attrs, parents } (Cedar’s JSON of entities), or YAML; `-` is standard input',
    )
    .addHelpText('after', example('context entities people.json'))
    .action(
      withClient(async ({ client, options }, file: string) => {
        const body = { entities: readEntities(await readFileText(file), file) };
        answer(options, await client.call('context.entities', { body }), (clean) => `${clean.entities} entities`);
      }),
    );

  addContextLists(context);
  addUpload(context, ['connections', 'add connections from Zeek’s conn.log', 'demo/data/conn-payments-synthetic.log'], (client, text) =>
    client.call('context.connections', { body: text }, { contentType: 'text/plain' }),
  );
  addUpload(context, ['identity-events', 'add identity events from AWS CloudTrail', 'demo/data/cloudtrail.json'], (client, text) =>
    client.call('context.identity-events', { body: text }, { contentType: 'text/plain' }),
  );
  addUpload(context, ['indicators', 'add threat indicators from a STIX 2.1 bundle', 'demo/data/indicators.json'], (client, text) =>
    client.call('context.indicators', { body: text }, { contentType: 'text/plain' }),
  );
};

function addUpload(
  context: Parameters<AddCommands>[0],
  [name, description, sample]: readonly [name: string, description: string, sample: string],
  upload: (client: Client, text: string) => Promise<UploadReply>,
): void {
  context
    .command(name)
    .description(description)
    .argument('<file>', '`-` is standard input')
    .addHelpText('after', example(`context ${name} ${sample}`))
    .action(
      withClient(async ({ client, options }, file: string) => {
        const reply = await upload(client, await readFileText(file));
        answer(options, reply, (clean) =>
          [`${clean.read} read · ${clean.added} new · ${clean.rejectedCount} rejected`, ...rejectedLines(clean.rejected)].join('\n'),
        );
        if (reply.read > 0 || reply.rejectedCount === 0) return;
        progress('nothing of it could be read');
        process.exitCode = errorTable['log-invalid'].exit;
      }),
    );
}

function rejectedLines(rejected: UploadReply['rejected']): readonly string[] {
  const shown = rejected.slice(0, 10).map((one) => `  ${style.yellow(one.where)} ${one.reason}`);
  return rejected.length > shown.length ? [...shown, `  … and ${rejected.length - shown.length} more (--json has them)`] : shown;
}

function countWords(counts: ContextReply['counts']): string {
  const { assets, zones, entities, connections, identityEvents, indicators, decisions } = counts;
  return `${assets} assets · ${zones} zones · ${entities} entities · ${connections} connections · ${identityEvents} identity events · ${indicators} indicators · ${decisions} decisions`;
}
