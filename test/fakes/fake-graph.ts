/** Microsoft Graph v1.0 of a small tenant, as far as Edict speaks it. Pages are short, so that everything has more than one. */
import { randomUUID } from 'node:crypto';
import { json, odataProblem, startFaultServer, type Answer, type Asked, type FaultServer } from './fault-server.ts';
import { isAuthorised, listAnswer, registration, tokenAnswer } from './odata.ts';

type User = {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly mail: string | null;
  accountEnabled: boolean;
  signInSessionsValidFromDateTime: string;
};
type Message = {
  readonly id: string;
  readonly mailbox: string;
  readonly subject: string;
  readonly internetMessageId: string;
  readonly from: { readonly emailAddress: { readonly address: string } };
  readonly receivedDateTime: string;
  parentFolderId: string;
};
type App = { readonly id: string; readonly appId: string; readonly displayName: string; accountEnabled: boolean };
type Grant = {
  readonly id: string;
  readonly clientId: string;
  readonly consentType: string;
  readonly principalId: string | null;
  readonly resourceId: string;
  readonly scope: string;
};

export type FakeGraph = FaultServer & {
  readonly settings: { readonly tenant: string; readonly clientId: string; readonly authority: string; readonly url: string };
  readonly users: User[];
  readonly messages: Message[];
  readonly apps: App[];
  readonly grants: Grant[];
  readonly signIns: { readonly [name: string]: unknown }[];
  readonly privileged: Set<string>;
  /** How often something was really changed. */
  readonly writes: () => number;
};

const pageSize = 2;
const app = { id: '00000000-0000-4000-8000-0000000000a1', appId: '00000000-0000-4000-8000-0000000000b1' };

export async function startFakeGraph(): Promise<FakeGraph> {
  const state = newState();
  let writes = 0;
  let scope = '';
  const server = await startFaultServer({
    answer: (asked) => {
      const token = tokenAnswer(asked, scope);
      if (token !== undefined) return token;
      if (!isAuthorised(asked, scope)) return odataProblem(401, 'InvalidAuthenticationToken');
      const changed = changing(state, asked);
      if (changed !== undefined) {
        if (changed.status < 300) writes += 1;
        return changed;
      }
      return reading(state, asked);
    },
    spared: (asked) => asked.path.endsWith('/token'),
    changes: ({ method }) => method !== 'GET',
    problem: odataProblem,
  });
  scope = `${server.url}/.default`;
  const { tenant, clientId } = registration;
  return { ...server, ...state, settings: { tenant, clientId, authority: server.url, url: server.url }, writes: () => writes };
}

type State = Pick<FakeGraph, 'users' | 'messages' | 'apps' | 'grants' | 'signIns' | 'privileged'>;

function newState(): State {
  const user = (name: string, mail = true): User => ({
    id: randomUUID(),
    userPrincipalName: `${name}@example.com`,
    displayName: name,
    mail: mail ? `${name}@example.com` : null,
    accountEnabled: true,
    signInSessionsValidFromDateTime: '2026-11-01T00:00:00Z',
  });
  const users = [user('ann'), user('bob'), user("o'neil"), user('printer', false), user('eve')];
  const message = (mailbox: string, number: number, sender: string): Message => ({
    id: `m-${mailbox}-${number}`,
    mailbox,
    subject: "Your parcel's waiting",
    internetMessageId: `<${number}@phish.example>`,
    from: { emailAddress: { address: sender } },
    receivedDateTime: '2026-11-25T09:00:00Z',
    parentFolderId: `inbox-${mailbox}`,
  });
  const messages = ['ann', 'bob', "o'neil"].flatMap((name) => [
    message(`${name}@example.com`, 1, 'billing@phish.example'),
    message(`${name}@example.com`, 2, 'friend@example.org'),
    message(`${name}@example.com`, 3, 'billing@phish.example'),
  ]);
  const grant = (id: string, principalId: string | null, scope: string): Grant => ({
    id,
    clientId: app.id,
    consentType: principalId === null ? 'AllPrincipals' : 'Principal',
    principalId,
    resourceId: 'graph',
    scope,
  });
  return {
    users,
    messages,
    apps: [{ ...app, displayName: 'Totally Legit Mailer', accountEnabled: true }],
    grants: [
      grant('g-1', users[0]!.id, ' Mail.Read offline_access'),
      grant('g-2', users[1]!.id, 'Mail.Read'),
      grant('g-3', null, 'User.Read'),
    ],
    signIns: [
      signIn(users[0]!.id, ['DE', 'Berlin'], '198.51.100.7', [9, 0]),
      signIn(users[0]!.id, ['BR', 'Recife'], '203.0.113.9', [10, 0]),
      signIn(users[0]!.id, ['RU', 'Omsk'], '203.0.113.77', [11, 50126]),
    ],
    privileged: new Set(["o'neil@example.com"]),
  };
}

function signIn(
  userId: string,
  [countryOrRegion, city]: readonly [string, string],
  ipAddress: string,
  [hour, errorCode]: readonly [number, number],
) {
  const createdDateTime = `2026-11-25T${String(hour).padStart(2, '0')}:00:00Z`;
  return { userId, createdDateTime, ipAddress, appDisplayName: 'Mail', location: { countryOrRegion, city }, status: { errorCode } };
}

