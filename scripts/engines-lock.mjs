// One set-up at a time on one cache, also across containers that share it: the holder keeps touching the lock file.
import { closeSync, mkdirSync, openSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startProgress } from './progress.mjs';

const touchMs = 2000;
const staleMs = 15_000;

export async function withLock(file, work) {
  const release = await acquire(file);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(file) {
  mkdirSync(dirname(file), { recursive: true });
  let waiting;
  while (!take(file)) {
    waiting ??= startProgress('another set-up is at work on the same engines, waiting for it');
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    // Its holder was killed: a living one touches the file all the time.
    if (age > staleMs) rmSync(file, { force: true });
    else await sleep(200);
  }
  waiting?.done('it is finished');
  const timer = setInterval(() => touch(file), touchMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  };
}

function take(file) {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, `${process.pid}\n`);
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Removed together with the whole cache: the work at hand fails by itself.
  }
}
