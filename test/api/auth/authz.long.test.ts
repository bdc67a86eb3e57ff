import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { opaAuthorizer } from '../../../api/auth/authz.ts';
import type { Authorizer } from '../../../api/auth/authz.ts';

const question = { person: { id: 'p', roles: ['admin' as const] }, permission: 'people:write' as const, resource: '/v1/people' };
const open: { server: Server; authz: Authorizer }[] = [];

afterEach(() => {
  for (const { server, authz } of open.splice(0)) {
    authz.close();
    server.closeAllConnections();
    server.close();
  }
});

/** An OPA that answers as the test says. */
async function answering(answer: (out: ServerResponse) => void) {
  const seen: { authorization?: string | undefined; body: string; url?: string | undefined }[] = [];
  const server = createServer((request, out) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      seen.push({ authorization: request.headers.authorization, body, url: request.url });
      answer(out);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const authz = opaAuthorizer({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'the-token' });
  open.push({ server, authz });
  return { authz, seen };
}

const json = (value: unknown) => (out: ServerResponse) => out.setHeader('content-type', 'application/json').end(JSON.stringify(value));

describe('asking OPA who may', () => {
  it('takes its word, and shows it the token', async () => {
    const { authz, seen } = await answering(json({ result: { allow: true, reason: 'role admin' } }));
    expect(await authz.decide(question)).toEqual({ allow: true, reason: 'role admin' });
    expect(seen).toEqual([
      { authorization: 'Bearer the-token', url: '/v1/data/access/authz/decision', body: JSON.stringify({ input: question }) },
    ]);
  });

  it.each<readonly [string, (out: ServerResponse) => void]>([
    ['undefined: the policy is not loaded', json({})],
    ['an empty result', json({ result: {} })],
    ['a result that is only true', json({ result: true })],
    ['yes in text', json({ result: { allow: 'true', reason: '' } })],
    ['one that is cut off', (out) => out.setHeader('content-type', 'application/json').end('{"result": {"allow": true, "reas')],
    ['a page', (out) => out.end('<html>allow</html>')],
    ['an error', (out) => out.writeHead(500).end(JSON.stringify({ result: { allow: true, reason: '' } }))],
    [
      'a redirect to where it would be yes',
      (out) =>
        out.req.url === '/yes' ? json({ result: { allow: true, reason: '' } })(out) : out.writeHead(302, { location: '/yes' }).end(),
    ],
    ['one that is too long', json({ result: { allow: true, reason: 'x'.repeat(100_000) } })],
    ['a broken connection', (out) => out.destroy()],
    ['none', () => undefined],
  ])('and refuses where the answer is %s', async (_, answer) => {
    const { authz } = await answering(answer);
    const error: unknown = await authz.decide(question).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'dependency-unavailable' });
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('the-token');
  });
});
