/** Applications that people gave access to: what was granted, the grants taken back, the application shut out. */
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { listIn, textIn, wrong } from '../change-params.ts';
import type { Deadline } from '../deadline.ts';
import { quoted, textOf, type OData } from '../odata.ts';
import type { Change, Reading } from '../system-driver.ts';
import type { Prepared } from '../system.ts';

const grantsPath = '/v1.0/oauth2PermissionGrants';

export function findGrants(graph: OData): Reading {
  return async (params, deadline) => {
    const app = await findApp(graph, textIn(params, 'app'), deadline);
    const grants = await grantsOf(graph, textOf(app['id']), deadline);
    return {
      app: textOf(app['displayName']),
      id: textOf(app['id']),
      enabled: app['accountEnabled'] === true,
      grants: grants.map((grant) => textOf(grant['id'])),
      scopes: [...new Set(grants.flatMap(scopesOf))],
      users: new Set(grants.map((grant) => textOf(grant['principalId'])).filter((id) => id !== '')).size,
      everyone: grants.some((grant) => grant['consentType'] === 'AllPrincipals'),
    };
  };
}

/** Grants are compared by what they give, not by their id: one that was put back has a new id. */
export function revokeGrants(graph: OData): Change {
  const missing = async (prepared: Prepared, deadline: Deadline): Promise<readonly JsonObject[]> => {
    const now = await grantsNow(graph, prepared, deadline);
    return grantsIn(prepared).filter((grant) => !now.some((other) => sameGrant(grant, other)));
  };
  return {
    target: (params, deadline) => appTarget(graph, params, deadline),
    prepare: async (params, deadline) => {
      const app = await findApp(graph, textIn(params, 'app'), deadline);
      const wanted = idsIn(params);
      const grants = (await grantsOf(graph, textOf(app['id']), deadline)).filter((grant) => wanted.includes(textOf(grant['id'])));
      return { before: { app: textOf(app['id']), grants: grants.map(kept) }, already: grants.length === 0 };
    },
    perform: async (prepared, _key, deadline) => {
      const now = await grantsNow(graph, prepared, deadline);
      for (const grant of now.filter((other) => grantsIn(prepared).some((held) => sameGrant(held, other))))
        await remove(graph, textOf(grant['id']), deadline);
    },
    observe: async (prepared, _key, deadline) => {
      const revoked = (await missing(prepared, deadline)).length;
      const held = grantsIn(prepared).length - revoked;
      return { state: held === 0 ? 'landed' : revoked === 0 ? 'absent' : 'partial', facts: { revoked, held } };
    },
    takeBack: async (prepared, _key, deadline) => {
      for (const { id: _, ...grant } of await missing(prepared, deadline)) await graph.send('POST', grantsPath, grant, deadline);
    },
  };
}

/** Somebody was faster: gone is gone. */
async function remove(graph: OData, id: string, deadline: Deadline): Promise<void> {
  try {
    await graph.send('DELETE', `${grantsPath}/${encodeURIComponent(id)}`, undefined, deadline);
  } catch (error) {
    if (!(error instanceof EdictError && error.code === 'system-object-missing')) throw error;
  }
}

export function disableApp(graph: OData): Change {
  const setEnabled = async ({ before }: Prepared, accountEnabled: boolean, deadline: Deadline) => {
    await graph.send('PATCH', `/v1.0/servicePrincipals/${encodeURIComponent(textOf(before['id']))}`, { accountEnabled }, deadline);
  };
  return {
    target: (params, deadline) => appTarget(graph, params, deadline),
    prepare: async (params, deadline) => {
      const app = await findApp(graph, textIn(params, 'app'), deadline);
      return { before: { id: textOf(app['id']), enabled: app['accountEnabled'] === true }, already: app['accountEnabled'] === false };
    },
    perform: (prepared, _key, deadline) => setEnabled(prepared, false, deadline),
    observe: async ({ before }, _key, deadline) => {
      const [app] = await appsBy(graph, textOf(before['id']), deadline);
      if (app === undefined) return { state: 'gone', facts: {} };
      const enabled = app['accountEnabled'] === true;
      return { state: enabled ? 'absent' : 'landed', facts: { enabled } };
    },
    takeBack: (prepared, _key, deadline) => setEnabled(prepared, true, deadline),
  };
}

/** By application id, object id or display name; more than one by that name is refused. */
async function findApp(graph: OData, app: string, deadline: Deadline): Promise<JsonObject> {
  const [found, another] = await appsBy(graph, app, deadline);
  if (found === undefined)
    throw new EdictError('system-object-missing', `\`${graph.system}\` knows no application \`${app}\``, { where: graph.system });
  if (another === undefined) return found;
  throw new EdictError('input-invalid', `\`${graph.system}\` knows several applications \`${app}\``, { expected: 'an application id' });
}

async function appsBy(graph: OData, app: string, deadline: Deadline): Promise<readonly JsonObject[]> {
  const by = isGuid(app) ? `appId eq ${quoted(app)} or id eq ${quoted(app)}` : `displayName eq ${quoted(app)}`;
  return await graph.list(`/v1.0/servicePrincipals?$filter=${by}&$select=id,appId,displayName,accountEnabled`, deadline, 2);
}

async function appTarget(graph: OData, params: JsonObject, deadline: Deadline): Promise<string> {
  return `app/${textOf((await findApp(graph, textIn(params, 'app'), deadline))['id'])}`;
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text);
}

async function grantsOf(graph: OData, client: string, deadline: Deadline): Promise<readonly JsonObject[]> {
  return await graph.list(`${grantsPath}?$filter=clientId eq ${quoted(client)}`, deadline);
}

async function grantsNow(graph: OData, { before }: Prepared, deadline: Deadline): Promise<readonly JsonObject[]> {
  return await grantsOf(graph, textOf(before['app']), deadline);
}

const identity = ['clientId', 'consentType', 'principalId', 'resourceId'] as const;

/** What an undo creates again; `scope` is all that it gives. */
function kept(grant: JsonObject): JsonObject {
  return Object.fromEntries(['id', ...identity, 'scope'].map((name) => [name, grant[name] ?? null]));
}

function sameGrant(one: JsonObject, other: JsonObject): boolean {
  return identity.every((name) => (one[name] ?? null) === (other[name] ?? null));
}

function scopesOf(grant: JsonObject): readonly string[] {
  return textOf(grant['scope'])
    .split(' ')
    .filter((scope) => scope !== '');
}

function grantsIn({ before }: Prepared): readonly JsonObject[] {
  return before['grants'] as readonly JsonObject[];
}

function idsIn(params: JsonObject): readonly string[] {
  return listIn(params, 'grants').map((entry) => {
    if (typeof entry === 'string' && entry !== '') return entry;
    throw wrong('grants', 'a list of the ids of grants');
  });
}
