/** `edict context`: what was recorded, what is usual in it, and what is not. All of it reads. */
import { EdictError } from '../../../domain/errors.ts';
import type { AnomalyDetail, ConnectionItem, Measured } from '../../../api/contract/context/insight.ts';
import type { Command } from 'commander';
import { example, paged, pageQuery, withClient, withMore, type PageFlags } from '../../command.ts';
import { answer, style, table, when } from '../../output.ts';

export function addContextLists(context: Command): void {
  addRecorded(context);
  addIndicators(context);
  addBaselines(context);
  addAnomalies(context);
}

type Text = { readonly text?: string };

function addRecorded(context: Command): void {
  paged(context.command('assets'))
    .description('list the assets of the inventory')
    .option('--text <text>', 'in a name, an address, an owner or a service')
    .option('--zone <zone>', 'only those of the zone')
    .addHelpText('after', example('context assets --zone payments'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & Text & { zone?: string }) => {
        const page = await client.call('context.assets', { query: { ...pageQuery(given), ...pick(given, ['text', 'zone']) } });
        answer(options, page, (clean) =>
          withMore(
            table(
              ['ASSET', 'ZONE', 'CRITICALITY', 'OWNER', 'ADDRESSES'],
              clean.items.map((one) => [one.name, one.zone, one.criticality, one.owner, one.addresses.join(', ')]),
              'no such assets: load some with `edict context inventory assets.csv`',
            ),
            clean,
          ),
        );
      }),
    );

  paged(context.command('seen'))
    .description('list recorded connections, the newest first')
    .option('--host <host>', 'an asset’s name or an address, at either end')
    .option('--from <host>', 'an asset’s name or an address, which connects')
    .option('--to <host>', 'an asset’s name or an address, which is connected to')
    .option('--service <service>', 'tcp/443, udp/53, icmp or other')
    .option('--since <time>', 'RFC 3339')
    .option('--until <time>', 'RFC 3339')
    .addHelpText('after', example('context seen --host ws-17 --service tcp/443'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & Readonly<Record<string, string>>) => {
        const query = { ...pageQuery(given), ...pick(given, ['host', 'from', 'to', 'service', 'since', 'until']) };
        const page = await client.call('context.seen', { query });
        answer(options, page, (clean) => withMore(connectionTable(clean.items), clean));
      }),
    );
}

function connectionTable(items: readonly ConnectionItem[]): string {
  return table(
    ['AT', 'FROM', 'TO', 'SERVICE', 'STATE', 'SENT', 'RECEIVED'],
    items.map((one) => [
      when(one.at),
      one.fromAsset ?? one.from,
      one.toAsset ?? one.to,
      one.service,
      one.state ?? '–',
      String(one.sentBytes),
      String(one.receivedBytes),
    ]),
    'no such connections',
  );
}

function addIndicators(context: Command): void {
  paged(context.command('indicator-list'))
    .description('list threat indicators, with how many recorded connections each is an end of')
    .option('--text <text>', 'in a value or a name')
    .option('--type <type>', 'ipv4, ipv6, domain, url or file-hash')
    .option('--seen', 'only those at an end of a recorded connection')
    .addHelpText('after', example('context indicator-list --seen'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & Text & { type?: string; seen?: true }) => {
        const type = oneOf('type', given.type, ['ipv4', 'ipv6', 'domain', 'url', 'file-hash']);
        const seen = given.seen === true ? { seen: 'yes' as const } : {};
        const page = await client.call('context.indicator-list', {
          query: { ...pageQuery(given), ...pick(given, ['text']), ...type, ...seen },
        });
        answer(options, page, (clean) =>
          withMore(
            table(
              ['VALUE', 'TYPE', 'VERDICT', 'SEEN', 'SOURCE', 'UNTIL', 'NAME'],
              clean.items.map((one) => [
                one.value,
                one.type,
                one.verdict,
                one.matches === undefined ? '–' : String(one.matches),
                one.source ?? '–',
                one.validUntil === undefined ? '–' : when(one.validUntil),
                one.name,
              ]),
              'no such indicators: load some with `edict context indicators bundle.json`',
            ),
            clean,
          ),
        );
      }),
    );
}

