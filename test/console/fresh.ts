/**
 * A stack of a test's own, as `npm start` leaves it: nobody has signed in, nothing is known. `signInLink` is what the first start prints.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../cli/client.ts';
import type { Client } from '../../cli/client.ts';
import { choosePort } from '../../stack/ports.ts';
import { startStack } from '../../stack/supervisor.ts';
import { readCredentials } from './people.ts';
import type { Credentials } from './people.ts';

export type Fresh = {
  readonly url: string;
  readonly tokens: Credentials['tokens'];
  readonly as: (person: string) => Client;
  readonly signInLink: (person: string) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** `env`: further settings of the API, by the port that it serves at. */
export async function startFresh(env: (url: string) => { readonly [name: string]: string } = () => ({})): Promise<Fresh> {
  const dataDir = mkdtempSync(join(tmpdir(), 'edict-fresh-'));
  const apiPort = await choosePort(new Set());
  const stack = await startStack({ dataDir, apiPort, env: env(`http://127.0.0.1:${apiPort}`) });
  const { tokens } = readCredentials(dataDir);
  const url = stack.addresses.api;
  const as = (person: string): Client => createClient({ url, token: tokens[person] ?? '' });
  return {
    url,
    tokens,
    as,
    signInLink: async (person) => {
      const { path } = await as('admin').call('people.sign-in-link', { params: { id: person }, body: {} });
      return `${url}${path}`;
    },
    stop: async () => {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
