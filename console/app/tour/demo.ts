/**
 * What the tour brings along: a sentence, an alarm, and the demo's synthetic company as files of this page, loaded by the calls that anybody
 * would load their own with.
 */
import type { SignalRequest } from '../../../api/contract/signals.ts';
import inventory from '../../../demo/data/inventory.csv?url';
import zones from '../../../demo/data/zones.csv?url';
import connections from '../../../demo/data/conn-payments-synthetic.log?url';
import indicators from '../../../demo/data/indicators.json?url';
import { call } from '../../api/client.ts';
import { awayFault } from '../../api/fault.ts';
import { refresh } from '../../api/queries.ts';

export const suggestedSentence =
  'Only the payments service may connect to the cardholder database on port 5432. Nobody may use SSH from the internet.';

export const alarmHost = 'ws-18';
/** Signals with this key are the tour's incident. The address is one of RFC 5737, which nobody has. */
export const alarm: SignalRequest = {
  kind: 'beacon',
  severity: 'high',
  title: 'Demo: ws-18 calls 203.0.113.9 every minute',
  source: alarmHost,
  destination: '203.0.113.9',
  key: 'tour:beacon',
};

/** INVARIANT: the inventory goes last: while there is none the load can be tried again, and one that is there is never replaced. */
export async function loadDemo(): Promise<void> {
  const plain = { contentType: 'text/plain' };
  const [assets_csv, zones_csv, log, bundle] = await Promise.all([inventory, zones, connections, indicators].map(textOf));
  const known = await call('context.get', {});
  if (known.counts.assets > 0) return refresh(['context.get']);
  await call('context.connections', { body: log ?? '' }, plain);
  await call('context.indicators', { body: bundle ?? '' }, plain);
  await call('context.inventory', { body: { assets_csv: assets_csv ?? '', zones_csv: zones_csv ?? '' } });
  refresh(['context.get']);
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url).catch(() => undefined);
  if (answer?.ok !== true) throw awayFault();
  return await answer.text();
}
