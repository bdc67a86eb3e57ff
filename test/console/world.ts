/** Something to look at: the demo's inventory and logs, incidents of every severity, a containment that waits for a manager. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../cli/client.ts';
import type { Client } from '../../cli/client.ts';
import type { Credentials } from './people.ts';

export type World = Credentials & { readonly url: string };

export async function fillWorld(world: World): Promise<void> {
  const as = (person: string): Client => createClient({ url: world.url, token: world.tokens[person] ?? '' });
  await loadContext(as('engineer'));
  for (const signal of signals()) await as('analyst').call('signals.send', { body: signal });
  await waitFor(async () => (await as('analyst').call('incidents.list', { query: {} })).items.length >= 6);
  await waitFor(async () => (await as('analyst').call('approvals.list', { query: { status: 'open' } })).items.length > 0);
}

async function loadContext(engineer: Client): Promise<void> {
  const text = (name: string): Promise<string> => readFile(join(import.meta.dirname, '..', '..', 'demo', 'data', name), 'utf8');
  const plain = { contentType: 'text/plain' };
  await engineer.call('context.inventory', { body: { assets_csv: await text('inventory.csv'), zones_csv: await text('zones.csv') } });
  await engineer.call('context.connections', { body: await text('conn-payments-synthetic.log') }, plain);
  await engineer.call('context.indicators', { body: await text('indicators.json') }, plain);
}

function signals() {
  return [
    { kind: 'beacon', severity: 'high', title: 'ws-17 calls 203.0.113.9 every minute', source: 'ws-17', destination: '203.0.113.9' },
    {
      kind: 'denied-burst',
      severity: 'critical',
      title: '412 denied connections to the cardholder database in a minute',
      source: '10.4.0.23',
      key: 'burst:cardholder',
    },
    {
      kind: 'novel-connection',
      severity: 'medium',
      title: 'First connection from the build servers to the payments zone',
      source: '10.6.0.4',
    },
    { kind: 'login-failure', severity: 'low', title: 'Eleven failed sign-ins of `svc-backup`', source: '10.2.0.8' },
    {
      kind: 'dns-tunnel',
      severity: 'high',
      title: 'Long names under one domain, 900 an hour',
      source: '10.4.0.31',
      destination: 'cdn.example.net',
    },
    { kind: 'impossible-travel', severity: 'medium', title: 'Sign-ins from two continents within 20 minutes', source: '198.51.100.7' },
  ] as const;
}

/** Polls: a machine under load takes its time. */
export async function waitFor(holds: () => Promise<boolean>, forMs = 60_000): Promise<void> {
  for (const endMs = Date.now() + forMs; Date.now() < endMs; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (await holds()) return;
  }
  throw new Error(`did not come to hold within ${forMs / 1000} s: ${holds.toString()}`);
}
