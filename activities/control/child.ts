/**
 * Runs that a run brings about: ordered on record, once for each step that calls a playbook, by whoever asked for the run that calls.
 * Cancelled and taken back on the word of that run alone, which the store has.
 */
import { digestOf } from '../../domain/digest.ts';
import { EdictError, errorTable } from '../../domain/errors.ts';
import type { ChildRun, Fault } from '../../domain/playbook/engine/state.ts';
import { resolveInputs } from '../../domain/playbook/inputs.ts';
import { deepestRun } from '../../domain/playbook/control/origin.ts';
import { newestOf } from '../../domain/playbook/publishing/version.ts';
import type { PlaybookRow, RunRow, Store } from '../../store/port.ts';
import type { Activities, ChildResult, OrderChild } from '../contract.ts';
import { planOf, requireRun, stepId } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { leftInForce } from './child-effects.ts';

type ChildActivities = Pick<Activities, 'child.order' | 'child.cancel' | 'child.result' | 'child.undo'>;

export function childActivities(ports: Ports): ChildActivities {
  return {
    'child.order': async ({ run, calls }) => orderAll(ports, run, calls),
    'child.cancel': async ({ run, child }) => cancel(ports.store, run, await ownChild(ports, run, child)),
    'child.result': async ({ run, child }) => resultOf(ports.store, await ownChild(ports, run, child)),
    'child.undo': async ({ run, child }) => orderUndo(ports.store, run, await ownChild(ports, run, child)),
  };
}

/** One after the other: what is refused is that call's, and what may succeed later is tried again with all of them. */
async function orderAll(ports: Ports, run: string, calls: readonly OrderChild[]): ReturnType<Activities['child.order']> {
  const caller: CallerRun = { order: await requireRun(ports, { run }), rows: new Map() };
  const ordered: (ChildRun | { readonly refused: Fault })[] = [];
  for (const call of calls) {
    ports.caller().heartbeat({ step: call.step });
    ordered.push(await orderChild(ports, caller, call).catch(refusalOf));
  }
  return ordered;
}

function refusalOf(error: unknown): { readonly refused: Fault } {
  if (error instanceof EdictError && !errorTable[error.code].retryable) return { refused: { code: error.code, message: error.message } };
  throw error;
}

/** `rows`: what was found for a playbook and a range, so that all calls of one batch get the same version. */
type CallerRun = { readonly order: RunRow; readonly rows: Map<string, PlaybookRow> };

async function orderChild(
  { store }: Ports,
  { order, rows }: CallerRun,
  { step, invocation, playbook, inputs }: OrderChild,
): Promise<ChildRun> {
  const { run } = order;
  const range = await requireCall(store, order, { step, playbook });
  const child = childId({ run, step, invocation, playbook });
  const known = await store.runs.get(child);
  if (known) return { run: child, version: known.version };
  if (order.cancelledBy !== undefined) throw new EdictError('cancelled', `run \`${run}\` was cancelled by \`${order.cancelledBy}\``);
  const row = rows.get(`${playbook}@${range}`) ?? (await publishedAs(store, playbook, range));
  rows.set(`${playbook}@${range}`, row);
  const signal = order.signal === undefined ? undefined : await store.signals.get(order.signal);
  resolveInputs(row.plan, inputs, signal);
  const { requester, incident, policy } = order;
  const origin = { kind: 'child', run, step, depth: depthBelow(order, playbook) } as const;
  const { version, digest: planDigest } = row;
  await store.runs.order(
    { run: child, playbook, version, planDigest, inputs, requester, incident, policy, signal: order.signal, origin },
    `run:${run}`,
  );
  return { run: child, version };
}

function depthBelow({ origin }: RunRow, playbook: string): number {
  const depth = (origin?.depth ?? 0) + 1;
  if (depth <= deepestRun) return depth;
  throw new EdictError('playbooks-too-deep', `playbook \`${playbook}\` would run ${depth} playbooks deep`, {
    expected: `at most ${deepestRun}`,
  });
}

