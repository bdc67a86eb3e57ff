/**
 * The first start: secrets of the installation, and someone who can get in. In embedded form these are people of every role, their tokens in
 * `credentials.json` (mode 0600); otherwise one administrator, whose token is printed this once. Later starts change nothing.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person, Role, Store } from '../store/port.ts';
import { usualAccess } from './auth/access-settings.ts';
import { signInPath } from './auth/sign-in.ts';
import type { Settings } from './settings.ts';
import { newWebhookSecret, webhookSecretName } from './webhook-secrets.ts';

type First = { readonly id: string; readonly name: string; readonly roles: readonly Role[] };

const embeddedPeople: readonly First[] = [
  { id: 'admin', name: 'Administrator', roles: ['admin'] },
  { id: 'engineer', name: 'Policy engineer', roles: ['engineer'] },
  { id: 'analyst', name: 'Analyst', roles: ['analyst'] },
  { id: 'manager-1', name: 'First manager', roles: ['manager'] },
  { id: 'manager-2', name: 'Second manager', roles: ['manager'] },
  { id: 'auditor', name: 'Auditor', roles: ['auditor'] },
];

const by = 'system:first-start';
/** Source of webhooks that the embedded form accepts from the start. */
const defaultSource = 'default';

export async function firstStart(store: Store, settings: Settings, print: (line: string) => void): Promise<void> {
  await ensureSecrets(store, settings);
  if (settings.EDICT_EMBEDDED === '1') return embedded(store, settings);
  if ((await store.people.list()).length > 0) return;
  const token = await issue(store, { id: 'admin', name: 'Administrator', roles: ['admin'] });
  print(`the administrator's token, shown this once: ${token}`);
  if (settings.EDICT_LOCAL_ACCOUNTS === '0') return;
  const { secret } = await store.accounts.makeLink({ person: 'admin', lifeMs: usualAccess.linkMs, by });
  print(
    `the administrator sets a password here, once, within ${usualAccess.linkMs / 60_000} minutes: ${urlOf(settings)}${signInPath(secret)}`,
  );
}

async function ensureSecrets(store: Store, settings: Settings): Promise<void> {
  const random = () => randomBytes(32).toString('base64url');
  await store.secrets.ensure('statement-key', random);
  if (settings.EDICT_EMBEDDED === '1' || settings.EDICT_WEBHOOK_SECRET !== undefined) {
    await store.secrets.ensure(webhookSecretName(defaultSource), () => settings.EDICT_WEBHOOK_SECRET ?? newWebhookSecret());
  }
}

/** A start that was cut short is made up for: no credentials file means that nobody has the tokens. */
async function embedded(store: Store, settings: Settings): Promise<void> {
  const file = join(settings.EDICT_DATA_DIR, 'credentials.json');
  if (existsSync(file)) return;
  const tokens: { [person: string]: string } = {};
  for (const person of embeddedPeople) tokens[person.id] = await issue(store, person);
  const webhook = await store.secrets.get(webhookSecretName(defaultSource));
  const url = urlOf(settings);
  mkdirSync(settings.EDICT_DATA_DIR, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ url, tokens, webhooks: { [defaultSource]: webhook } }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function urlOf({ EDICT_API_URL, EDICT_API_HOST, EDICT_API_PORT }: Settings): string {
  return EDICT_API_URL ?? `http://${EDICT_API_HOST}:${EDICT_API_PORT}`;
}

async function issue(store: Store, first: First): Promise<string> {
  const known = await store.people.get(first.id);
  const person: Person = known ?? { ...first, disabled: false };
  if (known === undefined) await store.people.put(person, by);
  return (await store.people.issueToken({ person: person.id, label: 'first start', by })).secret;
}
