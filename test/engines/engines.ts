/**
 * Door of tests to the engines that only tests ask: tools/test-engines.json lists them, scripts/engines/install.mjs gets them. One
 * that is missing is named with its reason and its tests are skipped: continuous integration lists it. What the product itself works
 * with has to be there, where CI is set.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { describe } from '@jest/globals';

import { cacheFolder } from '../../stack/engines.ts';
import { hasEngine } from '../stack/fixture.ts';

type Installed =
  | 'nftables'
  | 'iptables'
  | 'ipset'
  | 'conntrack'
  | 'openvswitch'
  | 'yanglint'
  | 'frr'
  | 'aerleon'
  | 'moto'
  | 'parliament'
  | 'vendor-models'
  | 'ansible'
  | 'cyclonus'
  | 'openfga'
  | 'etcd'
  | 'kube-apiserver'
  | 'cedar'
  | 'cvc5';

/** `namespaces`: network namespaces of one's own (`unshare -rn`); `opa` and `postgres` are the product's own engines. */
export type TestEngine = Installed | 'namespaces' | 'opa' | 'postgres';

type Pin = {
  readonly by: 'apt' | 'pip' | 'go' | 'cargo';
  readonly version?: string;
  readonly programs: readonly string[];
};

const pins: { readonly [engine in Installed]: Pin } = JSON.parse(
  readFileSync(new URL('../../tools/test-engines.json', import.meta.url), 'utf8'),
);

const isInstalled = (engine: TestEngine): engine is Installed => Object.hasOwn(pins, engine);

/** What the distribution keeps for root lies here, which is on no user's PATH. */
const searched = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Path of an engine's program; the engine's first unless told. Throws where it is missing. */
export function engineProgram(engine: Installed, program = pins[engine].programs[0] ?? engine): string {
  const path = findProgram(engine, program);
  if (path === undefined) throw new Error(missingEngine(engine));
  return path;
}

function findProgram(engine: Installed, program: string): string | undefined {
  const { by, version } = pins[engine];
  const folders = by === 'apt' ? searched : [join(cacheFolder(), `${engine}-${version}`, 'bin')];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

const known = new Map<TestEngine, string>();

/** Why an engine cannot be asked here; empty where it can. */
export function missingEngine(engine: TestEngine): string {
  const reason = known.get(engine) ?? whyMissing(engine);
  known.set(engine, reason);
  return reason;
}

function whyMissing(engine: TestEngine): string {
  if (isInstalled(engine)) {
    const lost = pins[engine].programs.find((program) => findProgram(engine, program) === undefined);
    return lost === undefined ? '' : `\`${lost}\` is not installed: \`node scripts/engines/install.mjs ${engine}\``;
  }
  if (engine === 'namespaces') return namespacesMissing();
  const found = engine === 'opa' ? hasEngine('opa') : Boolean(process.env['EDICT_TEST_POSTGRES']);
  return found ? '' : `${engine} is not installed: \`npm run setup\``;
}

function namespacesMissing(): string {
  const { status, stderr, error } = spawnSync('unshare', ['-rn', 'true'], { encoding: 'utf8' });
  return status === 0 ? '' : `network namespaces: ${(error?.message ?? stderr.trim()) || 'unshare fails'}`;
}

/** Somebody else's program that only judges what we write. */
const isJudge = (engine: TestEngine): boolean => isInstalled(engine) && engine !== 'nftables' && engine !== 'conntrack';

/** Tests that need engines: skipped by name with the reason where one is missing; where CI is set, for want of a judge alone. */
export function describeEngines(needs: readonly TestEngine[], name: string, tests: () => void): void {
  const lacked = needs.filter((engine) => missingEngine(engine) !== '');
  const missing = lacked.map(missingEngine);
  if (missing.length === 0 || (process.env['CI'] && !lacked.some(isJudge))) describe(name, tests);
  else describe.skip(`${name} (${missing.join('; ')})`, tests);
}
