/** `enforcement.probe`: tries witness requests of what is in force at a point, there, and compares the decisions with the rules'. */
import type { ActionCall, Activities } from '../contract.ts';
import type { Connector, ProbeOutcome } from '../../connectors/connector.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { decide, prepare } from '../../domain/policy/decide.ts';
import type { Decision, Request } from '../../domain/policy/model.ts';
import { printRequest } from '../../domain/policy/request-text.ts';
import type { PointRow } from '../../store/port.ts';
import { requireRun } from '../effect/check-order.ts';
import { isolationsOf, pointRow } from '../effect/desired-state.ts';
import { textParam } from '../params.ts';
import { trialsOf } from '../policy/trials.ts';
import { documentsNow, namedVersion, versionsTogether } from '../policy/version.ts';
import type { Ports } from '../ports.ts';

/** Enough for one inside each rule and some of its boundaries; a denied packet is known only after its time-out. */
const mostProbes = 32;
const shown = 16;

type Expected = { readonly request: Request; readonly expected: Decision };

export function enforcementProbe(ports: Ports): Activities['enforcement.probe'] {
  return async (call) => {
    await requireRun(ports, call);
    const point = await pointRow(ports.store, textParam(call, 'point'));
    const inventory = await ports.store.context.inventory();
    const expected = await expectedDecisions(ports, call, point, inventory);
    const connector = await ports.connector(point.name);
    const outcomes = await tryAll(ports, connector, expected);
    await keepProbe(ports, call, { point: point.name, expected, outcomes });
    const wrong = expected.flatMap((one, index) => (differs(one, outcomes[index]) ? [describe(one, outcomes[index], inventory)] : []));
    if (wrong.length > 0)
      throw new EdictError('probe-unexpected', `at \`${point.name}\`: ${wrong.slice(0, 3).join('; ')}`, { where: call.step });
    return {
      probes: expected.slice(0, shown).map((one, index) => describe(one, outcomes[index], inventory)),
      matched: outcomes.filter((outcome) => outcome.probe !== undefined).length,
    };
  };
}

/** Times are now: the point has a clock of its own. Isolated hosts and rules with a declared loss are left out. */
async function expectedDecisions(ports: Ports, call: ActionCall, point: PointRow, inventory: Inventory): Promise<readonly Expected[]> {
  const version = await namedVersion(ports.store, call);
  const documents = documentsNow(await versionsTogether(ports.store, version), ports.now);
  const compiled = (await ports.store.policies.compilations(version.policy, version.version)).find((one) => one.target === point.target);
  const losses = compiled?.losses ?? [];
  const isolated = new Set(isolationsOf(point.desired).flatMap((isolation) => isolation.addresses));
  const decider = prepare(documents, inventory);
  const now = ports.now().toISOString();
  const lossy = new Set(losses.map((loss) => loss.rule));
  return trialsOf({ target: point.target, losses, policies: documents, inventory, decider, most: mostProbes })
    .filter(({ request, at }) => at !== 'minute' && !speaksOf(request, isolated))
    .map(({ request }) => {
      const asked = request.at === undefined ? request : { ...request, at: now };
      const { decision, determining } = decide(decider, asked);
      return { request: asked, expected: decision, lossy: determining.some((rule) => lossy.has(rule)) };
    })
    .filter((one) => !one.lossy);
}

function speaksOf(request: Request, addresses: ReadonlySet<string>): boolean {
  return request.kind === 'network' && (addresses.has(request.from) || addresses.has(request.to));
}

async function tryAll(ports: Ports, connector: Connector, expected: readonly Expected[]): Promise<readonly ProbeOutcome[]> {
  const requests = expected.map((one) => one.request);
  const { signal, heartbeat } = ports.caller();
  heartbeat({ probes: requests.length });
  if (connector.probeMany !== undefined) return connector.probeMany(requests, { signal });
  const outcomes: ProbeOutcome[] = [];
  for (const request of requests) outcomes.push({ request, probe: await connector.probe(request, { signal }) });
  return outcomes;
}

type Tried = { readonly point: string; readonly expected: readonly Expected[]; readonly outcomes: readonly ProbeOutcome[] };

/** Of what was tried the first that was not as expected, else the last: what people want to see of it. */
async function keepProbe({ store, now }: Ports, { run }: ActionCall, { point, expected, outcomes }: Tried): Promise<void> {
  const tried = outcomes.filter(({ probe }) => probe !== undefined);
  const shownOne = outcomes.find((outcome, index) => expected[index] !== undefined && differs(expected[index], outcome)) ?? tried.at(-1);
  if (shownOne?.probe === undefined) return;
  const { request, probe } = shownOne;
  await store.points.setProbed(point, { ...probe, request, tried: tried.length, run, at: now().toISOString() });
}

/** A packet shows only whether it passes; a decision must be the very one. */
function differs({ expected }: Expected, outcome: ProbeOutcome | undefined): boolean {
  const probe = outcome?.probe;
  if (probe === undefined) return false;
  return probe.method === 'packet' ? (probe.decision === 'deny') !== (expected === 'deny') : probe.decision !== expected;
}

function describe({ request, expected }: Expected, outcome: ProbeOutcome | undefined, inventory: Inventory): string {
  const found =
    outcome?.probe === undefined ? `not tried (${outcome?.reason ?? 'no answer'})` : `${outcome.probe.decision} by ${outcome.probe.method}`;
  return `${printRequest(request, inventory)}: expected ${expected}, ${found}`;
}
