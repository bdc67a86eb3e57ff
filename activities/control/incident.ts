/** An incident's control: its signals are checked, put on it and settled; playbooks whose trigger matches are ordered, once each. */
import type { Activities, TriageOutcome } from '../contract.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import { triage as assessSignals } from '../../domain/incident/triage.ts';
import type { JsonObject } from '../../domain/json.ts';
import { resolveInputs, triggeredBy } from '../../domain/playbook/inputs.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { IncidentRow, PlaybookRow, RunRow, Store } from '../../store/port.ts';
import { findAsset, nameOf } from '../find-asset.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';

export function incidentActivities(ports: Ports): Pick<Activities, 'incident.triage' | 'incident.run-ended'> {
  return {
    'incident.triage': async ({ key, signals }) => triage(ports, key, signals),
    'incident.run-ended': async ({ incident, run, outcome }) => runEnded(ports, { incident, run, outcome }),
  };
}

async function triage(ports: Ports, key: string, ids: readonly string[]): Promise<TriageOutcome> {
  requireWorkflow(ports, `incident/${key}`);
  const [signals, inventory] = await Promise.all([recordedSignals(ports.store, key, ids), ports.store.context.inventory()]);
  if (signals.length === 0) throw new EdictError('signal-invalid', `no signal of incident \`${key}\` is recorded`);
  const { severity, title } = assess(inventory, signals);
  const incident = await ports.store.incidents.upsert({ key, title, severity, signals: signals.map((signal) => signal.id) });
  const [listeners, orders] = await Promise.all([
    ports.store.runs.listening(key),
    orderPlaybooks(ports.store, incident, signals, inventory),
  ]);
  for (const signal of signals) await ports.store.signals.settle(signal.id, 'handled', incident.id);
  return { incident: incident.id, severity: incident.severity, orders, ...(listeners.length === 0 ? {} : { listeners }) };
}

/** The worth of the assets raises the severity; nothing lowers it. */
function assess(inventory: Inventory, signals: readonly Signal[]) {
  const known = (names: readonly (string | undefined)[]) =>
    names.flatMap((name) => (name === undefined ? [] : (findAsset(inventory, name) ?? [])));
  const [source] = known(signals.map((signal) => signal.source));
  const [destination] = known(signals.map((signal) => signal.destination));
  return assessSignals({ signals, source, destination });
}

/** What reaches the workflow as a raw message counts only where a door recorded it, under this key. */
async function recordedSignals(store: Store, key: string, ids: readonly string[]): Promise<readonly Signal[]> {
  const rows = await Promise.all(ids.map((id) => store.signals.get(id)));
  return rows.flatMap((row) => (row !== undefined && row.key === key ? [row] : []));
}

/** A playbook is ordered by the first signal that triggers it, and not again while its run for this incident goes on. */
async function orderPlaybooks(
  store: Store,
  incident: IncidentRow,
  signals: readonly Signal[],
  inventory: Inventory,
): Promise<readonly string[]> {
  const [runs, switches, playbooks] = await Promise.all([runsOf(store, incident.id), store.triggers.list(), store.playbooks.list()]);
  const orders: string[] = [];
  const disabled = new Set(switches.flatMap((one) => (one.disabled ? [one.playbook] : [])));
  for (const playbook of playbooks) {
    if (disabled.has(playbook.playbook)) continue;
    const signal = signals.find((one) => triggeredBy(playbook.plan, one));
    if (signal === undefined) continue;
    const run = runId(playbook, incident, signal);
    const busy = runs.some((row) => row.playbook === playbook.playbook && row.status !== 'ended' && row.run !== run);
    if (busy || runs.some((row) => row.run === run && row.status === 'ended')) continue;
    if (await order(store, { run, playbook, incident, signal, inventory })) orders.push(run);
  }
  return orders;
}

async function runsOf(store: Store, incident: string): Promise<readonly RunRow[]> {
  return (await store.runs.list({ incident }, { limit: 500 })).items;
}

type Ordering = {
  readonly run: string;
  readonly playbook: PlaybookRow;
  readonly incident: IncidentRow;
  readonly signal: Signal;
  readonly inventory: Inventory;
};

/** False when the signal lacks what the playbook needs; the incident says so, and people take over. */
async function order(store: Store, { run, playbook, incident, signal, inventory }: Ordering): Promise<boolean> {
  const by = `system:trigger/${playbook.playbook}`;
  try {
    const inputs = withAssets(inventory, playbook.plan, resolveInputs(playbook.plan, {}, signal));
    const { version, digest } = playbook;
    await store.runs.order(
      { run, playbook: playbook.playbook, version, planDigest: digest, inputs, requester: by, incident: incident.id, signal: signal.id },
      by,
    );
    return true;
  } catch (error) {
    if (!(error instanceof EdictError) || error.code !== 'input-invalid') throw error;
    await store.incidents.note(incident.id, `playbook ${playbook.playbook} was not started: ${error.message}`, by);
    return false;
  }
}

/** A name or address that the inventory holds becomes the asset's record. */
function withAssets(inventory: Inventory, plan: Plan, inputs: JsonObject): JsonObject {
  const entries = Object.entries(inputs).map(([name, value]) => {
    if (plan.inputs[name]?.type !== 'asset') return [name, value] as const;
    const asset = findAsset(inventory, nameOf(value) ?? '');
    return [name, asset === undefined ? value : { ...asset }] as const;
  });
  return Object.fromEntries(entries);
}

/** The same incident, playbook and signal give the same run: triage may be tried again. */
function runId(playbook: PlaybookRow, incident: IncidentRow, signal: Signal): string {
  const hash = digestOf([playbook.playbook, incident.id, signal.id]).slice('sha256:'.length, 'sha256:'.length + 12);
  return `${playbook.playbook}-${hash}`;
}

async function runEnded(ports: Ports, ended: { readonly incident: string; readonly run: string; readonly outcome: string }): Promise<void> {
  const { store } = ports;
  const incident = await store.incidents.get(ended.incident);
  if (incident === undefined) throw new EdictError('not-found', `no incident \`${ended.incident}\``);
  requireWorkflow(ports, `incident/${incident.key}`);
  const run = await store.runs.get(ended.run);
  if (run?.incident !== incident.id) throw new EdictError('order-mismatch', `run \`${ended.run}\` is not of incident \`${incident.id}\``);
  const text = `run ${ended.run} of playbook ${run.playbook} ended: ${ended.outcome}`;
  if (incident.notes.some((note) => note.text === text)) return;
  await store.incidents.note(incident.id, text, 'system:incident');
  if (ended.outcome === 'done' && incident.status === 'open') await store.incidents.setStatus(incident.id, 'contained', 'system:incident');
}
