import { systemConformance, type ChangeCase, type SystemBench } from './conformance.ts';
import { openSystem } from '../../../connectors/open-system.ts';
import { startFakeGraph } from '../../fakes/fake-graph.ts';
import { registration } from '../../fakes/odata.ts';

const app = 'Totally Legit Mailer';
const phish = [1, 3].flatMap((number) =>
  ['ann@example.com', "o'neil@example.com"].map((mailbox) => ({ mailbox, id: `m-${mailbox}-${number}` })),
);

async function start(): Promise<SystemBench> {
  const graph = await startFakeGraph();
  const [ann, , neil] = graph.users;
  const grants = () => graph.grants.map(({ clientId, principalId, scope }) => [clientId, principalId, scope].join()).toSorted();
  const changes: readonly ChangeCase[] = [
    {
      change: 'disable-user',
      params: { user: "O'Neil@example.com" },
      target: "user/o'neil@example.com",
      held: () => neil?.accountEnabled,
      undoable: true,
      missing: { user: 'nobody@example.com' },
    },
    {
      change: 'revoke-sessions',
      params: { user: ann!.id },
      target: 'user/ann@example.com',
      held: () => ann?.signInSessionsValidFromDateTime,
      undoable: false,
      missing: { user: 'nobody@example.com' },
    },
    {
      change: 'purge-messages',
      params: { messages: phish },
      target: /^messages\/[0-9a-f]{17}$/u,
      held: () => graph.messages.map(({ parentFolderId }) => parentFolderId),
      writes: phish.length,
      undoable: true,
    },
    {
      change: 'revoke-grants',
      get params() {
        return { app, grants: graph.grants.filter(({ principalId }) => principalId === ann!.id).map(({ id }) => id) };
      },
      target: `app/${graph.apps[0]!.id}`,
      held: grants,
      undoable: true,
      missing: { app: 'No Such App', grants: ['g-1'] },
    },
    {
      change: 'disable-app',
      params: { app: graph.apps[0]!.appId },
      target: `app/${graph.apps[0]!.id}`,
      held: () => graph.apps[0]?.accountEnabled,
      undoable: true,
      missing: { app: 'No Such App' },
    },
  ];
  return {
    kind: 'microsoft-graph',
    open: ({ timeoutMs = 5000, secret = registration.clientSecret } = {}) =>
      openSystem(
        {
          name: 'entra',
          kind: 'microsoft-graph',
          settings: { ...graph.settings, timeoutMs, settleTimeoutMs: timeoutMs },
          secrets: { clientSecret: 's' },
        },
        async () => secret,
      ),
    setFault: graph.setFault,
    writes: graph.writes,
    changes,
    reads: [
      {
        reading: 'user',
        params: { user: "o'neil@example.com" },
        expected: {
          id: neil!.id,
          name: "o'neil@example.com",
          display: "o'neil",
          enabled: true,
          roles: ['Global Administrator'],
          privileged: true,
        },
      },
      {
        reading: 'sign-ins',
        params: { user: 'ann@example.com', since: '2026-11-25T09:30:00Z' },
        expected: {
          signIns: [
            { at: '2026-11-25T11:00:00Z', address: '203.0.113.77', country: 'RU', city: 'Omsk', app: 'Mail', ok: false },
            { at: '2026-11-25T10:00:00Z', address: '203.0.113.9', country: 'BR', city: 'Recife', app: 'Mail', ok: true },
          ],
          countries: ['BR'],
          addresses: ['203.0.113.9'],
        },
      },
      {
        reading: 'messages',
        params: { sender: 'billing@phish.example', subject: "Your parcel's waiting", since: '2026-11-20T00:00:00Z' },
        expected: {
          count: 6,
          mailboxes: ['ann@example.com', 'bob@example.com', "o'neil@example.com"],
          messages: ['ann', 'bob', "o'neil"].flatMap((name) =>
            [1, 3].map((number) => ({
              mailbox: `${name}@example.com`,
              id: `m-${name}@example.com-${number}`,
              subject: "Your parcel's waiting",
              sender: 'billing@phish.example',
              at: '2026-11-25T09:00:00Z',
            })),
          ),
        },
      },
      {
        reading: 'messages',
        params: { sender: 'nobody@example.org', mailboxes: ['bob@example.com'], since: '2026-11-20T00:00:00Z' },
        expected: { count: 0, mailboxes: [], messages: [] },
      },
      {
        reading: 'app-grants',
        params: { app },
        expected: {
          app,
          id: graph.apps[0]!.id,
          enabled: true,
          grants: ['g-1', 'g-2', 'g-3'],
          scopes: ['Mail.Read', 'offline_access', 'User.Read'],
          users: 2,
          everyone: true,
        },
      },
    ],
    stop: graph.stop,
  };
}

systemConformance('microsoft-graph', {
  start,
  changes: ['disable-user', 'revoke-sessions', 'purge-messages', 'revoke-grants', 'disable-app'],
  reads: ['user', 'sign-ins', 'messages', 'app-grants'],
});
