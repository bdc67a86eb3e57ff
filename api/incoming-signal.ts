/** Takes a signal in: recorded first, then handed to its incident. A signal that could not be handed over now is delivered by the outbox. */
import { digestOf } from '../domain/digest.ts';
import type { Signal } from '../domain/incident/signal.ts';
import type { SignalReply, SignalRequest } from './contract/signals.ts';
import type { HandlerDeps } from './handler.ts';

export function signalOf(request: SignalRequest, id: string, now: Date): Signal {
  const { kind, severity, title, source, destination } = request;
  return {
    id,
    kind,
    severity,
    at: new Date(request.at ?? now).toISOString(),
    title,
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
    key: request.key ?? keyOf(kind, source ?? destination ?? title),
    attributes: request.attributes ?? {},
  };
}

export async function takeSignal(deps: Pick<HandlerDeps, 'store' | 'orchestrator'>, signal: Signal, door: string): Promise<SignalReply> {
  const { accepted, row } = await deps.store.signals.accept(signal, door);
  if (!accepted) return { signal: signal.id, status: 'duplicate' };
  await deliverSignal(deps, row).catch(() => undefined);
  return { signal: row.id, status: row.status };
}

/** The runs that wait for it have it first: the incident need not be triaged for that. */
export async function deliverSignal(
  { store, orchestrator }: Pick<HandlerDeps, 'store' | 'orchestrator'>,
  signal: Pick<Signal, 'id' | 'key'>,
): Promise<void> {
  const waiting = await store.runs.listening(signal.key);
  await Promise.all(waiting.map((run) => orchestrator.tellSignal(run, signal.id)));
  await orchestrator.deliverSignal(signal.key, signal.id, true);
  await store.signals.delivered(signal.id);
}

/** Becomes part of a workflow id. */
function keyOf(kind: string, about: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,60}$/u.test(about)
    ? `${kind}:${about}`
    : `${kind}:${digestOf(about).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}
