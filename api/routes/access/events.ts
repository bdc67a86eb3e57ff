/** The stream of hints: who may open one, to whom it tells what, and what of it a browser is told again after a break. */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { EdictError } from '../../../domain/errors.ts';
import { stillIn } from '../../auth/still-in.ts';
import { topics } from '../../contract/access/events.ts';
import type { Topic } from '../../contract/access/events.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { sent } from '../../handler.ts';
import { follower } from '../../live/follower.ts';
import { liveHub } from '../../live/hub.ts';

/** A page open in a dozen tabs, and no more. */
const streamsOfOneMost = 12;
const streamsMost = 1000;

export function eventHandlers({ store, authz, access, closing }: HandlerDeps): HandlersOf<'events'> {
  const hub = liveHub({ audit: store.audit, closing });
  const streams = streamCounts();
  return {
    events: async ({ http, reply, person, session, by }) => {
      const release = streams.take(by);
      try {
        const held: ReadonlySet<string> = new Set(await authz.permissionsOf(person));
        const may = (topic: Topic) => held.has(topics[topic]);
        const still = stillIn({ store, caller: { by, person, session }, authorization: http.headers.authorization, idleMs: access.idleMs });
        // Before the answer begins: a store that is away is a problem, not a stream.
        await store.audit.head();
        const out = eventStream(reply);
        await hub
          .follow((seen) => follower({ out, person: by, may, stillIn: still, seen }), lastRow(http.headers['last-event-id']))
          .finally(() => out.end());
      } finally {
        release();
      }
      return sent;
    },
  };
}

export function eventStream(reply: FastifyReply): ServerResponse {
  const headers = reply.getHeaders();
  reply.hijack();
  const out = reply.raw;
  out.writeHead(200, {
    ...(headers as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  out.flushHeaders();
  return out;
}

function lastRow(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/u.test(header) ? Number(header) : undefined;
}

function streamCounts(): { readonly take: (person: string) => () => void } {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    take: (person) => {
      const own = counts.get(person) ?? 0;
      if (own >= streamsOfOneMost || all >= streamsMost)
        throw new EdictError('rate-limited', 'too many streams are open', { help: 'close a page of the console' });
      counts.set(person, own + 1);
      all += 1;
      return () => {
        const left = (counts.get(person) ?? 1) - 1;
        all -= 1;
        if (left === 0) counts.delete(person);
        else counts.set(person, left);
      };
    },
  };
}
