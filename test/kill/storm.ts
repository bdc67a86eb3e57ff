/**
 * The storm: playbooks of every step kind run all the time, with the people, signals and children that they need, while processes are
 * killed with -9 at random. At the end every run is accounted for: none lost, none stuck, nothing done twice.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Approval } from '../../api/contract/approvals.ts';
import type { Client } from '../../cli/client.ts';
import { EdictError } from '../../domain/errors.ts';
import { hosts } from './ground.ts';
import { insist, untilDefined } from './insist.ts';
import type { Random } from './random.ts';
import { pick } from './random.ts';
import type { Ground, Victim } from './round.ts';
import { faultsOf } from './storm-faults.ts';

export type StormPlan = {
  readonly kills: number;
  readonly victims: readonly [Victim, ...Victim[]];
  readonly inFlight: number;
  readonly random: Random;
};
export type StormResult = {
  readonly runs: number;
  readonly signals: number;
  readonly kills: { readonly [victim: string]: number };
  readonly slowestRecoveryMs: number;
  readonly elapsedMs: number;
  readonly faults: readonly string[];
};

/** Between two kills, at most: often the victim, or what depends on it, is still coming back. */
const longestCalmMs = 2_000;
/** Once the last kill is over, what is not done after this is stuck. */
const patienceMs = 180_000;

type Incident = { readonly id: string; readonly key: string };
type Storm = {
  readonly ground: Ground;
  readonly plan: StormPlan;
  readonly incident: Incident;
  /** Run → its number. */
  readonly started: Map<string, number>;
  readonly ended: Set<string>;
  signals: number;
  /** The last kill was: nothing new is started. */
  readonly isOver: () => boolean;
  /** What has not ended by now is stuck. */
  readonly isLost: () => boolean;
};

export async function playStorm(ground: Ground, plan: StormPlan, say: (line: string) => void): Promise<StormResult> {
  const began = performance.now();
  let overAt = Infinity;
  const storm: Storm = {
    ground,
    plan,
    incident: await prepare(ground),
    started: new Map(),
    ended: new Set(),
    signals: 1,
    isOver: () => overAt < Infinity,
    isLost: () => performance.now() > overAt + patienceMs,
  };
  const crew = Promise.all([keepRunning(storm), answerPeople(storm), follow(storm)]);
  const { killed, slowestMs } = await Promise.race([killAtRandom(ground, plan, say), crew.then(() => neverSo())]);
  overAt = performance.now();
  await crew;
  const faults = await faultsOf(ground, { started: storm.started, ended: storm.ended, incident: storm.incident.id });
  const { started, signals } = storm;
  return { runs: started.size, signals, kills: killed, slowestRecoveryMs: slowestMs, elapsedMs: performance.now() - began, faults };
}

function neverSo(): never {
  throw new EdictError('defect', 'the crew went home before the storm was over');
}

/** Publishes the playbooks and opens the incident that the runs belong to. */
async function prepare({ engineer, analyst }: Ground): Promise<Incident> {
  for (const name of ['storm-child', 'storm']) {
    const source = readFileSync(join(import.meta.dirname, 'playbooks', `${name}.yaml`), 'utf8');
    await insist(() => engineer.call('playbooks.publish', { body: { source } }));
  }
  const id = randomUUID();
  const key = `storm-${id}`;
  await sendSignal(analyst, { id, key, kind: 'storm' });
  const opened = await untilDefined('the incident', async () => (await analyst.call('signals.get', { params: { id } })).incident);
  return { id: opened, key };
}

async function sendSignal(analyst: Client, signal: { readonly id: string; readonly key: string; readonly kind: string }): Promise<void> {
  const body = { ...signal, severity: 'low' as const, title: 'a storm', source: hosts[0] };
  await insist((idempotencyKey) => analyst.call('signals.send', { body }, { idempotencyKey }));
}

/** Starts a run whenever there is room for one. */
async function keepRunning({ ground: { analyst }, plan, incident, started, ended, isOver }: Storm): Promise<void> {
  for (let number = 1; !isOver();) {
    if (started.size - ended.size >= plan.inFlight) {
      await sleep(100);
      continue;
    }
    const inputs = { host: hosts[number % hosts.length] ?? hosts[0], number };
    const { run } = await insist((idempotencyKey) =>
      analyst.call('playbooks.run', { params: { name: 'storm' }, body: { inputs, incident: incident.id } }, { idempotencyKey }),
    );
    started.set(run, number);
    number += 1;
  }
}

/** Votes on what is asked, and answers what is to be done, until every run has ended. */
async function answerPeople(storm: Storm): Promise<void> {
  const { managers, analyst } = storm.ground;
  while (!allEnded(storm)) {
    const approvals = await insist(() => managers[0].call('approvals.list', { query: { status: 'open', limit: 100 } }));
    for (const approval of approvals.items) await quietly(() => approve(managers[0], approval));
    const tasks = await insist(() => analyst.call('tasks.list', { query: { status: 'open', limit: 100 } }));
    for (const { id, run } of tasks.items) {
      const outputs = { answer: storm.started.get(run) ?? -1 };
      await quietly((idempotencyKey) => analyst.call('tasks.answer', { params: { id }, body: { outputs } }, { idempotencyKey }));
    }
    await sleep(300);
  }
}

function approve(manager: Client, { id, digest }: Approval): Promise<void> {
  return insist(async (idempotencyKey) => {
    await manager.call(
      'approvals.vote',
      { params: { id }, body: { decision: 'approve', digest, reason: 'the storm goes on' } },
      { idempotencyKey },
    );
  });
}

/** What was answered already, by an answer that got lost, is fine here. */
async function quietly(work: (idempotencyKey: string) => Promise<unknown>): Promise<void> {
  const fine: readonly string[] = ['approval-vote-repeated', 'approval-closed', 'task-closed'];
  try {
    await insist(work);
  } catch (error) {
    if (!(error instanceof EdictError) || !fine.includes(error.code)) throw error;
  }
}

/** Looks which runs have ended, and sends a signal where one waits for it: it goes to whoever waits then. */
async function follow(storm: Storm): Promise<void> {
  const { analyst } = storm.ground;
  while (!allEnded(storm)) {
    let waiting = false;
    for (const run of [...storm.started.keys()].filter((id) => !storm.ended.has(id))) {
      const { status, view } = await insist(() => analyst.call('runs.get', { params: { run } }));
      if (status === 'ended') storm.ended.add(run);
      waiting ||= view?.steps.some(({ step, status: now }) => step === 'go' && now === 'waiting') ?? false;
    }
    if (waiting) {
      await sendSignal(analyst, { id: randomUUID(), key: storm.incident.key, kind: 'storm-go' });
      storm.signals += 1;
    }
    await sleep(1_000);
  }
}

const allEnded = ({ isOver, isLost, started, ended }: Storm): boolean => isLost() || (isOver() && ended.size >= started.size);

async function killAtRandom(ground: Ground, { kills, victims, random }: StormPlan, say: (line: string) => void) {
  const killed: { [victim: string]: number } = {};
  let slowestMs = 0;
  for (let number = 1; number <= kills; number += 1) {
    const victim = pick(random, victims);
    await sleep(random() * longestCalmMs);
    const began = performance.now();
    ground.stack.kill(victim);
    await ground.stack.up(victim);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    killed[victim] = (killed[victim] ?? 0) + 1;
    if (number % 10 === 0) say(`${number} of ${kills} kills`);
  }
  return { killed, slowestMs };
}
