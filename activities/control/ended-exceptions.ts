/**
 * Exceptions that have ended and are still in force somewhere: the version that bears them is compiled anew, proved and distributed.
 * Its approval covers that: the end was part of what was approved.
 */
import type { EndedException } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { endOf, exceptionsOf } from '../../domain/policy/life/exceptions.ts';
import type { PolicyVersionRow } from '../../store/port.ts';
import type { Ports } from '../ports.ts';

const playbook = 'end-exceptions';
const actor = 'system:watch';

/** After that a person has to look: each attempt is a run that failed, and says why. */
const mostAttempts = 20;

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

/** `undefined` where one has done it, is under way, or too many have failed. */
async function nextAttempt({ store }: Ports, { policy, version }: PolicyVersionRow, endMs: number): Promise<string | undefined> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const run = `${playbook}-${policy}-${version}-${endMs}-${attempt}`;
    const row = await store.runs.get(run);
    if (row === undefined) return run;
    if (row.status !== 'ended' || row.outcome === 'done') return undefined;
  }
  return undefined;
}

export async function orderEnd(ports: Ports, { policy, version, run }: EndedException): Promise<{ readonly run: string }> {
  const { store } = ports;
  if (!ports.caller().workflowId?.startsWith('watch/')) throw new EdictError('order-mismatch', 'only the watch ends exceptions by itself');
  const row = await store.playbooks.get(playbook);
  if (row === undefined) throw new EdictError('not-found', `no playbook \`${playbook}\` is published`);
  const inputs = { policy, version };
  await store.runs.order({ run, playbook, version: row.version, planDigest: row.digest, inputs, requester: actor }, actor);
  return { run };
}
