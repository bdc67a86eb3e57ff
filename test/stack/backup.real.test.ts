import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from '@jest/globals';
import { create, extract } from 'tar';

import { backup } from '../../stack/backup/backup.ts';
import { ensureDatabase, withClient } from '../../stack/programs/postgres.ts';
import { restore } from '../../stack/backup/restore.ts';
import { startStack, type Stack } from '../../stack/supervisor.ts';
import { describeWith } from './fixture.ts';
import { withDataDir } from './supervised.ts';

const slow = 120_000;

const other = (stack: Stack): string => stack.addresses.database.replace(/edict$/, 'temporal');

/** Two databases with the same counter: one number written to both, one after the other, for as long as it is told. */
async function prepare(stack: Stack): Promise<void> {
  await ensureDatabase({ url: (name) => stack.addresses.database.replace(/edict$/, name) }, 'temporal');
  for (const url of [stack.addresses.database, other(stack)])
    await withClient(url, (client) => client.query('create table rows (n int primary key, pad text)'));
}

async function writeUntil(stack: Stack, stopped: () => boolean): Promise<number> {
  return withClient(stack.addresses.database, (one) =>
    withClient(other(stack), async (two) => {
      let n = 0;
      for (; !stopped(); n += 1) for (const client of [one, two]) await client.query("insert into rows values ($1, repeat('x', 500))", [n]);
      return n;
    }),
  );
}

async function rows(url: string): Promise<readonly number[]> {
  const result = await withClient(url, (client) => client.query<{ n: number }>('select n from rows order by n'));
  return result.rows.map(({ n }) => n);
}

const upTo = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

describeWith(['postgres'], 'a backup taken while rows are written', () => {
  it(
    'holds one moment of all databases, the files and the secrets, and goes on from there',
    () =>
      withDataDir(async (dataDir) => {
        const folder = dirname(dataDir);
        const file = join(folder, 'backup.tar.gz');
        const stack = await startStack({ dataDir, processes: ['postgres'] });
        await prepare(stack);
        writeFileSync(join(dataDir, 'audit', 'audit.jsonl'), '{"id":1}\n');
        let stop = false;
        const writing = writeUntil(stack, () => stop);
        const result = await backup(dataDir, file);
        stop = true;
        const written = await writing;
        await stack.stop();
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(result.sizeBytes).toBe(statSync(file).size);
        expect(readdirSync(folder).sort()).toEqual(['backup.tar.gz', 'data']);

        const restored = join(folder, 'restored');
        await restore(file, restored);
        const again = await startStack({ dataDir: restored, processes: ['postgres'] });
        const [one, two] = [await rows(again.addresses.database), await rows(other(again))];
        await again.stop();
        // Without a gap, and the second database is at most the one row behind that it always is.
        expect(one).toEqual(upTo(one.length));
        expect(two).toEqual(upTo(two.length));
        expect(one.length - two.length).toBeGreaterThanOrEqual(0);
        expect(one.length - two.length).toBeLessThanOrEqual(1);
        expect(one.length).toBeGreaterThan(0);
        expect(one.length).toBeLessThanOrEqual(written);
        expect(readFileSync(join(restored, 'audit', 'audit.jsonl'), 'utf8')).toBe('{"id":1}\n');
        expect(readFileSync(join(restored, 'secrets', 'postgres'), 'utf8')).toBe(
          readFileSync(join(dataDir, 'secrets', 'postgres'), 'utf8'),
        );
      }),
    slow,
  );

  it(
    'can be taken of a stack that is stopped, and overwrites nothing',
    () =>
      withDataDir(async (dataDir) => {
        await (await startStack({ dataDir, processes: ['postgres'] })).stop();
        const file = join(dirname(dataDir), 'backup.tar.gz');
        await backup(dataDir, file);
        await expect(backup(dataDir, file)).rejects.toMatchObject({ code: 'conflict' });
        expect(readdirSync(dataDir)).not.toContain('lock');
        await expect(restore(file, dataDir)).rejects.toMatchObject({ code: 'conflict' });
      }),
    slow,
  );
});

describeWith(['postgres'], 'a backup file that is damaged', () => {
  it(
    'is refused before anything is put in place: cut short, altered, incomplete, added to, or no backup at all',
    () =>
      withDataDir(async (dataDir) => {
        const folder = dirname(dataDir);
        const file = join(folder, 'backup.tar.gz');
        await (await startStack({ dataDir, processes: ['postgres'] })).stop();
        await backup(dataDir, file);
        const target = join(folder, 'restored');
        const refused = async (name: string, make: (path: string) => Promise<void> | void, reason: RegExp) => {
          const path = join(folder, name);
          await make(path);
          const failure = restore(path, target);
          await expect(failure).rejects.toMatchObject({ code: 'backup-invalid' });
          await expect(failure).rejects.toThrow(reason);
          expect(readdirSync(folder)).not.toContain('restored');
        };
        const altered = (change: (data: string) => void) => async (path: string) => {
          const work = join(folder, `work-${path.split('/').at(-1)}`);
          mkdirSync(work);
          await extract({ file, cwd: work });
          change(join(work, 'data'));
          await create({ file: path, cwd: work, gzip: true }, ['manifest.json', 'data']);
        };
        await refused(
          'cut',
          (path) => (copyFileSync(file, path), truncateSync(path, Math.floor(statSync(path).size / 2))),
          /unpacked|missing|manifest/,
        );
        await refused(
          'altered',
          altered((data) => writeFileSync(join(data, 'postgres', 'PG_VERSION'), '18\n#')),
          /`postgres\/PG_VERSION` is not what it was/,
        );
        await refused(
          'added',
          altered((data) => writeFileSync(join(data, 'secrets', 'extra'), 'x')),
          /not in its manifest/,
        );
        await refused('empty', (path) => writeFileSync(path, ''), /manifest|unpacked/);
        await refused('text', (path) => writeFileSync(path, 'hello'.repeat(1000)), /manifest|unpacked/);
        await refused('bare', (path) => create({ file: path, cwd: folder, gzip: true }, ['text']), /manifest/);
      }),
    slow,
  );
});
