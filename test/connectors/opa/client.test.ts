/** A kept connection may be closed by OPA at the very moment when it is used again: that is no OPA that is away. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openClient, type OpaClient } from '../../../connectors/opa/client.ts';
import { withDeadline } from '../../../connectors/deadline.ts';

describe('the client of OPA', () => {
  let server: Server;
  let client: OpaClient;
  /** Requests, each with its connection; those at these places are cut off instead of answered. */
  let asked: Socket[];
  let cut: readonly number[];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.socket);
      if (cut.includes(asked.length)) request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"result":1}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = openClient('opa-1', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => undefined);
  });
  afterEach(async () => {
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const get = () => withDeadline('opa-1', { timeoutMs: 5_000 }, (deadline) => client.get('/v1/data/x', deadline));

  it('asks once more where a connection that was kept is gone', async () => {
    cut = [2];
    expect(await get()).toBe(1);
    expect(await get()).toBe(1);
    expect(asked).toHaveLength(3);
    expect(asked[1]).toBe(asked[0]);
    expect(asked[2]).not.toBe(asked[0]);
  });

  it('says so where the new one breaks as well, and where the first did', async () => {
    cut = [1, 3, 4];
    await expect(get()).rejects.toMatchObject({ code: 'enforcement-point-unreachable' });
    expect(asked).toHaveLength(1);
    expect(await get()).toBe(1);
    await expect(get()).rejects.toMatchObject({ code: 'enforcement-point-unreachable' });
    expect(asked).toHaveLength(4);
  });
});
