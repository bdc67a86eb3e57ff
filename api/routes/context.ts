/** Context in and out: what parsers can read is kept, what they cannot is reported line by line. */
import { EdictError } from '../../domain/errors.ts';
import type { Parsed } from '../../domain/context/event.ts';
import { parseCloudTrail } from '../../domain/context/parse-cloudtrail.ts';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { parseStix } from '../../domain/context/parse-stix.ts';
import { parseZeek } from '../../domain/context/parse-zeek.ts';
import { assertEntities } from '../../domain/policy/access/directory.ts';
import type { UploadReply } from '../contract/context.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { unstorable } from '../json-body.ts';
import { talkGraph } from '../context/talk-graph.ts';

type Names =
  | 'context.get'
  | 'context.inventory'
  | 'context.entities'
  | 'context.connections'
  | 'context.identity-events'
  | 'context.indicators';

const rejectedShown = 100;
const connectionsDrawn = 20_000;

export function contextHandlers({ store }: HandlerDeps): HandlersOf<Names> {
  const { context } = store;
  return {
    'context.get': async () => {
      const [counts, inventory, connections] = await Promise.all([
        context.counts(),
        context.inventory(),
        context.connections({ limit: connectionsDrawn }),
      ]);
      return { counts: { ...counts, entities: inventory.entities?.length ?? 0 }, graph: talkGraph(inventory, connections) };
    },
    'context.inventory': async ({ body, by }) => {
      const documents = typeof body === 'string' ? { assets: body } : { assets: body.assets_csv, zones: body.zones_csv };
      const { inventory, rejected } = parseInventory(documents);
      if (inventory.assets.length === 0)
        throw new EdictError('inventory-invalid', 'no asset could be read', { where: rejected[0]?.where, expected: rejected[0]?.reason });
      const { entities } = await context.inventory();
      const { digest } = await context.saveInventory({ ...inventory, ...(entities === undefined ? {} : { entities }) }, by);
      return { assets: inventory.assets.length, zones: inventory.zones.length, digest, rejected: rejected.slice(0, rejectedShown) };
    },
    'context.entities': async ({ body: { entities }, by }) => {
      assertEntities(entities);
      const { digest } = await context.saveInventory({ ...(await context.inventory()), entities }, by);
      return { entities: entities.length, digest };
    },
    'context.connections': ({ body, by }) => upload(parseZeek(body), (items) => context.addConnections(items, by)),
    'context.identity-events': ({ body, by }) => upload(parseCloudTrail(body), (items) => context.addIdentityEvents(items, by)),
    'context.indicators': ({ body, by }) => upload(parseStix(body), (items) => context.addIndicators(items, by)),
  };
}

async function upload<T extends { readonly id: string }>(
  parsed: Parsed<T>,
  add: (items: readonly T[]) => Promise<{ readonly added: number }>,
): Promise<UploadReply> {
  const faults = parsed.items.map((item) => ({ item, reason: unstorable(item) }));
  const items = faults.filter(({ reason }) => reason === undefined).map(({ item }) => item);
  const odd = faults.flatMap(({ item, reason }) =>
    reason === undefined ? [] : [{ where: item.id.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '').slice(0, 100), reason }],
  );
  const rejected = [...parsed.rejected, ...odd];
  const { added } = items.length === 0 ? { added: 0 } : await add(items);
  return { read: items.length, added, rejectedCount: rejected.length, rejected: rejected.slice(0, rejectedShown) };
}
