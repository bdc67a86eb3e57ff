/**
 * One round: the containment playbook from signal to give-back on the embedded stack, with one process killed with -9 on the way. The
 * person at the other end does what people do: asks again, with the same idempotency key, until there is an answer.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Approval } from '../../api/contract/approvals.ts';
import type { RunDetail } from '../../api/contract/runs.ts';
import type { Client } from '../../cli/client.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Stack } from '../../stack/supervisor.ts';
import { insist, untilDefined } from './insist.ts';

export const victims = ['worker', 'api', 'postgres', 'opa', 'temporal'] as const;
export type Victim = (typeof victims)[number];

/** Where in the procedure the kill comes: at once when the moment is there, or `afterMs` later. */
export const moments = ['signal-accepted', 'approval-open', 'vote-cast', 'effect-intended', 'leased', 'lease-over'] as const;
export type Moment = (typeof moments)[number];

export type Kill = { readonly victim: Victim; readonly at: Moment; readonly afterMs: number };
export type RoundPlan = { readonly host: string; readonly start: 'signal' | 'hand'; readonly kill: Kill };

export type Ground = {
  readonly stack: Stack;
  readonly analyst: Client;
  readonly engineer: Client;
  readonly managers: readonly [Client, ...Client[]];
  readonly auditor: Client;
  /** What the firewall itself says is in force; empty where there is none. */
  readonly firewallText: () => Promise<string>;
};
export type RoundResult = {
  readonly plan: RoundPlan;
  readonly run: string;
  readonly elapsedMs: number;
  readonly recoveredMs: number;
  readonly faults: readonly string[];
};

const destination = '203.0.113.9';
const leaseSeconds = 2;

export async function playRound(ground: Ground, plan: RoundPlan): Promise<RoundResult> {
  const began = performance.now();
  const killer = createKiller(ground.stack, plan.kill);
  const { run, signals } = await begin(ground, plan);
  killer.reached('signal-accepted');
  await approve(ground, run, killer);
  const watched = await watchEffects(ground, run, killer);
  if (plan.start === 'signal') await end(ground, run);
  else await sleep(leaseSeconds * 1000);
  killer.reached('lease-over');
  const ended = await untilRun(ground, run, (one) => one.status === 'ended');
  const recoveredMs = await killer.settled();
  const faults = [...watched, ...faultsOf(plan, ended), ...(await accountFaults(ground, signals))];
  return { plan, run, elapsedMs: performance.now() - began, recoveredMs, faults };
}

type Killer = { readonly reached: (moment: Moment) => void; readonly settled: () => Promise<number> };

function createKiller(stack: Stack, kill: Kill): Killer {
  let done: Promise<number> | undefined;
  const strike = async (): Promise<number> => {
    await sleep(kill.afterMs);
    await stack.up(kill.victim);
    const began = performance.now();
    const back = new Promise<void>((resolve) => {
      const stop = stack.restarted((part) => {
        if (part !== kill.victim) return;
        stop();
        resolve();
      });
    });
    stack.kill(kill.victim);
    await back;
    return performance.now() - began;
  };
  return {
    reached: (moment) => {
      if (moment === kill.at) done ??= strike();
    },
    settled: async () => {
      done ??= strike();
      return await done;
    },
  };
}

/** Starts the playbook by a signal or by hand, and sends a second signal that starts nothing. */
async function begin(ground: Ground, plan: RoundPlan): Promise<{ readonly run: string; readonly signals: readonly string[] }> {
  const key = randomUUID();
  const quiet = {
    id: `quiet-${key}`,
    kind: 'port-scan',
    severity: 'low' as const,
    title: 'a scan that nobody answers',
    source: plan.host,
    key: `quiet-${key}`,
  };
  await insist((idempotencyKey) => ground.analyst.call('signals.send', { body: quiet }, { idempotencyKey }));
  if (plan.start === 'hand') {
    const inputs = { host: plan.host, indicator: destination, lease: `${leaseSeconds}s` };
    const started = await insist((idempotencyKey) =>
      ground.analyst.call('playbooks.run', { params: { name: 'contain-host' }, body: { inputs } }, { idempotencyKey }),
    );
    return { run: started.run, signals: [quiet.id] };
  }
  const loud = {
    id: `loud-${key}`,
    kind: 'beacon',
    severity: 'high' as const,
    title: `${plan.host} beacons`,
    source: plan.host,
    destination,
    key: `loud-${key}`,
  };
  await insist((idempotencyKey) => ground.analyst.call('signals.send', { body: loud }, { idempotencyKey }));
  return { run: await runOfSignal(ground, loud.id), signals: [quiet.id, loud.id] };
}

async function runOfSignal(ground: Ground, signal: string): Promise<string> {
  return await untilDefined(`a run for signal ${signal}`, async () => {
    const { incident } = await ground.analyst.call('signals.get', { params: { id: signal } });
    if (incident === undefined) return undefined;
    const page = await ground.analyst.call('runs.list', { query: { incident } });
    return page.items[0]?.run;
  });
}

