/** The short form of `npm run kill`: each process is killed once, and at each moment of the containment something is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hosts, prepareGround } from './ground.ts';
import { playRound } from './round.ts';
import type { Kill } from './round.ts';

const kills: readonly Kill[] = [
  { victim: 'api', at: 'signal-accepted', afterMs: 0 },
  { victim: 'postgres', at: 'approval-open', afterMs: 0 },
  { victim: 'worker', at: 'vote-cast', afterMs: 0 },
  { victim: 'worker', at: 'effect-intended', afterMs: 0 },
  { victim: 'opa', at: 'effect-intended', afterMs: 0 },
  { victim: 'temporal', at: 'leased', afterMs: 0 },
  { victim: 'worker', at: 'lease-over', afterMs: 0 },
];

describe('killed with -9 in the middle of a containment', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-kill-test-'));
  let ground: Awaited<ReturnType<typeof prepareGround>>;

  beforeAll(async () => {
    ground = await prepareGround(dataDir, 'edict-kill-test');
  }, 120_000);

  afterAll(async () => {
    await ground?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it.each(kills.map((kill, index) => [kill.victim, kill.at, kill, index] as const))(
    '%s at %s: nothing is lost and nothing is done twice',
    async (_victim, _moment, kill, index) => {
      const { faults } = await playRound(ground, {
        host: hosts[index % hosts.length] ?? hosts[0],
        start: index % 2 === 0 ? 'hand' : 'signal',
        kill,
      });
      expect(faults).toEqual([]);
    },
    200_000,
  );
});