/** INVARIANT: what is called is the ordered plan's word. Gives the range of versions that it asks for. */
async function requireCall(
  store: Store,
  order: RunRow,
  { step, playbook }: Pick<OrderChild, 'step' | 'playbook'>,
): Promise<string | undefined> {
  const planned = (await planOf(store, order)).steps[stepId(step)];
  if (planned?.kind === 'playbook' && planned.playbook === playbook) return planned.version;
  throw new EdictError('order-mismatch', `step \`${step}\` of the ordered plan does not call playbook \`${playbook}\``, {
    where: `run/${order.run}`,
  });
}

async function publishedAs(store: Store, playbook: string, range: string | undefined): Promise<PlaybookRow> {
  const newest = newestOf(await store.playbooks.versions(playbook), range);
  const row = newest && (await store.playbooks.get(playbook, newest.version));
  if (row) return row;
  throw new EdictError('not-found', `no playbook \`${playbook}\`${range === undefined ? '' : ` of version \`${range}\``} is published`);
}

/** The same call gives the same run, however often it is ordered. */
function childId({ run, step, invocation, playbook }: Omit<OrderChild, 'inputs'> & { readonly run: string }): string {
  const hash = digestOf([run, step, invocation]).slice('sha256:'.length, 'sha256:'.length + 16);
  return `${playbook}-${hash}`;
}

/** Of a run that takes back what another one did, the children are that one's. */
async function ownChild(ports: Ports, run: string, child: string): Promise<RunRow> {
  const order = await requireRun(ports, { run });
  const parent = order.origin?.kind === 'undo' ? order.origin.run : run;
  const row = await ports.store.runs.get(child);
  if (row?.origin?.kind === 'child' && (row.origin.run === run || row.origin.run === parent)) return row;
  throw new EdictError('order-mismatch', `run \`${child}\` was not brought about by run \`${run}\``, { where: `run/${run}` });
}

async function cancel(store: Store, run: string, { run: child, status }: RunRow): Promise<void> {
  if (status === 'ended') return;
  try {
    await store.runs.recordCancel(child, `run:${run}`, `run ${run}, which called it, does not wait for it any more`);
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof EdictError) || error.code !== 'run-state-wrong') throw error;
  }
}

async function resultOf(store: Store, row: RunRow): Promise<ChildResult> {
  const { view, status } = row;
  const stands = view !== undefined && (status === 'ended' || view.status === 'leased');
  if (!stands) return {};
  const { outputs, error } = view;
  const effects = (await leftInForce(store, row)).length > 0;
  return {
    end: {
      outcome: view.outcome ?? row.outcome ?? 'failed',
      effects,
      ...(outputs === undefined ? {} : { outputs }),
      ...(error === undefined ? {} : { error }),
    },
  };
}

/** One that goes on is cancelled, and takes back what it did by itself. One that has ended is taken back by a run of its own. */
async function orderUndo(store: Store, run: string, row: RunRow): ReturnType<Activities['child.undo']> {
  if (row.status !== 'ended') {
    await cancel(store, run, row);
    return { next: 'await-end' };
  }
  const undo = `${row.run}.undo`;
  const begun = await store.runs.get(undo);
  if (begun?.status === 'ended' && begun.outcome !== 'done')
    throw new EdictError('effect-failed', `what run \`${row.run}\` did could not be taken back: run \`${undo}\` says why`);
  if (begun?.status === 'ended' || (begun === undefined && (await leftInForce(store, row)).length === 0)) return { next: 'nothing' };
  const { playbook, version, planDigest, inputs, requester, incident, policy } = row;
  const origin = { kind: 'undo', run: row.run, depth: row.origin?.depth ?? 0 } as const;
  await store.runs.order({ run: undo, playbook, version, planDigest, inputs, requester, incident, policy, origin }, `run:${run}`);
  return { next: 'run', run: undo };
}
