/**
 * `npm run kill`: real processes killed with -9 at random moments; nothing lost, nothing doubled, nothing stuck.
 * `--rounds N`: containments one after the other, one kill in each, at a named moment. `--storm N`: N kills while playbooks of every step
 * kind run at once (`--victims worker,temporal` names whom). `--seed S` plays the same again; `--json`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hosts, prepareGround } from './ground.ts';
import { pick, randomFrom } from './random.ts';
import type { Random } from './random.ts';
import { moments, playRound, victims } from './round.ts';
import type { Ground, RoundPlan, RoundResult, Victim } from './round.ts';
import { playStorm } from './storm.ts';

type Summary = { readonly faults: readonly string[]; readonly text: string } & { readonly [name: string]: unknown };

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function planRound(random: Random, number: number): RoundPlan {
  const kill = { victim: pick(random, victims), at: pick(random, moments), afterMs: Math.floor(random() * 400) };
  return { host: hosts[number % hosts.length] ?? hosts[0], start: random() < 0.5 ? 'signal' : 'hand', kill };
}

function lineOf(number: number, result: RoundResult): string {
  const { plan, elapsedMs, recoveredMs, faults } = result;
  const words = `${plan.kill.victim.padEnd(9)} at ${plan.kill.at} + ${plan.kill.afterMs} ms · by ${plan.start} · ${(elapsedMs / 1000).toFixed(1)} s · back after ${(recoveredMs / 1000).toFixed(1)} s`;
  return `${faults.length === 0 ? '✓' : '✗'} ${String(number).padStart(3)} ${words}${faults.map((fault) => `\n      ${fault}`).join('')}`;
}

async function rounds(ground: Ground, count: number, random: Random): Promise<Summary> {
  const kills: Record<string, number> = {};
  const faults: string[] = [];
  let slowestMs = 0;
  for (let number = 1; number <= count; number += 1) {
    const plan = planRound(random, number);
    const result = await playRound(ground, plan).catch((error: unknown): RoundResult => ({
      plan,
      run: '',
      elapsedMs: 0,
      recoveredMs: 0,
      faults: [String(error)],
    }));
    kills[plan.kill.victim] = (kills[plan.kill.victim] ?? 0) + 1;
    slowestMs = Math.max(slowestMs, result.recoveredMs);
    faults.push(...result.faults.map((fault) => `round ${number}: ${fault}`));
    say(lineOf(number, result));
  }
  const text = `${count} rounds, ${faults.length} faults, slowest recovery ${(slowestMs / 1000).toFixed(1)} s`;
  return { rounds: count, kills, lostOrDoubled: faults.length, faults, slowestRecoveryMs: Math.round(slowestMs), text };
}

async function storm(ground: Ground, count: number, random: Random, whom: readonly [Victim, ...Victim[]]): Promise<Summary> {
  const plan = { kills: count, victims: whom, inFlight: 10, random };
  const { runs, signals, kills, slowestRecoveryMs, elapsedMs, faults } = await playStorm(ground, plan, say);
  for (const fault of faults) say(`✗ ${fault}`);
  const text = `${count} kills, ${runs} runs of every step kind, ${faults.length} faults, slowest recovery ${(slowestRecoveryMs / 1000).toFixed(1)} s, ${Math.round(elapsedMs / 1000)} s in all`;
  return {
    storm: count,
    runs,
    signals,
    kills,
    lostOrDoubled: faults.length,
    faults,
    slowestRecoveryMs: Math.round(slowestRecoveryMs),
    text,
  };
}

type Wanted = {
  readonly rounds: number;
  readonly storm: number;
  readonly seed: number;
  readonly whom: readonly [Victim, ...Victim[]];
  readonly json: boolean;
};

function readArguments(): Wanted | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { rounds: text, storm: text, victims: text, seed: text, json: { type: 'boolean', default: false } },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  const wanted = { rounds: Number(values.rounds ?? (values.storm === undefined ? 10 : 0)), storm: Number(values.storm ?? 0), seed };
  const [first, ...rest] =
    values.victims === undefined ? victims : values.victims.split(',').map((name) => victims.find((known) => known === name));
  const whom = [first, ...rest].filter((name) => name !== undefined);
  const right = Object.values(wanted).every((number) => Number.isInteger(number) && number >= 0) && wanted.rounds + wanted.storm > 0;
  if (!right || whom.length !== 1 + rest.length) return undefined;
  return { ...wanted, whom: whom as [Victim, ...Victim[]], json: values.json };
}

async function main(): Promise<number> {
  const wanted = readArguments();
  if (wanted === undefined) {
    say(`expected --rounds N or --storm N with N ≥ 1, --seed S with a whole number, and --victims of ${victims.join(',')}`);
    return 2;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-kill-'));
  say(`seed ${wanted.seed}: --seed ${wanted.seed} plays them again`);
  const ground = await prepareGround(dataDir, 'edict-kill');
  const random = randomFrom(wanted.seed);
  const summaries: Summary[] = [];
  try {
    if (wanted.rounds > 0) summaries.push(await rounds(ground, wanted.rounds, random));
    if (wanted.storm > 0) summaries.push(await storm(ground, wanted.storm, random, wanted.whom));
  } finally {
    await ground.close();
    if (summaries.length > 0 && summaries.every(({ faults }) => faults.length === 0)) rmSync(dataDir, { recursive: true, force: true });
    else say(`the data is kept in ${dataDir}`);
  }
  for (const { text, ...summary } of summaries)
    process.stdout.write(`${wanted.json ? JSON.stringify({ ...summary, seed: wanted.seed }) : text}\n`);
  return summaries.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

process.exitCode = await main();
