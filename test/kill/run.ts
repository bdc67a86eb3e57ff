/** `npm run kill -- --rounds N [--seed S] [--json]`: real processes killed with -9 at random moments; nothing lost, nothing doubled. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hosts, prepareGround } from './ground.ts';
import { moments, playRound, victims } from './round.ts';
import type { RoundPlan, RoundResult } from './round.ts';

type Random = () => number;

/** A small generator (mulberry32), so that a seed plays the same rounds again. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

function planRound(random: Random, number: number): RoundPlan {
  const kill = { victim: pick(random, victims), at: pick(random, moments), afterMs: Math.floor(random() * 400) };
  return { host: hosts[number % hosts.length] ?? hosts[0], start: random() < 0.5 ? 'signal' : 'hand', kill };
}

function lineOf(number: number, result: RoundResult): string {
  const { plan, elapsedMs, recoveredMs, faults } = result;
  const words = `${plan.kill.victim.padEnd(9)} at ${plan.kill.at} + ${plan.kill.afterMs} ms · by ${plan.start} · ${(elapsedMs / 1000).toFixed(1)} s · back after ${(recoveredMs / 1000).toFixed(1)} s`;
  return `${faults.length === 0 ? '✓' : '✗'} ${String(number).padStart(3)} ${words}${faults.map((fault) => `\n      ${fault}`).join('')}`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '10' }, seed: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const rounds = Number(values.rounds);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
    process.stderr.write('expected --rounds N with N ≥ 1, and --seed S with a whole number\n');
    return 2;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-kill-'));
  process.stderr.write(`${rounds} rounds, seed ${seed}: --seed ${seed} plays them again\n`);
  const ground = await prepareGround(dataDir, 'edict-kill');
  const random = randomFrom(seed);
  const kills: Record<string, number> = {};
  const faults: string[] = [];
  let slowestMs = 0;
  try {
    for (let number = 1; number <= rounds; number += 1) {
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
      process.stderr.write(`${lineOf(number, result)}\n`);
    }
  } finally {
    await ground.close();
    if (faults.length === 0) rmSync(dataDir, { recursive: true, force: true });
    else process.stderr.write(`the data is kept in ${dataDir}\n`);
  }
  const summary = { rounds, seed, kills, lostOrDoubled: faults.length, faults, slowestRecoveryMs: Math.round(slowestMs) };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(summary)}\n`
      : `${rounds} rounds, ${faults.length} faults, slowest recovery ${(slowestMs / 1000).toFixed(1)} s\n`,
  );
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = await main();
