/** Asks OPA's decision API, as any service that it protects does; each question says that it is a probe, so that its answer is no traffic. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Decision, Request } from '../../domain/policy/model.ts';
import type { Probe, ProbeOutcome } from '../connector.ts';
import type { Deadline } from '../deadline.ts';
import type { OpaClient } from './client.ts';
import type { Served } from './served.ts';

const atOnce = 16;
const decisions: readonly Decision[] = ['allow', 'deny', 'not-applicable'];

export type Asked = { readonly client: OpaClient; readonly served: Served };

export async function probeDecisions(asked: Asked, requests: readonly Request[], deadline: Deadline): Promise<readonly ProbeOutcome[]> {
  const outcomes: ProbeOutcome[] = [];
  const left = requests.entries();
  // All workers take from the one iterator.
  const work = async () => {
    for (const [index, request] of left) outcomes[index] = await ask(asked, request, deadline);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, requests.length) }, work));
  return outcomes;
}

async function ask({ client, served }: Asked, request: Request, deadline: Deadline): Promise<ProbeOutcome> {
  if (!served.kinds.includes(request.kind)) return { request, reason: `the point decides on ${served.kinds.join(' and ')} alone` };
  const startedAt = performance.now();
  const result = await client.ask(`/v1/data/${served.decision}`, { ...inputOf(request), probe: true }, deadline);
  const elapsedMs = Math.round((performance.now() - startedAt) * 10) / 10;
  const read = readDecision(result);
  return read === undefined
    ? { request, reason: 'what OPA decided cannot be read' }
    : { request, probe: { ...read, method: 'decision', elapsedMs } };
}

/** What is not told stays away. */
function inputOf(request: Request): JsonObject {
  return Object.fromEntries(Object.entries(request).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function readDecision(result: Json | undefined): Pick<Probe, 'decision' | 'detail'> | undefined {
  if (result === undefined) return { decision: 'not-applicable', detail: 'no policy is in force' };
  const { decision, determining, erring } = (result ?? {}) as {
    readonly decision?: string;
    readonly determining?: readonly string[];
    readonly erring?: readonly unknown[];
  };
  const known = decisions.find((each) => each === decision);
  if (known === undefined) return undefined;
  const by = (determining ?? []).join(', ') || ((erring ?? []).length > 0 ? 'a rule that erred' : 'no rule');
  return { decision: known, detail: `by ${by}` };
}