function changing(state: State, { method, path, body }: Asked): Answer | undefined {
  if (method === 'GET') return undefined;
  const [, version, noun, id = '', ...rest] = path.split('/').map(decodeURIComponent);
  if (version !== 'v1.0') return odataProblem(400, 'BadVersion');
  const value = body === '' ? {} : (JSON.parse(body) as { readonly [name: string]: unknown });
  const verb = `${method} ${noun} ${rest.filter((_, at) => rest[0] !== 'messages' || at !== 1).join(' ')}`.trim();
  switch (verb) {
    case 'PATCH users':
      return setEnabled(findUser(state, id), value);
    case 'POST users revokeSignInSessions':
      return revoke(findUser(state, id));
    case 'POST users messages move':
      return move(state, id, rest[1] ?? '', String(value['destinationId']));
    case 'PATCH servicePrincipals':
      return setEnabled(
        state.apps.find((one) => one.id === id),
        value,
      );
    case 'DELETE oauth2PermissionGrants':
      return removeGrant(state, id);
    case 'POST oauth2PermissionGrants':
      return addGrant(state, value);
    default:
      return odataProblem(405, 'MethodNotAllowed');
  }
}

function setEnabled(
  found: { accountEnabled: boolean } | undefined,
  { accountEnabled, ...rest }: { readonly [name: string]: unknown },
): Answer {
  if (found === undefined) return odataProblem(404, 'Request_ResourceNotFound');
  if (typeof accountEnabled !== 'boolean' || Object.keys(rest).length > 0) return odataProblem(400, 'Request_BadRequest');
  found.accountEnabled = accountEnabled;
  return json(204);
}

function revoke(user: User | undefined): Answer {
  if (user === undefined) return odataProblem(404, 'Request_ResourceNotFound');
  user.signInSessionsValidFromDateTime = new Date().toISOString();
  return json(200, { value: true });
}

function move({ messages }: State, mailbox: string, id: string, destination: string): Answer {
  const message = messages.find((one) => one.id === id && one.mailbox === mailbox);
  if (message === undefined) return odataProblem(404, 'ErrorItemNotFound');
  message.parentFolderId = destination === 'recoverableitemsdeletions' ? `recoverable-${mailbox}` : destination;
  return json(201, message);
}

function removeGrant({ grants }: State, id: string): Answer {
  const at = grants.findIndex((one) => one.id === id);
  if (at < 0) return odataProblem(404, 'Request_ResourceNotFound');
  grants.splice(at, 1);
  return json(204);
}

function addGrant({ grants }: State, value: { readonly [name: string]: unknown }): Answer {
  if ('id' in value) return odataProblem(400, 'Request_BadRequest');
  const grant = { ...(value as Omit<Grant, 'id'>), id: randomUUID() };
  const same = (one: Grant) =>
    one.clientId === grant.clientId && one.principalId === grant.principalId && one.resourceId === grant.resourceId;
  if (grants.some(same)) return odataProblem(409, 'Request_MultipleObjectsWithSameKeyValue');
  grants.push(grant);
  return json(201, grant);
}

function reading(state: State, asked: Asked): Answer {
  const [, , noun, id, ...rest] = asked.path.split('/').map(decodeURIComponent);
  if (noun === 'organization') return listAnswer(asked, [{ id: 't-1', displayName: 'Example' }], pageSize);
  if (noun === 'servicePrincipals') return listAnswer(asked, state.apps, pageSize);
  if (noun === 'oauth2PermissionGrants') return listAnswer(asked, state.grants, pageSize);
  if (noun === 'auditLogs') return listAnswer(asked, state.signIns, pageSize);
  if (noun !== 'users') return odataProblem(400, 'BadRequest');
  if (id === undefined) return listAnswer(asked, state.users, pageSize);
  const user = findUser(state, id);
  if (user === undefined) return odataProblem(404, 'Request_ResourceNotFound');
  return ofUser(state, asked, user, rest);
}

function ofUser(state: State, asked: Asked, user: User, [noun, id]: readonly string[]): Answer {
  if (noun === undefined) return json(200, user);
  if (noun === 'transitiveMemberOf') {
    const roles = state.privileged.has(user.userPrincipalName) ? [{ displayName: 'Global Administrator' }] : [];
    return listAnswer(asked, roles, pageSize);
  }
  if (user.mail === null) return odataProblem(404, 'MailboxNotEnabledForRESTAPI');
  if (noun === 'mailFolders') return json(200, { id: `recoverable-${user.mail}` });
  const held = state.messages.filter((message) => message.mailbox === user.mail);
  if (id === undefined) return listAnswer(asked, held, pageSize);
  const message = held.find((one) => one.id === id);
  return message === undefined ? odataProblem(404, 'ErrorItemNotFound') : json(200, message);
}

function findUser({ users }: State, id: string): User | undefined {
  return users.find((one) => one.id === id || one.userPrincipalName.toLowerCase() === id.toLowerCase());
}
