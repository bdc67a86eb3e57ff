/** The audit chain: pages, the whole of it as lines, and its verification. */
import { Readable } from 'node:stream';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { sent } from '../handler.ts';

export function auditHandlers({ store }: HandlerDeps): HandlersOf<'audit.list' | 'audit.export' | 'audit.verify'> {
  return {
    'audit.list': ({ query: { cursor, limit, ...filter } }) => store.audit.list(filter, { cursor, limit }),
    'audit.verify': () => store.audit.verify(),
    'audit.export': async ({ reply }) => {
      void reply.type('application/x-ndjson').send(Readable.from(lines(store.audit.export())));
      return sent;
    },
  };
}

async function* lines(rows: AsyncIterable<unknown>): AsyncIterable<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
