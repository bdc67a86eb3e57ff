/** People of the directory: their account, their sign-ins, their sessions. Named by object id or by user principal name. */
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { textIn } from '../change-params.ts';
import type { Deadline } from '../deadline.ts';
import { quoted, textOf, type OData } from '../odata.ts';
import type { Change, Reading } from '../system-driver.ts';
import type { Prepared } from '../system.ts';

const fields = 'id,userPrincipalName,displayName,accountEnabled,signInSessionsValidFromDateTime';
const mostSignIns = 200;

export function readUser(graph: OData): Reading {
  return async (params, deadline) => {
    const user = await findUser(graph, textIn(params, 'user'), deadline);
    const id = textOf(user['id']);
    const roles = await graph.list(`${pathOf(id)}/transitiveMemberOf/microsoft.graph.directoryRole?$select=displayName`, deadline);
    return {
      id,
      name: textOf(user['userPrincipalName']),
      display: textOf(user['displayName']),
      enabled: user['accountEnabled'] === true,
      roles: roles.map((role) => textOf(role['displayName'])),
      privileged: roles.length > 0,
    };
  };
}

/** Since an instant, newest first. */
export function readSignIns(graph: OData): Reading {
  return async (params, deadline) => {
    const user = await findUser(graph, textIn(params, 'user'), deadline);
    const since = new Date(textIn(params, 'since')).toISOString();
    const filter = `userId eq ${quoted(textOf(user['id']))} and createdDateTime ge ${since}`;
    const found = await graph.list(
      `/v1.0/auditLogs/signIns?$filter=${filter}&$orderby=createdDateTime desc&$top=100`,
      deadline,
      mostSignIns,
    );
    const signIns = found.map(signInOf);
    const ok = signIns.filter((signIn) => signIn.ok);
    return {
      signIns,
      countries: distinct(ok.map(({ country }) => country)),
      addresses: distinct(ok.map(({ address }) => address)),
    };
  };
}

function signInOf(found: JsonObject) {
  const location = objectIn(found, 'location');
  return {
    at: textOf(found['createdDateTime']),
    address: textOf(found['ipAddress']),
    country: textOf(location['countryOrRegion']),
    city: textOf(location['city']),
    app: textOf(found['appDisplayName']),
    ok: objectIn(found, 'status')['errorCode'] === 0,
  };
}

export function disableUser(graph: OData): Change {
  const setEnabled = async (id: string, accountEnabled: boolean, deadline: Deadline) => {
    await graph.send('PATCH', pathOf(id), { accountEnabled }, deadline);
  };
  return {
    target: (params, deadline) => userTarget(graph, params, deadline),
    prepare: async (params, deadline) => {
      const user = await findUser(graph, textIn(params, 'user'), deadline);
      return { before: { id: textOf(user['id']), enabled: user['accountEnabled'] === true }, already: user['accountEnabled'] === false };
    },
    perform: (prepared, _key, deadline) => setEnabled(idOf(prepared), false, deadline),
    observe: async (prepared, _key, deadline) => {
      const user = await getUser(graph, idOf(prepared), deadline);
      if (user === undefined) return { state: 'gone', facts: {} };
      const enabled = user['accountEnabled'] === true;
      return { state: enabled ? 'absent' : 'landed', facts: { enabled } };
    },
    takeBack: (prepared, _key, deadline) => setEnabled(idOf(prepared), true, deadline),
  };
}

/** Sessions that began before the call are not taken any more. There is no way back, and none is needed: people sign in again. */
export function revokeSessions(graph: OData): Change {
  return {
    target: (params, deadline) => userTarget(graph, params, deadline),
    prepare: async (params, deadline) => {
      const user = await findUser(graph, textIn(params, 'user'), deadline);
      return { before: { id: textOf(user['id']), validFrom: textOf(user['signInSessionsValidFromDateTime']) }, already: false };
    },
    perform: async (prepared, _key, deadline) => {
      await graph.send('POST', `${pathOf(idOf(prepared))}/revokeSignInSessions`, {}, deadline);
    },
    observe: async (prepared, _key, deadline) => {
      const user = await getUser(graph, idOf(prepared), deadline);
      if (user === undefined) return { state: 'gone', facts: {} };
      const validFrom = textOf(user['signInSessionsValidFromDateTime']);
      const later = instant(validFrom) > instant(textOf(prepared.before['validFrom']));
      return { state: later ? 'landed' : 'absent', facts: { validFrom } };
    },
  };
}

async function findUser(graph: OData, user: string, deadline: Deadline): Promise<JsonObject> {
  const found = await getUser(graph, user, deadline);
  if (found !== undefined) return found;
  throw new EdictError('system-object-missing', `\`${graph.system}\` knows no user \`${user}\``, { where: graph.system });
}

async function getUser(graph: OData, user: string, deadline: Deadline): Promise<JsonObject | undefined> {
  return await graph.get(`${pathOf(user)}?$select=${fields}`, deadline);
}

async function userTarget(graph: OData, params: JsonObject, deadline: Deadline): Promise<string> {
  const user = await findUser(graph, textIn(params, 'user'), deadline);
  return `user/${textOf(user['userPrincipalName']).toLowerCase()}`;
}

function pathOf(user: string): string {
  return `/v1.0/users/${encodeURIComponent(user)}`;
}

function idOf({ before }: Prepared): string {
  return textOf(before['id']);
}

function instant(text: string): number {
  return text === '' ? 0 : Date.parse(text);
}

function objectIn(found: JsonObject, name: string): JsonObject {
  const value = found[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== ''))];
}
