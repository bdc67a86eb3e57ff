/** The ground of the kill rounds: the embedded stack on a fresh data directory, inventory loaded, a firewall where the machine allows one. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '../../cli/client.ts';
import type { Client } from '../../cli/client.ts';
import { createLab } from '../../connectors/nftables/lab.ts';
import type { Lab, NoLab } from '../../connectors/nftables/lab.ts';
import { startStack } from '../../stack/supervisor.ts';
import type { Ground } from './round.ts';

const data = join(import.meta.dirname, '..', '..', 'demo', 'data');

/** Hosts of the inventory that the rounds take turns with: no round disturbs another. */
export const hosts = ['ws-17', 'ws-18', 'ws-42', 'ws-43', 'printer-3'] as const;

export async function prepareGround(dataDir: string, labName: string): Promise<Ground & { readonly close: () => Promise<void> }> {
  const lab = await createLab({ name: labName });
  const stack = await startStack({ dataDir });
  const { tokens } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as { readonly tokens: Record<string, string> };
  const as = (person: string): Client => createClient({ url: stack.addresses.api, token: tokens[person] ?? '' });
  await load(as('engineer'), as('admin'), lab);
  const close = async (): Promise<void> => {
    await stack.stop();
    if (lab.supported) await lab.destroy();
  };
  return {
    stack,
    analyst: as('analyst'),
    engineer: as('engineer'),
    managers: [as('manager-1'), as('manager-2')],
    auditor: as('auditor'),
    firewallText: () => firewallText(lab),
    close,
  };
}

const run = promisify(execFile);

async function firewallText(lab: Lab | NoLab): Promise<string> {
  if (!lab.supported) return '';
  const [command, ...prefix] = lab.firewallExec;
  return (await run(command ?? '', [...prefix, 'nft', 'list', 'ruleset'])).stdout;
}

async function load(engineer: Client, admin: Client, lab: Lab | NoLab): Promise<void> {
  const text = (name: string): string => readFileSync(join(data, name), 'utf8');
  await engineer.call('context.inventory', { body: { assets_csv: text('inventory.csv'), zones_csv: text('zones.csv') } });
  await engineer.call('context.connections', { body: text('conn-payments-synthetic.log') }, { contentType: 'text/plain' });
  await engineer.call('context.indicators', { body: text('indicators.json') }, { contentType: 'text/plain' });
  if (!lab.supported) return;
  const settings = { exec: lab.firewallExec, prober: { from: lab.clientExec, to: lab.serverExec } };
  await admin.call('points.put', { body: { name: 'fw-1', kind: 'nftables', settings } });
}