async function approve(ground: Ground, run: string, killer: Killer): Promise<void> {
  const approval = await untilDefined(`an approval of run ${run}`, async () => {
    const page = await ground.managers[0].call('approvals.list', { query: { run } });
    return page.items[0];
  });
  killer.reached('approval-open');
  for (const manager of ground.managers) await voteAs(manager, approval);
  killer.reached('vote-cast');
}

/** A vote that is not needed any more, or whose first answer was lost, is refused; both are fine here. */
async function voteAs(manager: Client, approval: Approval): Promise<void> {
  const fine: readonly string[] = ['approval-vote-repeated', 'approval-closed'];
  await insist(async (idempotencyKey) => {
    try {
      await manager.call(
        'approvals.vote',
        { params: { id: approval.id }, body: { decision: 'approve', digest: approval.digest, reason: 'the round goes on' } },
        { idempotencyKey },
      );
    } catch (error) {
      if (!(error instanceof EdictError) || !fine.includes(error.code)) throw error;
    }
  });
}

/** While the lease holds, the effect is there once. */
async function watchEffects(ground: Ground, run: string, killer: Killer): Promise<readonly string[]> {
  await untilRun(ground, run, (one) => one.effects.some((effect) => effect.action === 'network.isolate'));
  killer.reached('effect-intended');
  const leased = await untilRun(ground, run, (one) => one.view?.status === 'leased' || one.status === 'ended');
  killer.reached('leased');
  if (leased.status === 'ended') return [];
  const keys = await isolationKeys(ground);
  const mine = keys.filter((key) => key.startsWith(`${run}/`));
  return mine.length <= 1 ? [] : [`the host is isolated ${mine.length} times at a point: ${mine.join(', ')}`];
}

/** Keys of the isolations that the firewall has, else of those that the store says should hold. */
async function isolationKeys(ground: Ground): Promise<readonly string[]> {
  const text = await ground.firewallText();
  if (text !== '') return [...new Set([...text.matchAll(/[\w-]+\/isolate\/\d+/gu)].map(([key]) => key))];
  const { items } = await insist(() => ground.analyst.call('points.list', {}));
  return items.slice(0, 1).flatMap((point) => point.desired.isolations.map((one) => JSON.stringify(one['key'])));
}

async function end(ground: Ground, run: string): Promise<void> {
  await insist(async (idempotencyKey) => {
    try {
      await ground.analyst.call('runs.cancel', { params: { run }, body: { reason: 'the round is over' } }, { idempotencyKey });
    } catch (error) {
      if (!(error instanceof EdictError) || error.code !== 'run-state-wrong') throw error;
    }
  });
}

function faultsOf(plan: RoundPlan, run: RunDetail): readonly string[] {
  const faults: string[] = [];
  const wanted = plan.start === 'hand' ? 'done' : 'cancelled';
  if (run.outcome !== wanted)
    faults.push(`the run ended as ${run.outcome ?? run.status}, not as ${wanted}: ${run.view?.error?.message ?? ''}`);
  const isolations = run.effects.filter((effect) => effect.action === 'network.isolate');
  if (isolations.length !== 1) faults.push(`${isolations.length} isolations in the ledger instead of one`);
  for (const effect of isolations) if (effect.status !== 'undone') faults.push(`effect ${effect.key} is ${effect.status}, not undone`);
  return faults;
}

async function accountFaults(ground: Ground, signals: readonly string[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const id of signals) {
    const settled = await untilDefined(`signal ${id} to be settled`, async () => {
      const signal = await ground.analyst.call('signals.get', { params: { id } });
      return signal.status === 'open' ? undefined : signal;
    }).catch(() => undefined);
    if (settled === undefined) faults.push(`signal ${id} is still open`);
  }
  const counts = await insist(() => ground.analyst.call('signals.counts', {}));
  if (counts.in !== counts.handled + counts.duplicate + counts.suppressed + counts.parked + counts.open)
    faults.push(`the account of signals does not add up: ${JSON.stringify(counts)}`);
  const left = await isolationKeys(ground);
  if (left.length > 0) faults.push(`isolations are left behind: ${left.join(', ')}`);
  const audit = await insist(() => ground.auditor.call('audit.verify', {}));
  if (!audit.ok) faults.push(`the chain is broken at ${audit.fault?.id}: ${audit.fault?.reason}`);
  return faults;
}

async function untilRun(ground: Ground, run: string, good: (detail: RunDetail) => boolean): Promise<RunDetail> {
  return await untilDefined(`run ${run}`, async () => {
    const detail = await ground.analyst.call('runs.get', { params: { run } });
    return good(detail) ? detail : undefined;
  });
}
