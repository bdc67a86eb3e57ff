/**
 * An effect whose undo has failed for good is an incident of its own, never silent: the ledger says `diverged`, a signal is recorded and
 * handled, an incident says what holds and where, and people can have the undo tried again. Once it is undone, its incident is closed.
 */
import type { Activities } from '../contract.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError, type ErrorCode } from '../../domain/errors.ts';
import type { Severity, Signal } from '../../domain/incident/signal.ts';
import type { EffectRow, IncidentRow, RunRow, Store } from '../../store/port.ts';
import { mayTakeBack, requireRun } from '../effect/check-order.ts';
import { findAsset } from '../find-asset.ts';
import type { Ports } from '../ports.ts';

type Fault = { readonly code: ErrorCode; readonly message: string };

const actor = 'system:effects';
export const incidentKey = (effect: string): string => `diverged:${effect}`;

export function divergenceActivities(ports: Ports): Pick<Activities, 'effect.diverged'> {
  return {
    'effect.diverged': async ({ run, effect, error }) => {
      const order = await requireRun(ports, { run });
      const row = await ports.store.effects.get(effect);
      if (row === undefined) return { status: 'diverged', ...(await byHand(ports, order, effect, error)) };
      if (!(await mayTakeBack(ports, run, row.run)))
        throw new EdictError('order-mismatch', `effect \`${effect}\` is none that run \`${run}\` takes back`, { where: `run/${run}` });
      if (row.status === 'undone') return { status: 'undone' };
      return { status: 'diverged', incident: await diverged(ports, row, { run, error }) };
    },
  };
}

/** Idempotent: the ledger, the signal, the incident and its note are each there once for one failed undo. */
export async function diverged(
  ports: Ports,
  row: EffectRow,
  { run, error }: { readonly run: string; readonly error: Fault },
): Promise<string> {
  const { store } = ports;
  const marked = await store.effects.diverged(row.key, error);
  const subject = marked.subjects[0] ?? marked.targets[0];
  const severity = await severityOf(store, marked);
  const title = `${marked.action} on ${marked.subjects.join(', ') || marked.targets.join(', ')} may hold, and was not undone`;
  const attributes = { effect: row.key, run, action: row.action, targets: row.targets, code: error.code };
  const incident = await open(ports, { key: row.key, run, title, severity, source: subject, attributes });
  await noteOnce(store, incident, noteOf(marked, error));
  return incident.id;
}

/** What a person should have taken back has no row in the ledger. */
async function byHand(ports: Ports, order: RunRow, effect: string, error: Fault): Promise<{ readonly incident: string }> {
  const title = `what step \`${effect}\` did was not taken back`;
  const attributes = { effect, run: order.run, code: error.code };
  const incident = await open(ports, { key: effect, run: order.run, title, severity: 'high', source: undefined, attributes });
  await noteOnce(ports.store, incident, `${title}: ${error.message} [${error.code}]`);
  return { incident: incident.id };
}

type Opening = {
  readonly key: string;
  readonly run: string;
  readonly title: string;
  readonly severity: Severity;
  readonly source: string | undefined;
  readonly attributes: Signal['attributes'];
};

/** In = handled + …: the signal is recorded before the incident, and settled by it. A door delivers it to triage like any other. */
async function open({ store, now }: Ports, { key, run, title, severity, source, attributes }: Opening): Promise<IncidentRow> {
  const id = `diverged-${digestOf([key, run]).slice('sha256:'.length, 'sha256:'.length + 24)}`;
  const given = { id, kind: 'effect-diverged', severity, at: now().toISOString(), title, key: incidentKey(key), attributes };
  if ((await store.signals.get(id)) === undefined)
    await store.signals.accept({ ...given, ...(source === undefined ? {} : { source }) }, 'engine');
  const incident = await store.incidents.upsert({ key: incidentKey(key), title, severity, signals: [id] });
  await store.signals.settle(id, 'handled', incident.id);
  return incident;
}

/** A critical asset that is in a state that nobody wants is critical; anything else is high. */
async function severityOf(store: Store, { subjects }: EffectRow): Promise<Severity> {
  const inventory = await store.context.inventory();
  return subjects.some((name) => findAsset(inventory, name)?.criticality === 'critical') ? 'critical' : 'high';
}

function noteOf({ key, action, targets, status, receipt, attempts }: EffectRow, error: Fault): string {
  return [
    `The effect \`${key}\` (${action}) was not undone, and may still hold at ${targets.join(', ') || 'its target'}.`,
    `Last: ${error.message} [${error.code}]. In the ledger: ${status}, ${attempts} attempts.`,
    `Receipt: ${receipt === undefined ? 'none' : JSON.stringify(receipt).slice(0, 1500)}`,
    `Once the cause is gone: \`edict effect retry-undo '${key}' --reason …\``,
  ].join('\n');
}

async function noteOnce(store: Store, { id, notes }: IncidentRow, text: string): Promise<void> {
  if (!notes.some((note) => note.text === text)) await store.incidents.note(id, text, actor);
}

/** At the end of a run that took effects back: the incidents of those that are undone by now are closed. Idempotent. */
export async function closeDivergences(ports: Ports, run: string): Promise<void> {
  const { store } = ports;
  const origin = (await store.runs.get(run))?.origin;
  if (origin?.kind !== 'undo') return;
  for (const { key, status } of (await store.effects.list({ run: origin.run, status: 'undone' }, { limit: 500 })).items) {
    const incident = status === 'undone' ? await store.incidents.byKey(incidentKey(key)) : undefined;
    if (incident === undefined || incident.status === 'closed') continue;
    await noteOnce(store, incident, `The effect \`${key}\` is undone by now: run ${run}.`);
    await store.incidents.setStatus(incident.id, 'closed', actor);
  }
}
