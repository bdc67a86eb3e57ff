/** One running stack on a data directory. The lock names its holder; a dead holder's lock is taken over. */
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';

import { EdictError } from '../../domain/errors.ts';
import type { Layout } from '../layout.ts';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';

export type Holder = ProcessIdentity & { readonly url?: string | undefined };

export type Lock = { readonly setUrl: (url: string) => void; readonly release: () => void };

/** `data-in-use`, naming the holder, when another process runs on the data. */
export function acquireLock(files: Pick<Layout, 'root' | 'lock'>): Lock {
  const self = identityOf(process.pid) ?? { pid: process.pid, started: 'unknown' };
  for (let tries = 0; tries < 5; tries += 1) {
    if (create(files.lock, self)) return held(files.lock, self);
    const holder = readHolder(files.lock);
    if (holder && isAlive(holder)) throw inUse(files.root, holder);
    removeStale(files.lock, holder);
  }
  throw new EdictError('data-in-use', `another start on \`${files.root}\` is under way`, { help: 'wait for it, then try again' });
}

/** Who runs on the data now. */
export function currentHolder(files: Pick<Layout, 'lock'>): Holder | undefined {
  const holder = readHolder(files.lock);
  return holder && isAlive(holder) ? holder : undefined;
}

function inUse(root: string, holder: Holder): EdictError {
  const at = holder.url === undefined ? '' : ` at ${holder.url}`;
  return new EdictError('data-in-use', `edict already runs on \`${root}\`${at} (process ${holder.pid})`, {
    where: root,
    help: `use the running one, stop it with \`kill ${holder.pid}\`, or give another data directory`,
  });
}

function held(file: string, self: ProcessIdentity): Lock {
  return {
    setUrl: (url) => replace(file, { ...self, url }),
    release: () => {
      const holder = readHolder(file);
      if (holder?.pid === self.pid && holder.started === self.started) rmSync(file, { force: true });
    },
  };
}

/** False when there is a lock already. A link appears whole or not at all. */
function create(file: string, holder: Holder): boolean {
  const draft = writeDraft(file, holder);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function replace(file: string, holder: Holder): void {
  renameSync(writeDraft(file, holder), file);
}

function writeDraft(file: string, holder: Holder): string {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  return draft;
}

function readHolder(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { pid, started, url } = value as { [key: string]: unknown };
    if (typeof pid !== 'number' || typeof started !== 'string') return undefined;
    return { pid, started, url: typeof url === 'string' ? url : undefined };
  } catch {
    return undefined;
  }
}

/** Takes the stale lock away, and puts back what it took when that was another starter's fresh one. */
function removeStale(file: string, stale: Holder | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    const taken = readHolder(aside);
    if (taken && (taken.pid !== stale?.pid || taken.started !== stale.started)) linkSync(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
