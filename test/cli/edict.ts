/** The real command, `cli/edict.mjs`, as a process of its own; and an embedded stack on a data folder of the test's own for it to talk to. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { startStack } from '../../stack/supervisor.ts';

const root = join(import.meta.dirname, '..', '..');
export const demoData = join(root, 'demo', 'data');

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };
export type Settings = { readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>> };

/** Runs a program to its end. */
export async function runProgram(command: string, args: readonly string[], settings: Settings = {}): Promise<Ended> {
  const { EDICT_TOKEN: _token, EDICT_URL: _url, EDICT_DATA_DIR: _data, ...environment } = process.env;
  const child = spawn(command, args, { cwd: root, env: { ...environment, ...settings.env }, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(settings.input ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** `edict …` against a server, by the token of somebody. */
export const edictAt = ({ url, token = '' }: { readonly url: string; readonly token: string | undefined }, args: readonly string[]) =>
  runProgram(process.execPath, [join(root, 'cli', 'edict.mjs'), ...args], { env: { EDICT_URL: url, EDICT_TOKEN: token } });

export type Ground = {
  readonly folder: string;
  readonly dataDir: string;
  readonly api: string;
  /** `edict …` on this stack. No run may end as a defect or show a stack trace. */
  readonly edict: (args: readonly string[], settings?: Settings) => Promise<Ended>;
  /** With --json, and expected to go well: the one value on standard output. */
  readonly json: <T = Record<string, unknown>>(...args: readonly string[]) => Promise<T>;
  readonly close: () => Promise<void>;
};

export async function openGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'edict-cli-'));
  const dataDir = join(folder, 'data');
  const stack = await startStack({ dataDir }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const edict: Ground['edict'] = async (args, settings) => {
    const ended = await runProgram(process.execPath, [join(root, 'cli', 'edict.mjs'), '--data', dataDir, ...args], settings);
    expect(ended.stderr).not.toMatch(/^\s+at .+:\d+:\d+/mu);
    expect({ args: args.slice(0, 4), ...ended }).not.toMatchObject({ code: 70 });
    return ended;
  };
  return {
    folder,
    dataDir,
    api: stack.addresses.api,
    edict,
    json: async (...args) => {
      const ended = await edict(['--json', ...args]);
      expect({ args, ...ended }).toMatchObject({ code: 0 });
      return JSON.parse(ended.stdout);
    },
    close: async () => {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Says the refusal of a command: its exit code, its error code, and that nothing was printed as a result. */
export async function refusal(ground: Ground, args: readonly string[], settings?: Settings) {
  const { code, stdout, stderr } = await ground.edict(['--json', ...args], settings);
  expect(stdout).toBe('');
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  const { error } = JSON.parse(last) as { readonly error: Readonly<Record<string, string>> };
  return { exit: code, ...error };
}

/** Asks again until it is so. */
export async function until<T>(ask: () => Promise<T>, match: (value: T) => boolean, patienceMs = 60_000): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (match(value)) return value;
    if (Date.now() > end) throw new Error(`still not so: ${JSON.stringify(value).slice(0, 500)}`);
    await sleep(300);
  }
}

export async function loadDemoData(ground: Ground): Promise<void> {
  await ground.json('context', 'inventory', join(demoData, 'inventory.csv'), join(demoData, 'zones.csv'));
  await ground.json('context', 'connections', join(demoData, 'conn-payments-synthetic.log'));
  await ground.json('context', 'indicators', join(demoData, 'indicators.json'));
}
