/** Signals, by token and as signed webhooks. */
import { randomUUID } from 'node:crypto';
import { EdictError } from '../../domain/errors.ts';
import { SignalRequest } from '../contract/signals.ts';
import { Id } from '../contract/values.ts';
import { parsed } from '../endpoint.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { signalOf, takeSignal } from '../incoming-signal.ts';
import { parseJsonBody } from '../json-body.ts';
import { verifyWebhook } from '../webhook.ts';
import { validSecrets } from '../webhook-secrets.ts';

export function signalHandlers(deps: HandlerDeps): HandlersOf<'signals.send' | 'signals.get' | 'signals.counts' | 'webhooks.receive'> {
  const { store, clock } = deps;
  return {
    'signals.send': ({ body, by }) => takeSignal(deps, signalOf(body, body.id ?? `sig-${randomUUID()}`, clock()), `token:${by}`),
    'signals.get': async ({ params }) => {
      const signal = await store.signals.get(params.id);
      if (signal === undefined) throw new EdictError('not-found', `there is no signal \`${params.id}\``);
      return signal;
    },
    'signals.counts': () => store.signals.counts(),
    'webhooks.receive': async ({ params, http }) => {
      const bytes = Buffer.isBuffer(http.body) ? http.body : Buffer.alloc(0);
      const secrets = await validSecrets(store.secrets, params.source);
      const message = verifyWebhook({ headers: http.headers, body: bytes, secrets, nowMs: clock().getTime() });
      const request = parsed('body', SignalRequest, parseJsonBody(bytes)) as SignalRequest;
      // A sender's ids are its own: it cannot take another sender's id and so have that sender's alert dropped as a duplicate.
      const id = parsed('body', Id, `${params.source}:${message}`) as string;
      return takeSignal(deps, signalOf(request, id, clock()), `webhook:${params.source}`);
    },
  };
}
