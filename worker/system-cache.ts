/** The ways to outside systems: one a system, opened anew when its settings change. Secrets are read from the store when they are used. */
import { openSystem } from '../connectors/open-system.ts';
import type { OutsideSystem } from '../connectors/system.ts';
import { digestOf } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { Store } from '../store/port.ts';

type Opened = { readonly settings: string; readonly system: OutsideSystem };

export type SystemCache = { readonly open: (name: string) => Promise<OutsideSystem>; readonly close: () => Promise<void> };

export function systemCache(store: Pick<Store, 'systems' | 'secrets'>): SystemCache {
  const opened = new Map<string, Opened>();
  const open = async (name: string): Promise<OutsideSystem> => {
    const row = await store.systems.get(name);
    if (row === undefined)
      throw new EdictError('system-missing', `there is no system \`${name}\``, { help: '`edict system list` shows those that there are' });
    // A secret that was replaced counts at once: a token that the one before it opened is not used any more.
    const secrets = (await store.secrets.names(`system/${name}/`)).map((secret) => [secret.name, secret.madeAt]);
    const settings = digestOf([row.kind, row.settings, row.secrets, row.updatedAt, secrets]);
    const held = opened.get(name);
    if (held?.settings === settings) return held.system;
    const system = openSystem(row, (secret) => store.secrets.get(secret));
    opened.set(name, { settings, system });
    await held?.system.close();
    return system;
  };
  const close = async (): Promise<void> => {
    await Promise.allSettled([...opened.values()].map(({ system }) => system.close()));
  };
  return { open, close };
}
