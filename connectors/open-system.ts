/** The one door to outside systems: a system as configured, and the connector of its kind. */
import { EdictError } from '../domain/errors.ts';
import { systemSettings, type AwsSettings, type DefenderSettings, type GraphSettings } from '../domain/systems/system-settings.schema.ts';
import { openAws } from './aws/connect.ts';
import { openDefender } from './defender/connect.ts';
import { openGraph } from './microsoft-graph/connect.ts';
import type { OutsideSystem, SystemConfig } from './system.ts';

/** Reads a secret by its name in the store. */
export type SecretSource = (name: string) => Promise<string | undefined>;

/** Throws `input-invalid` for settings that the kind's schema refuses. Nothing is contacted before the first call. */
export function openSystem(config: SystemConfig, secrets: SecretSource): OutsideSystem {
  const parsed = systemSettings[config.kind].safeParse(config.settings);
  if (!parsed.success) throw wrongSystem(config, parsed.error.issues[0]?.message ?? 'unknown');
  const secret = (role: string) => secretOf(config, secrets, role);
  switch (config.kind) {
    case 'microsoft-graph':
      return openGraph(config.name, parsed.data as GraphSettings, secret);
    case 'defender':
      return openDefender(config.name, parsed.data as DefenderSettings, secret);
    case 'aws':
      return openAws(config.name, parsed.data as AwsSettings, secret);
  }
}

async function secretOf({ name, secrets }: SystemConfig, source: SecretSource, role: string): Promise<string> {
  const value = secrets[role] === undefined ? undefined : await source(secrets[role]);
  if (value !== undefined) return value;
  throw new EdictError('system-refused', `the secret \`${role}\` of system \`${name}\` is not stored`, {
    where: name,
    help: 'put it by `edict system add` again',
  });
}

function wrongSystem({ name }: SystemConfig, message: string): EdictError {
  return new EdictError('input-invalid', `the settings of system \`${name}\` cannot be read: ${message}`, { where: '/settings' });
}
