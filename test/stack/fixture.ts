/** Doors of real tests to the engines that global set-up started. Where one is missing, CI fails and a user's machine skips. */
import { randomBytes } from 'node:crypto';

import { describe } from '@jest/globals';
import { Client } from 'pg';

import { findProgram, requireProgram, type ProgramName } from '../../stack/engines.ts';

type Engine = 'postgres' | 'temporal' | 'opa';

const variables: { readonly [engine in Engine]: string } = {
  postgres: 'EDICT_TEST_POSTGRES',
  temporal: 'EDICT_TEST_TEMPORAL',
  opa: 'EDICT_TEST_OPA',
};

/** A fresh empty database of the test's own. */
export async function testDatabase(): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const server = started('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(server, `drop database if exists ${name} with (force)`) };
}

async function admin(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** One server for all tests: use task queues and ids of your own. */
export function testTemporal(): { readonly address: string; readonly namespace: string } {
  return JSON.parse(started('temporal'));
}

/** A server with token authentication and no policy; put yours under a path of your own. */
export function testOpa(): { readonly url: string; readonly token: string } {
  return JSON.parse(started('opa'));
}

/** Path of an engine's program, for tests that start one of their own. */
export function engineBinary(program: ProgramName): string {
  return requireProgram(program).path;
}

export function hasEngine(program: ProgramName): boolean {
  return findProgram(program) !== undefined;
}

/** `describe` for tests that need the engines: skipped with a message where one is missing, unless CI is set. */
export function describeWith(engines: readonly Engine[], name: string, tests: () => void): void {
  const missing = engines.filter((engine) => !process.env[variables[engine]]);
  if (missing.length === 0 || process.env['CI']) describe(name, tests);
  else describe.skip(`${name} (needs ${missing.join(', ')}: run \`npm run setup\`)`, tests);
}

function started(engine: Engine): string {
  const value = process.env[variables[engine]];
  if (!value) throw new Error(`the test needs ${engine}, which is not running: run \`npm run setup\` to install it`);
  return value;
}
