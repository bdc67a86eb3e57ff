/** The account of a storm: each run by its own record, its effects by the ledger, its children by their orders, and the chain by itself. */
import type { RunDetail } from '../../api/contract/runs.ts';
import type { Client } from '../../cli/client.ts';
import { insist, untilDefined } from './insist.ts';
import type { Ground } from './round.ts';

export type Flown = {
  /** Run → its number. */
  readonly started: ReadonlyMap<string, number>;
  readonly ended: ReadonlySet<string>;
  readonly incident: string;
};

export async function faultsOf(ground: Ground, flown: Flown): Promise<readonly string[]> {
  const faults: string[] = [];
  const children = await childrenOf(ground.analyst, flown.incident);
  for (const [run, number] of flown.started) {
    if (!flown.ended.has(run)) faults.push(await stuck(ground.analyst, run));
    else faults.push(...(await faultsOfRun(ground.analyst, run, number)));
    const own = children.get(run) ?? [];
    if (own.length !== 2) faults.push(`run ${run} has ${own.length} children instead of 2`);
    for (const child of own) if (child.outcome !== 'done') faults.push(`child ${child.run} of ${run} is ${child.outcome ?? child.status}`);
  }
  return [...faults, ...(await faultsOfAll(ground))];
}

async function stuck(analyst: Client, run: string): Promise<string> {
  const { view, status } = await insist(() => analyst.call('runs.get', { params: { run } }));
  const steps = (view?.steps ?? []).filter((step) => step.endedAtMs === undefined).map((step) => `${step.step} ${step.status}`);
  return `run ${run} is stuck (${status}): ${steps.join(', ')}`;
}

async function faultsOfRun(analyst: Client, run: string, number: number): Promise<readonly string[]> {
  const detail = await insist(() => analyst.call('runs.get', { params: { run } }));
  const wrong = [...wrongOutputs(detail, number), ...wrongEffects(detail)];
  if (detail.outcome !== 'done') wrong.push(`ended as ${detail.outcome ?? '?'}: ${detail.view?.error?.message ?? ''}`);
  return wrong.map((fault) => `run ${run} (${number}): ${fault}`);
}

/** What each kind of step gave, computed here once more. */
function wrongOutputs({ view }: RunDetail, number: number): string[] {
  const expected = {
    number,
    items: [1, 2, 3, 4, 5, 6].map((item) => item * number),
    turns: 4,
    child: number * number,
  };
  const got = view?.outputs ?? {};
  const roads = (view?.steps ?? []).map(({ step }) => step).filter((step) => step === 'zero' || step === 'more');
  const road = number % 3 === 0 ? 'zero' : 'more';
  return [
    ...(roads.join() === road ? [] : [`the switch went to ${roads.join(' and ')}, not ${road}`]),
    ...Object.entries(expected).flatMap(([name, value]) =>
      JSON.stringify(got[name]) === JSON.stringify(value)
        ? []
        : [`output ${name} is ${JSON.stringify(got[name])}, not ${JSON.stringify(value)}`],
    ),
  ];
}

function wrongEffects({ effects }: RunDetail): string[] {
  const isolations = effects.filter(({ action }) => action === 'network.isolate');
  return [
    ...(isolations.length === 1 ? [] : [`${isolations.length} isolations in the ledger instead of 1`]),
    ...isolations.flatMap(({ key, status }) => (status === 'undone' ? [] : [`effect ${key} is ${status}, not undone`])),
  ];
}

type Child = { readonly run: string; readonly status: string; readonly outcome?: string | undefined };

/** Children are runs of the same incident; a detached one may still be under way when its parent has ended. */
async function childrenOf(analyst: Client, incident: string): Promise<ReadonlyMap<string, readonly Child[]>> {
  return await untilDefined('the children to end', async () => {
    const found = new Map<string, Child[]>();
    let cursor: string | undefined;
    let live = 0;
    do {
      const page = await analyst.call('runs.list', { query: { incident, limit: 500, ...(cursor === undefined ? {} : { cursor }) } });
      for (const row of page.items) {
        if (row.origin?.kind !== 'child') continue;
        if (row.status !== 'ended') live += 1;
        found.set(row.origin.run, [...(found.get(row.origin.run) ?? []), row]);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return live === 0 ? found : undefined;
  });
}

async function faultsOfAll(ground: Ground): Promise<readonly string[]> {
  const faults: string[] = [];
  const counts = await insist(() => ground.analyst.call('signals.counts', {}));
  if (counts.in !== counts.handled + counts.duplicate + counts.suppressed + counts.parked + counts.open)
    faults.push(`the account of signals does not add up: ${JSON.stringify(counts)}`);
  if (counts.open > 0) faults.push(`${counts.open} signals are still open`);
  const { items } = await insist(() => ground.analyst.call('points.list', {}));
  for (const { name, desired } of items)
    if (desired.isolations.length > 0) faults.push(`point ${name} is left with ${desired.isolations.length} isolations`);
  const text = await ground.firewallText();
  if (/\w+\/isolate\/\d+/u.test(text)) faults.push('the firewall is left with isolations');
  const audit = await insist(() => ground.auditor.call('audit.verify', {}));
  if (!audit.ok) faults.push(`the chain is broken at ${audit.fault?.id}: ${audit.fault?.reason}`);
  return faults;
}
