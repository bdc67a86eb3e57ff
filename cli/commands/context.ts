/** `edict context`: what Edict knows of the network; `edict decide`: what the policies in force say of one connection. */
import { isIP } from 'node:net';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { ContextReply, UploadReply } from '../../api/contract/context.ts';
import type { DecideReply } from '../../api/contract/policies.ts';
import type { Client } from '../client.ts';
import type { AddCommands, Session } from '../command.ts';
import { example, withClient } from '../command.ts';
import { readFileText } from '../input.ts';
import { answer, progress, style, table } from '../output.ts';

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

  addUpload(context, ['connections', 'add connections from Zeek’s conn.log', 'demo/data/conn-payments-synthetic.log'], (client, text) =>
    client.call('context.connections', { body: text }, { contentType: 'text/plain' }),
  );
  addUpload(context, ['identity-events', 'add identity events from AWS CloudTrail', 'demo/data/cloudtrail.json'], (client, text) =>
    client.call('context.identity-events', { body: text }, { contentType: 'text/plain' }),
  );
  addUpload(context, ['indicators', 'add threat indicators from a STIX 2.1 bundle', 'demo/data/indicators.json'], (client, text) =>
    client.call('context.indicators', { body: text }, { contentType: 'text/plain' }),
  );

  program
    .command('decide')
    .description('decide a connection by the policies in force, and say why')
    .argument('<from>', 'IPv4 or IPv6 address')
    .argument('<to>', 'IPv4 or IPv6 address')
    .argument('<service>', 'tcp/5432, udp/53, icmp')
    .addHelpText('after', example('decide 10.4.0.17 10.2.0.5 tcp/5432'))
    .action(withClient(decide));
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
  const { assets, zones, connections, identityEvents, indicators, decisions } = counts;
  return `${assets} assets · ${zones} zones · ${connections} connections · ${identityEvents} identity events · ${indicators} indicators · ${decisions} decisions`;
}

async function decide({ client, options }: Session, from: string, to: string, service: string): Promise<void> {
  const request = { kind: 'network' as const, from: addressOf(from), to: addressOf(to), ...serviceOf(service) };
  const reply = await client.call('decide', { body: { request } });
  answer(options, reply, decisionWords);
}

function decisionWords(reply: DecideReply): string {
  const by = reply.determining.length === 0 ? 'no rule speaks of it' : reply.determining.join(', ');
  const erring = reply.erring.map((one) => `  erring ${one.rule}: ${one.reason}`);
  const policies = reply.policies.map((one) => `${one.policy} version ${one.version}`);
  const asked = policies.length === 0 ? 'no policy is in force yet' : `asked ${policies.join(', ')}`;
  return [`${style.bold(reply.decision)} · ${by}`, ...erring, style.dim(asked)].join('\n');
}

function addressOf(given: string): string {
  if (isIP(given) !== 0 && !given.includes('%')) return given;
  throw new EdictError('input-invalid', `\`${given}\` is not an address`, {
    expected: 'an IPv4 or IPv6 address; `edict context show` knows who talks to whom',
  });
}

function serviceOf(given: string): { readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other'; readonly port: number } {
  const [, protocol, port] = /^(?:(tcp|udp)\/(\d{1,5}))$/u.exec(given) ?? [];
  if ((protocol === 'tcp' || protocol === 'udp') && Number(port) <= 65_535) return { protocol, port: Number(port) };
  if (given === 'icmp' || given === 'other') return { protocol: given, port: 0 };
  throw new EdictError('input-invalid', `unknown service \`${given}\``, { expected: 'tcp/<port>, udp/<port>, icmp or other' });
}
