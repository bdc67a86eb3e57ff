/** A process that appends to the chain until it is killed, and says which rows it was told are in. */
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';

const [databaseUrl = '', auditFile = '', name = ''] = process.argv.slice(2);
await migrate(databaseUrl);
const store = await openStore({ databaseUrl, auditFile });
const writers = Array.from({ length: 4 }, async (_, writer) => {
  for (let n = 0; ; n++) {
    const key = `${name}/s${writer}/${n}`;
    const { entries } = await store.effects.intend({ key, run: name, step: `s${writer}`, action: 'a.b', targets: [], params: {} }, name);
    process.stdout.write(`${key} ${entries.join()}\n`);
  }
});
await Promise.all(writers);
