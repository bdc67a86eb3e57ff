/** Records the end of a run as it leaves the workflow (workflows/run/end.ts), and lets its answer go only then. What throws fails the workflow task, which is done again. */
import { EdictError } from '../domain/errors.ts';
import type { RunView } from '../domain/playbook/view.ts';
import { asPayload, encodingOf, plain, type Payload, type PayloadCodec } from '../store/payload-codec.ts';
import { runEndEncoding, workflowIds, type RunEnd } from '../workflows/messages.ts';

/** Temporal's context of a payload, as far as it matters here. */
type Context = { readonly workflowId?: string };

/** Stands before the codec that makes values small. */
export function runEndCodec(record: (view: RunView) => Promise<unknown>): PayloadCodec {
  return {
    encode: (payloads, context) => Promise.all(payloads.map((payload) => leaving(record, payload, (context ?? {}) as Context))),
    decode: async (payloads) => payloads,
  };
}

async function leaving(record: (view: RunView) => Promise<unknown>, payload: Payload, { workflowId }: Context): Promise<Payload> {
  if (encodingOf(payload) !== runEndEncoding) return payload;
  const { view, answer } = JSON.parse(Buffer.from(payload.data ?? []).toString('utf8')) as RunEnd;
  if (workflowId !== workflowIds.playbookRun(view.run))
    throw new EdictError('order-mismatch', `workflow \`${workflowId ?? 'none'}\` ends \`${view.run}\``, {
      help: 'a run is ended by its own workflow alone',
    });
  await record(view);
  return asPayload(plain, Buffer.from(JSON.stringify(answer)));
}
