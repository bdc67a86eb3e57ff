/** The doors of OPA: bundles out (with long polling), status and decision logs in. */
import type { ServerResponse } from 'node:http';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { sent } from '../handler.ts';
import { decisionEvents } from '../decision-events.ts';
import { statusFacts } from '../engine-status.ts';

const bundleType = 'application/vnd.openpolicyagent.bundles';
const waitMost = 60;

export function engineHandlers({ store, closing }: HandlerDeps): HandlersOf<'opa.bundle' | 'opa.status' | 'opa.logs'> {
  return {
    'opa.bundle': async ({ params: { point }, http, reply }) => {
      const known = /^(?:W\/)?"([^"]{1,200})"$/u.exec(http.headers['if-none-match'] ?? '')?.[1];
      const waitMs = waitSeconds(http.headers['prefer']) * 1000;
      const signal = AbortSignal.any([closing, aborted(reply.raw)]);
      const bundle = await store.bundles.waitFor(point, known, waitMs, signal);
      // OPA goes on with long polling only where every answer has this type.
      void reply.type(bundleType);
      if (bundle !== undefined) void reply.header('etag', `"${bundle.revision}"`).send(Buffer.from(bundle.bytes));
      else if (known !== undefined) void reply.code(304).header('etag', `"${known}"`).send();
      else throw new EdictError('not-found', `there is no bundle for \`${point}\` yet`);
      return sent;
    },
    'opa.status': async ({ params, body }) => {
      const point = await store.points.get(params.point);
      if (point === undefined) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${params.point}\``);
      const opa = statusFacts(body);
      const before: JsonObject = point.observed ?? {};
      if (JSON.stringify(before['opa']) !== JSON.stringify(opa))
        await store.points.setObserved(point.name, { ...before, opa }, point.health);
      return undefined;
    },
    'opa.logs': ({ params, body }) => store.context.addDecisions(decisionEvents(params.point, body)),
  };
}

function waitSeconds(prefer: string | string[] | undefined): number {
  const seconds = /(?:^|[;,\s])wait=(\d{1,5})(?:$|[;,\s])/u.exec(String(prefer ?? ''))?.[1];
  return seconds === undefined ? 0 : Math.min(Number(seconds), waitMost);
}

function aborted(raw: ServerResponse): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