function addBaselines(context: Command): void {
  paged(context.command('baselines'))
    .description('what is usual between zones, between hosts, or of a host; the busiest first')
    .option('--scope <scope>', 'zones, pairs or hosts', 'zones')
    .option('--text <text>', 'in a name')
    .option('--fresh', 'only what is not older than the newest part')
    .option('--since <time>', 'where the newest part begins (RFC 3339)')
    .addHelpText('after', example('context baselines --scope hosts', 'context baselines --fresh'))
    .action(
      withClient(async ({ client, options }, given: PageFlags & Text & { scope: string; fresh?: true; since?: string }) => {
        const query = {
          ...pageQuery(given),
          ...pick(given, ['text', 'since']),
          ...oneOf('scope', given.scope, ['zones', 'pairs', 'hosts']),
          ...(given.fresh === true ? { fresh: 'yes' as const } : {}),
        };
        answer(options, await client.call('context.baselines', { query }), (clean) =>
          withMore(
            [
              table(
                ['FROM', 'TO', 'CONNECTIONS', 'NEW', 'USUAL', 'MOST', 'FIRST', 'LAST', 'SERVICES'],
                clean.items.map((one) => [
                  one.from,
                  one.to ?? `${one.peers} hosts`,
                  String(one.connections),
                  one.fresh ? 'all' : String(one.recent),
                  String(one.median),
                  String(one.most),
                  when(one.firstAt),
                  when(one.lastAt),
                  one.services.slice(0, 5).join(', '),
                ]),
                'no connections yet: add some with `edict context connections conn.log`',
              ),
              measuredWords(clean.measured),
            ].join('\n'),
            clean,
          ),
        );
      }),
    );
}

function addAnomalies(context: Command): void {
  paged(context.command('anomalies'))
    .description('what the past does not explain, the gravest first; nothing acts by it')
    .argument('[id]', 'one of them, with its explanation, its figures and the connections that it came from')
    .option('--kind <kind>', 'new-zones, new-reach, fan-out, volume, scan or beacon')
    .option('--host <host>', 'of a host or a zone')
    .option('--since <time>', 'where the newest part begins (RFC 3339)')
    .addHelpText(
      'after',
      example('context anomalies', 'context anomalies --kind beacon', 'context anomalies scan-0123456789abcdef01234567'),
    )
    .action(
      withClient(
        async ({ client, options }, id: string | undefined, given: PageFlags & { kind?: string; host?: string; since?: string }) => {
          if (id !== undefined) {
            const one = await client.call('context.anomaly', { params: { id }, query: pick(given, ['since']) });
            answer(options, one, anomalyWords);
            return;
          }
          const kind = oneOf('kind', given.kind, ['new-zones', 'new-reach', 'fan-out', 'volume', 'scan', 'beacon']);
          const query = { ...pageQuery(given), ...pick(given, ['host', 'since']), ...kind };
          answer(options, await client.call('context.anomalies', { query }), (clean) =>
            withMore(
              [
                table(
                  ['ANOMALY', 'SEVERITY', 'AT', 'INCIDENT', 'WHAT'],
                  clean.items.map((one) => [one.id, one.severity, when(one.at), one.incident ?? '–', one.title]),
                  'nothing that the past does not explain',
                ),
                measuredWords(clean.measured),
              ].join('\n'),
              clean,
            ),
          );
        },
      ),
    );
}

function anomalyWords(one: AnomalyDetail): string {
  const told = (value: number | undefined, unit: string): string => (value === undefined ? '–' : `${value} ${unit}`.trim());
  return [
    `${style.bold(one.title)} (${one.severity})`,
    one.explanation,
    '',
    table(
      ['MEASURE', 'VALUE', 'USUAL', 'TOLD FROM'],
      one.figures.map(({ name, value, unit, usual, limit }) => [name, told(value, unit), told(usual, unit), told(limit, unit)]),
      'no figures',
    ),
    '',
    connectionTable(one.seen),
    ...(one.seen.length < one.connections ? [`the first ${one.seen.length} of ${one.connections}`] : []),
    measuredWords(one.measured),
    one.incident === undefined ? 'nobody has opened an incident from it' : `incident ${one.incident}`,
  ].join('\n');
}

function measuredWords({ connections, before, recent, truncated, since, bucketSeconds }: Measured): string {
  if (connections === 0) return style.dim('nothing was recorded');
  const newest = truncated ? 'the newest ' : '';
  return style.dim(
    `${recent} connections since ${when(since)} against ${before} before, of ${newest}${connections}; in spans of ${bucketSeconds / 60} min`,
  );
}

function pick<K extends string>(given: { readonly [name: string]: unknown }, names: readonly K[]): { readonly [name in K]?: string } {
  const found = names.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]] as const] : []));
  return Object.fromEntries(found) as { readonly [name in K]?: string };
}

function oneOf<N extends string, T extends string>(name: N, given: string | undefined, known: readonly T[]): { readonly [name in N]?: T } {
  if (given === undefined) return {};
  const found = known.find((one) => one === given);
  if (found === undefined)
    throw new EdictError('input-invalid', `unknown ${name} \`${given}\``, { where: `--${name}`, expected: known.join(', ') });
  return { [name]: found } as { readonly [name in N]?: T };
}
