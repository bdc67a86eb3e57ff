/** Stops what global set-up started, in the opposite order, and removes its data. */
import { rmSync } from 'node:fs';

import type { Running } from './running.ts';

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default async function tearDown(): Promise<void> {
  const running = (globalThis as { edictTestStack?: Running }).edictTestStack;
  if (running === undefined) return;
  for (const stop of running.stop) await stop();
  rmSync(running.directory, { recursive: true, force: true });
}
