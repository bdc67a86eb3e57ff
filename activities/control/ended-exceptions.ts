/**
 * Exceptions that have ended and are still in force somewhere: the version that bears them is compiled anew, proved and distributed.
 * Its approval covers that: the end was part of what was approved.
 */
import type { EndedException } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { endOf, exceptionsOf } from '../../domain/policy/life/exceptions.ts';
import type { PolicyVersionRow, RunRow, Store } from '../../store/port.ts';
import type { Ports } from '../ports.ts';

const playbook = 'end-exceptions';
const actor = 'system:watch';

/** From here on people are told; it is tried on all the same. */
const failuresTold = 3;

const pauseMs = 15_000;
const longestPauseMs = 10 * 60_000;

/** At most one for each policy: a version is compiled as it is now, without any of them. */
export async function endedExceptions(ports: Ports): Promise<readonly EndedException[]> {
  const nowMs = ports.now().getTime();
  const found: EndedException[] = [];
  for (const row of await ports.store.policies.inForce()) {
    const endMs = lastEndMs(row, nowMs);
    const run = endMs === undefined ? undefined : await nextAttempt(ports, row, endMs);
    if (run !== undefined) found.push({ policy: row.policy, version: row.version, run });
  }
  return found;
}

/** Of those that have ended; what ended before the version was made never came in force. */
function lastEndMs({ document, createdAt }: PolicyVersionRow, nowMs: number): number | undefined {
  const ends = exceptionsOf(document).map(({ exception }) => endOf(exception));
  return ends.findLast((endMs) => endMs <= nowMs && endMs > Date.parse(createdAt));
}

/** `undefined` where one has done it, is under way, or has failed a moment ago. It is never given up: what has ended must not stay in force. */
async function nextAttempt(ports: Ports, row: PolicyVersionRow, endMs: number): Promise<string | undefined> {
  const base = `${playbook}-${row.policy}-${row.version}-${endMs}`;
  const { count, last } = await attemptsAt(ports.store, base);
  if (last === undefined) return `${base}-1`;
  if (last.status !== 'ended' || last.outcome === 'done') return undefined;
  if (count >= failuresTold) await tellOverdue(ports, row, endMs, last);
  const restMs = Math.min(pauseMs * 2 ** (count - 1), longestPauseMs);
  return ports.now().getTime() < Date.parse(last.endedAt ?? '') + restMs ? undefined : `${base}-${count + 1}`;
}

type Attempts = { readonly count: number; readonly last: RunRow | undefined };

/** They are numbered without gaps: looked for by doubling, then by halving. */
async function attemptsAt({ runs }: Store, base: string): Promise<Attempts> {
  let [there, missing, last] = [0, 1, await runs.get(`${base}-1`)];
  for (let found = last; found !== undefined; found = await runs.get(`${base}-${missing}`))
    [there, missing, last] = [missing, missing * 2, found];
  while (missing - there > 1) {
    const middle = Math.floor((there + missing) / 2);
    const found = await runs.get(`${base}-${middle}`);
    if (found === undefined) missing = middle;
    else [there, last] = [middle, found];
  }
  return { count: there, last };
}

/** Once for each end: the doors deliver it to triage like any other signal. */
async function tellOverdue(
  { store, now }: Ports,
  { policy, version }: PolicyVersionRow,
  endMs: number,
  { run, view }: RunRow,
): Promise<void> {
  const id = `exception-overdue-${policy}-${version}-${endMs}`;
  if ((await store.signals.get(id)) !== undefined) return;
  const title = `an exception of policy ${policy} that has ended could not be taken out of force`;
  const attributes = { policy, version, ended: new Date(endMs).toISOString(), run, reason: view?.error?.message ?? '' };
  await store.signals.accept(
    { id, kind: 'exception-overdue', severity: 'high', at: now().toISOString(), title, key: id, attributes },
    'engine',
  );
}

export async function orderEnd(ports: Ports, { policy, version, run }: EndedException): Promise<{ readonly run: string }> {
  const { store } = ports;
  if (!ports.caller().workflowId?.startsWith('watch/')) throw new EdictError('order-mismatch', 'only the watch ends exceptions by itself');
  const row = await store.playbooks.get(playbook);
  if (row === undefined) throw new EdictError('not-found', `no playbook \`${playbook}\` is published`);
  const inputs = { policy, version };
  await store.runs.order({ run, playbook, version: row.version, planDigest: row.digest, inputs, requester: actor, policy }, actor);
  return { run };
}
