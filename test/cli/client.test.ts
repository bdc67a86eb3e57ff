import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../cli/client.ts';
import type { Client } from '../../cli/client.ts';
import { EdictError } from '../../domain/errors.ts';

const token = 'edict_very-secret-token';
type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function clientOf(
  handler: Handler,
): Promise<{ readonly client: Client; readonly keys: (string | undefined)[]; readonly url: string }> {
  const keys: (string | undefined)[] = [];
  const listening = createServer((request, response) => {
    request.resume();
    keys.push(request.headers['idempotency-key'] as string | undefined);
    handler(request, response, keys.length);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return { client: createClient({ url, token }), keys, url };
}

const reply = (status: number, type: string, body: string, headers: Record<string, string> = {}): Handler => {
  return (_, response) => response.writeHead(status, { 'content-type': type, ...headers }).end(body);
};

async function faultOfMe(client: Client): Promise<EdictError> {
  const error: unknown = await client.call('me', {}).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(EdictError);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(token);
  return error as EdictError;
}

const person = JSON.stringify({ id: 'p', name: 'P', roles: ['analyst'], disabled: false, newer: 1 });
const signal = { kind: 'beacon', severity: 'high', title: 't' } as const;

describe('the client', () => {
  it('gives the answer as it came, fields that it does not know too', async () => {
    const { client } = await clientOf(reply(200, 'application/json', person));
    expect(await client.call('me', {})).toEqual(JSON.parse(person));
  });

  it('sends again once, with the same idempotency key, when the answer was lost', async () => {
    const { client, keys } = await clientOf((_, response, number) => {
      if (number === 1) response.destroy();
      else response.writeHead(202, { 'content-type': 'application/json' }).end('{"signal":"sig-1","status":"open"}');
    });
    expect(await client.call('signals.send', { body: signal })).toEqual({ signal: 'sig-1', status: 'open' });
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(keys[1]).toBe(keys[0]);
  });

  it('sends again when the answer broke in the middle', async () => {
    const { client, keys } = await clientOf((_, response, number) => {
      response.writeHead(202, { 'content-type': 'application/json', 'content-length': '34' });
      if (number === 1) response.write('{"signal":"si', () => response.destroy());
      else response.end('{"signal":"sig-1","status":"open"}');
    });
    expect(await client.call('signals.send', { body: signal })).toEqual({ signal: 'sig-1', status: 'open' });
    expect(keys[1]).toBe(keys[0]);
  });

  it('gives up after the second loss', async () => {
    const { client, keys } = await clientOf((_, response) => response.destroy());
    expect(await faultOfMe(client)).toMatchObject({ code: 'dependency-unavailable' });
    expect(keys).toHaveLength(2);
  });

  it('passes a refusal on with its code, place and help', async () => {
    const problem = { code: 'policy-questions-open', detail: 'has open questions', where: '/x', expected: 'answers', help: 'answer them' };
    const { client } = await clientOf(reply(409, 'application/problem+json', JSON.stringify(problem)));
    const { code, message, where, expected, help } = await faultOfMe(client);
    expect({ code, detail: message, where, expected, help }).toEqual(problem);
  });

  it.each([
    [404, 'not-found'],
    [422, 'input-invalid'],
    [500, 'dependency-unavailable'],
  ])('takes the class of a code that it does not know from the status %d', async (status, code) => {
    const { client } = await clientOf(reply(status, 'application/problem+json', '{"code":"from-the-future","detail":"no"}'));
    expect(await faultOfMe(client)).toMatchObject({ code, message: 'no' });
  });

  it.each([
    ['an HTML error page', reply(502, 'text/html', '<html><script>alert(1)</script></html>'), 'dependency-unavailable'],
    ['an HTML page that says it is fine', reply(200, 'text/html', '<html></html>'), 'dependency-unavailable'],
    ['half a document', reply(200, 'application/json', person.slice(0, 20)), 'dependency-unavailable'],
    ['a document of another shape', reply(200, 'application/json', '{"items":[]}'), 'dependency-unavailable'],
    ['nothing', reply(200, 'application/json', ''), 'dependency-unavailable'],
    ['a page that asks for a password', reply(401, 'text/html', 'login'), 'token-invalid'],
  ])('refuses %s, and shows none of it', async (_, handler, code) => {
    const { client } = await clientOf(handler);
    const fault = await faultOfMe(client);
    expect(fault.code).toBe(code);
    expect(fault.message).not.toMatch(/[<>{]|login/u);
  });

  it('follows no redirect: the token stays where it belongs', async () => {
    const { client, keys } = await clientOf((_, response, number) => {
      if (number === 1) response.writeHead(302, { location: '/v1/me' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(person);
    });
    expect(await faultOfMe(client)).toMatchObject({ code: 'dependency-unavailable' });
    expect(keys).toHaveLength(1);
  });

  it('says where nobody answers, without a password in the address', async () => {
    const fault = await faultOfMe(createClient({ url: 'http://me:hunter2@127.0.0.1:1', token }));
    expect(fault).toMatchObject({ code: 'dependency-unavailable', message: 'no answer from `http://127.0.0.1:1` (ECONNREFUSED)' });
  });

  it('does not send what the server would not take', async () => {
    const { client, keys } = await clientOf(reply(200, 'application/json', '{}'));
    const body = { requirement: 'a'.repeat(1024 * 1024) };
    await expect(client.call('policies.draft', { body })).rejects.toMatchObject({ code: 'input-too-large' });
    expect(keys).toHaveLength(0);
  });

  it('ends a stream that broke with an error of the table', async () => {
    const { client } = await clientOf((_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"id":1}\n', () => response.destroy());
    });
    const stream = await client.stream('audit.export', {});
    const read = async (): Promise<string> => {
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return text;
    };
    await expect(read()).rejects.toMatchObject({ code: 'dependency-unavailable' });
  });

  it('refuses a stream with the code of the refusal', async () => {
    const { client } = await clientOf(
      reply(403, 'application/problem+json', '{"code":"access-denied","detail":"it takes the role auditor"}'),
    );
    await expect(client.stream('audit.export', {})).rejects.toMatchObject({ code: 'access-denied', message: 'it takes the role auditor' });
  });
});
