import { rmSync } from 'node:fs';
import type { Stack } from '../../stack/supervisor.ts';

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default async function tearDown(): Promise<void> {
  const { edictConsoleStack: running } = globalThis as { edictConsoleStack?: { readonly stack: Stack; readonly dataDir: string } };
  if (running === undefined) return;
  await running.stack.stop();
  rmSync(running.dataDir, { recursive: true, force: true });
}
