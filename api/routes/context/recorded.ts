/** What was recorded, listed. */
import { canonicalAddress, matcherOf } from '../../../domain/context/address.ts';
import type { Connection, Indicator } from '../../../domain/context/event.ts';
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { IndicatorItem } from '../../contract/context/insight.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import type { Insight } from '../../context/insight.ts';
import { holds, namer, pageIn } from './listed.ts';

type Names = 'context.assets' | 'context.zones' | 'context.seen' | 'context.identities' | 'context.indicator-list';

export function recordedHandlers({ store: { context }, clock }: HandlerDeps, insight: () => Promise<Insight>): HandlersOf<Names> {
  return {
    'context.assets': async ({ query: { cursor, limit, text, zone } }) => {
      const { assets } = await context.inventory();
      const found = assets.filter(
        (asset) =>
          (zone === undefined || asset.zone === zone) && holds([asset.name, asset.owner, ...asset.addresses, ...asset.services], text),
      );
      return { ...pageIn(found, { cursor, limit }), total: found.length };
    },
    'context.zones': async () => {
      const { assets, zones } = await context.inventory();
      return { items: zones.map((zone) => ({ ...zone, assets: assets.filter((asset) => asset.zone === zone.name).length })) };
    },
    'context.seen': async ({ query: { cursor, limit, host, from, to, service, since, until } }) => {
      const inventory = await context.inventory();
      const addressesOf = (name: string | undefined) => (name === undefined ? undefined : addressesIn(inventory, name));
      const filter = { ends: addressesOf(host), from: addressesOf(from), to: addressesOf(to), ...serviceFilter(service), since, until };
      const { items, next } = await context.connectionPage(filter, { cursor, limit });
      return { items: items.map(namer(inventory)), next };
    },
    'context.identities': ({ query: { cursor, limit, text } }) => context.identityPage({ text }, { cursor, limit }),
    'context.indicator-list': async ({ query: { cursor, limit, seen, ...filter } }) => {
      const [page, { past }] = await Promise.all([
        context.indicatorPage({ ...filter, seen: seen === 'yes' }, { cursor, limit }),
        insight(),
      ]);
      const ends = endsOf(past.all.map(({ connection }) => connection));
      const items = page.items.map((indicator) => indicatorItem(indicator, ends, clock()));
      return { items: seen === 'yes' ? items.filter(({ matches }) => (matches ?? 0) > 0) : items, next: page.next };
    },
  };
}

/** An asset's addresses, or the address itself. A name that nobody knows is at no end of anything. */
function addressesIn({ assets }: Inventory, name: string): readonly string[] {
  const address = canonicalAddress(name);
  return assets.find((asset) => asset.name === name)?.addresses ?? (address === undefined ? [] : [address]);
}

function serviceFilter(service: string | undefined): { readonly protocol?: string; readonly port?: number } {
  const [protocol, port] = service?.split('/') ?? [];
  return { ...(protocol === undefined ? {} : { protocol }), ...(port === undefined ? {} : { port: Number(port) }) };
}

/** How many connections each address is an end of. */
function endsOf(connections: readonly Connection[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { from, to } of connections) {
    ends.set(from, (ends.get(from) ?? 0) + 1);
    if (to !== from) ends.set(to, (ends.get(to) ?? 0) + 1);
  }
  return ends;
}

function indicatorItem(indicator: Indicator, ends: ReadonlyMap<string, number>, now: Date): IndicatorItem {
  const { type, value, validFrom, validUntil } = indicator;
  const verdict =
    Date.parse(validFrom) > now.getTime()
      ? 'not-yet'
      : validUntil !== undefined && Date.parse(validUntil) <= now.getTime()
        ? 'expired'
        : 'malicious';
  return { ...indicator, verdict, ...(type === 'ipv4' || type === 'ipv6' ? { matches: matchesOf(value, ends) } : {}) };
}

function matchesOf(value: string, ends: ReadonlyMap<string, number>): number {
  if (!value.includes('/')) return ends.get(value) ?? 0;
  const isIn = matcherOf([value]);
  return [...ends].reduce((sum, [address, count]) => (isIn(address) ? sum + count : sum), 0);
}
