/** The API on a real store and a real OPA, with people of every role, and a fake in Temporal's place. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { AccessSettings } from '../../api/auth/access-settings.ts';
import { opaAuthorizer } from '../../api/auth/authz.ts';
import type { Authorizer } from '../../api/auth/authz.ts';
import { buildServer } from '../../api/server.ts';
import { migrate } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import type { Role, Store } from '../../store/port.ts';
import { testDatabase, testOpa } from '../stack/fixture.ts';
import { fakeOrchestrator } from './fake-orchestrator.ts';
import type { FakeOrchestrator } from './fake-orchestrator.ts';

export const roles: readonly Role[] = ['analyst', 'manager', 'engineer', 'auditor', 'admin'];
export const engineToken = 'the-token-of-the-engine-for-these-tests';

export type Harness = {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly orchestrator: FakeOrchestrator;
  readonly tokens: Readonly<Record<string, string>>;
  /** A request as the person of this name (each role has one of its own name, and there is `manager-2`); JSON unless `payload` is text or bytes. */
  readonly ask: (
    who: string | undefined,
    method: string,
    url: string,
    options?: Omit<InjectOptions, 'method' | 'url'>,
  ) => Promise<LightMyRequestResponse>;
  readonly databaseUrl: string;
  readonly clock: { offsetMs: number };
  readonly close: () => Promise<void>;
};

export async function openHarness(
  options: { readonly waitMs?: number; readonly authz?: Authorizer; readonly access?: AccessSettings } = {},
): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), 'edict-api-'));
  const database = await testDatabase();
  await migrate(database.url);
  const store = await openStore({ databaseUrl: database.url, auditFile: join(directory, 'audit.jsonl') });
  const authz = options.authz ?? opaAuthorizer(await policedOpa());
  const orchestrator = fakeOrchestrator();
  const clock = { offsetMs: 0 };
  const app = buildServer({
    store,
    temporal: orchestrator,
    authz,
    clock: () => new Date(Date.now() + clock.offsetMs),
    version: '0.0.0-test',
    checkReplies: true,
    waitMs: options.waitMs ?? 1500,
    access: options.access,
    engineToken,
  });
  const tokens: Record<string, string> = {};
  for (const [id, role] of [...roles.map((role) => [role, role] as const), ['manager-2', 'manager'] as const]) {
    await store.people.put({ id, name: id, roles: [role], disabled: false }, 'system:test');
    tokens[id] = (await store.people.issueToken({ person: id, label: 'test', by: 'system:test' })).secret;
  }
  const ask: Harness['ask'] = (who, method, url, { headers, ...rest } = {}) =>
    app.inject({
      method: method as 'GET',
      url,
      headers: { ...(who === undefined ? {} : { authorization: `Bearer ${tokens[who] ?? who}` }), ...headers },
      ...rest,
    });
  const close = async () => {
    await app.close();
    await store.close();
    authz.close();
    await database.drop();
    rmSync(directory, { recursive: true });
  };
  return { app, store, orchestrator, tokens, ask, databaseUrl: database.url, clock, close };
}

/** The suite's OPA with our policy in it: every test puts the same. */
export async function policedOpa(): Promise<{ readonly url: string; readonly token: string }> {
  const opa = testOpa();
  const policy = readFileSync(new URL('../../api/auth/authz.rego', import.meta.url), 'utf8');
  const answer = await fetch(`${opa.url}/v1/policies/access-authz`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${opa.token}` },
    body: policy,
  });
  if (!answer.ok) throw new Error(`the policy was not taken: ${await answer.text()}`);
  return opa;
}
