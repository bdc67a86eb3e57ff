/** The ways to outside systems: opened once, and anew when settings or a secret change. */
import { expect, it } from '@jest/globals';
import type { SecretRow, SystemRow } from '../../store/port.ts';
import { systemCache } from '../../worker/system-cache.ts';

const at = '2026-11-26T08:00:00Z';
const row: SystemRow = {
  name: 'entra',
  kind: 'microsoft-graph',
  settings: { tenant: 'example.com', clientId: 'c-1' },
  secrets: { clientSecret: 'system/entra/clientSecret' },
  updatedAt: at,
};

function storeOf(state: { row: SystemRow | undefined; madeAt: string }) {
  const secret = (): SecretRow => ({ name: 'system/entra/clientSecret', madeAt: state.madeAt }) as SecretRow;
  return {
    systems: { get: async () => state.row },
    secrets: { names: async (prefix: string) => (secret().name.startsWith(prefix) ? [secret()] : []), get: async () => 'hush' },
  } as unknown as Parameters<typeof systemCache>[0];
}

it('is the same until settings or a secret change', async () => {
  const state: { row: SystemRow | undefined; madeAt: string } = { row, madeAt: at };
  const cache = systemCache(storeOf(state));
  const first = await cache.open('entra');
  expect(await cache.open('entra')).toBe(first);
  state.madeAt = '2026-11-26T09:00:00Z';
  const second = await cache.open('entra');
  expect(second).not.toBe(first);
  state.row = { ...row, settings: { ...row.settings, clientId: 'c-2' } };
  expect(await cache.open('entra')).not.toBe(second);
  state.row = undefined;
  await expect(cache.open('entra')).rejects.toMatchObject({ code: 'system-missing' });
  await cache.close();
});
