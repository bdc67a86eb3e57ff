/**
 * One stack for all browser tests, with the console in it and something to look at (world.ts). Where no browser or engine is installed, the
 * tests are skipped; CI fails. The address goes to them by the environment (browser.ts).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../stack/engines.ts';
import { choosePort } from '../../stack/ports.ts';
import { startStack } from '../../stack/supervisor.ts';
import { browserPath } from './browser-path.ts';
import { givePasswords, readCredentials } from './people.ts';
import { fillWorld } from './world.ts';

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default async function setUp(): Promise<void> {
  const engines = ['opa', 'temporal-server', 'temporal-sql-tool'] as const;
  if (browserPath() === undefined || engines.some((name) => findProgram(name) === undefined)) return;
  execFileSync(process.execPath, [join(import.meta.dirname, '..', '..', 'scripts', 'console.mjs')], { stdio: 'inherit' });
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-console-'));
  const stack = await startStack({ dataDir, apiPort: await choosePort(new Set()) });
  (globalThis as { edictConsoleStack?: object }).edictConsoleStack = { stack, dataDir };
  const url = stack.addresses.api;
  await givePasswords({ url, ...readCredentials(dataDir) });
  await fillWorld({ url, ...readCredentials(dataDir) });
  process.env['EDICT_TEST_CONSOLE'] = JSON.stringify({ url, dataDir, database: stack.addresses.database });
}
