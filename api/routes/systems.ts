/** Outside systems. Their secrets are stored apart, by name, and no answer holds one. */
import { EdictError } from '../../domain/errors.ts';
import { systemKinds } from '../../domain/systems/catalogue.ts';
import { systemSettings } from '../../domain/systems/system-settings.schema.ts';
import type { Secrets, Store, SystemRow } from '../../store/port.ts';
import type { System, SystemRequest } from '../contract/systems.ts';
import { codeOf } from '../failure.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

export function outsideHandlers({ store }: HandlerDeps): HandlersOf<'systems.list' | 'systems.get' | 'systems.put' | 'systems.remove'> {
  return {
    'systems.list': async () => ({ items: (await store.systems.list()).map(systemOf) }),
    'systems.get': async ({ params }) => systemOf(await requireSystem(store, params.name)),
    'systems.put': async ({ body, by }) => {
      const { name, kind, settings } = body;
      requireSettings(body);
      const secrets = await secretNames(store, body);
      for (const [role, value] of Object.entries(body.secrets)) await keep(store.secrets, secretName(name, role), value, by);
      return systemOf(await store.systems.put({ name, kind, settings, secrets }, by));
    },
    'systems.remove': async ({ params, by }) => {
      const { secrets } = await requireSystem(store, params.name);
      await store.systems.remove(params.name, by);
      for (const name of Object.values(secrets)) await forget(store.secrets, name, by);
      return undefined;
    },
  };
}

/** What no connector could use is refused here, with the place, and not found out when it matters. */
function requireSettings({ kind, settings, secrets }: SystemRequest): void {
  const [fault] = systemSettings[kind].safeParse(settings).error?.issues ?? [];
  if (fault !== undefined)
    throw new EdictError('input-invalid', `these are no settings of a system of kind \`${kind}\`: ${fault.message}`, {
      where: ['/settings', ...fault.path.map(String)].join('/'),
      help: 'see docs/systems.md for what each kind takes',
    });
  const roles: readonly string[] = systemKinds[kind].secrets;
  const unknown = Object.keys(secrets).find((role) => !roles.includes(role));
  if (unknown !== undefined)
    throw new EdictError('input-invalid', `a system of kind \`${kind}\` has no secret \`${unknown}\``, {
      where: `/secrets/${unknown}`,
      expected: roles.join(', '),
    });
}

/** Role → name, of those that are stored already and those that come with the request; one that is needed and is neither is missing. */
async function secretNames(store: Store, { name, kind, secrets }: SystemRequest): Promise<SystemRow['secrets']> {
  const known = (await store.systems.get(name))?.secrets ?? {};
  const roles: readonly string[] = systemKinds[kind].secrets;
  const missing = roles.find((role) => known[role] === undefined && secrets[role] === undefined);
  if (missing === undefined) return Object.fromEntries(roles.map((role) => [role, secretName(name, role)]));
  throw new EdictError('input-invalid', `a system of kind \`${kind}\` needs the secret \`${missing}\``, { where: `/secrets/${missing}` });
}

async function keep(secrets: Secrets, name: string, value: string, by: string): Promise<void> {
  if ((await secrets.get(name)) === value) return;
  try {
    await secrets.put(name, value, by);
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error;
    // The one before is of no more use: what it opened takes the new one.
    await secrets.rotate({ name, value, keepMs: 0, by });
  }
}

async function forget(secrets: Secrets, name: string, by: string): Promise<void> {
  try {
    await secrets.remove(name, by);
  } catch (error) {
    if (codeOf(error) !== 'not-found') throw error;
  }
}

async function requireSystem(store: Store, name: string): Promise<SystemRow> {
  const row = await store.systems.get(name);
  if (row !== undefined) return row;
  throw new EdictError('not-found', `there is no system \`${name}\``);
}

function secretName(system: string, role: string): string {
  return `system/${system}/${role}`;
}

function systemOf({ name, kind, settings, secrets, updatedAt }: SystemRow): System {
  return { name, kind, settings, secrets: Object.keys(secrets), capabilities: systemKinds[kind].capabilities, updatedAt };
}
