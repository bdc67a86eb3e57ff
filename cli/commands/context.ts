/** `edict context`: what Edict knows of the network; `edict decide`: what the policies in force say of one connection. */
import { EdictError } from '../../domain/errors.ts';
import type { UploadReply } from '../../api/contract/context.ts';
import type { Client } from '../client.ts';
import type { AddCommands, Session } from '../command.ts';
import { withClient } from '../command.ts';
import { readFileText } from '../input.ts';
import { answer, plain, style, table } from '../output.ts';

export const addContext: AddCommands = (program) => {
  const context = program.command('context').description('load and show inventory, logs and indicators');

  context
    .command('show')
    .description('count what is known, and show who talks to whom')
    .action(
      withClient(async ({ client, options }) => {
        const known = await client.call('context.get', {});
        answer(options, known, () =>
          [
            Object.entries(known.counts)
              .map(([name, value]) => `${value} ${name}`)
              .join(' · '),
            table(
              ['FROM', 'TO', 'SERVICE', 'CONNECTIONS'],
              known.graph.edges.map((edge) => [edge.from, edge.to, edge.service, String(edge.connections)]),
              'no connections yet',
            ),
          ].join('\n'),
        );
      }),
    );

  context
    .command('inventory')
    .description('replace the asset inventory')
    .argument('<assets.csv>')
    .argument('[zones.csv]')
    .action(
      withClient(async ({ client, options }, assets: string, zones: string | undefined) => {
        const body = { assets_csv: await readFileText(assets), ...(zones === undefined ? {} : { zones_csv: await readFileText(zones) }) };
        const reply = await client.call('context.inventory', { body });
        answer(options, reply, () => [`${reply.assets} assets · ${reply.zones} zones`, ...rejectedLines(reply.rejected)].join('\n'));
      }),
    );

  addUpload(context, 'connections', 'add connections from Zeek’s conn.log', (client, text) =>
    client.call('context.connections', { body: text }, { contentType: 'text/plain' }),
  );
  addUpload(context, 'identity-events', 'add identity events from AWS CloudTrail', (client, text) =>
    client.call('context.identity-events', { body: text }, { contentType: 'text/plain' }),
  );
  addUpload(context, 'indicators', 'add threat indicators from a STIX 2.1 bundle', (client, text) =>
    client.call('context.indicators', { body: text }, { contentType: 'text/plain' }),
  );

  program
    .command('decide')
    .description('decide a connection by the policies in force, and say why')
    .argument('<from>', 'address')
    .argument('<to>', 'address')
    .argument('<service>', 'tcp/5432, udp/53, icmp')
    .action(withClient(decide));
};

function addUpload(
  context: Parameters<AddCommands>[0],
  name: string,
  description: string,
  upload: (client: Client, text: string) => Promise<UploadReply>,
): void {
  context
    .command(name)
    .description(description)
    .argument('<file>')
    .action(
      withClient(async ({ client, options }, file: string) => {
        const reply = await upload(client, await readFileText(file));
        answer(options, reply, () =>
          [`${reply.read} read · ${reply.added} new · ${reply.rejectedCount} rejected`, ...rejectedLines(reply.rejected)].join('\n'),
        );
      }),
    );
}

function rejectedLines(rejected: UploadReply['rejected']): readonly string[] {
  return rejected.slice(0, 10).map((one) => plain(`  ${style.yellow(one.where)} ${one.reason}`));
}

async function decide({ client, options }: Session, from: string, to: string, service: string): Promise<void> {
  const [protocol = '', port = '0'] = service.split('/');
  const known = (['tcp', 'udp', 'icmp', 'other'] as const).find((one) => one === protocol);
  if (known === undefined)
    throw new EdictError('input-invalid', `unknown service \`${service}\``, { expected: 'tcp/<port>, udp/<port> or icmp' });
  const request = { kind: 'network' as const, from, to, protocol: known, port: Number(port) };
  const reply = await client.call('decide', { body: { request } });
  answer(options, reply, () =>
    plain(
      [
        `${style.bold(reply.decision)} ${reply.determining.join(', ')}`,
        ...reply.erring.map((one) => `  erring ${one.rule}: ${one.reason}`),
      ].join('\n'),
    ),
  );
}
