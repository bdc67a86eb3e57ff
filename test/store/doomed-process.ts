/** A process that works on the store until it is killed: appends to the chain, or holds the lock on a point. It says what it was told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import { guarded } from '../activities/guard-fixture.ts';

export type DoomedTask = 'append' | 'hold';

const [databaseUrl = '', auditFile = '', task, name = ''] = process.argv.slice(2);
await migrate(databaseUrl);
const store = await openStore({ databaseUrl, auditFile });

async function append(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    const key = `${name}/s${writer}/${n}`;
    const { entries } = await store.effects.intend(
      { key, run: name, step: `s${writer}`, action: 'a.b', targets: [], params: {}, ...guarded },
      name,
    );
    process.stdout.write(`${key} ${entries.join()}\n`);
  }
}

async function hold(): Promise<void> {
  process.stdout.write('held\n');
  await sleep(600_000);
}

if (task === ('append' satisfies DoomedTask)) await Promise.all([0, 1, 2, 3].map(append));
else await store.points.locked(name, hold);
