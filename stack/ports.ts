/** Free TCP ports on 127.0.0.1, below 32768 so that no outgoing connection of the system takes one meanwhile. */
import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer } from 'node:net';

import { EdictError } from '../domain/errors.ts';

const lowest = 10_000;
const limit = 32_000;

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Holds ports for a stack's whole life, also while the program that listens there is down: a UDP socket on the port of the same number, which the
 * system takes back when the process dies. Without it another stack could take the port of an API that is just being restarted.
 */
export type PortHold = { readonly take: (port: number) => Promise<boolean>; readonly release: () => void };

export function portHold(host = '127.0.0.1'): PortHold {
  const held: Socket[] = [];
  return {
    take: (port) =>
      new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.once('error', () => socket.close(() => resolve(false)));
        socket.bind({ port, address: host, exclusive: true }, () => {
          socket.unref();
          held.push(socket);
          resolve(true);
        });
      }),
    release: () => {
      for (const socket of held.splice(0)) socket.close();
    },
  };
}

/** A free port that is not among `taken`, which it joins. `preferred` is kept where it is free. */
export async function choosePort(taken: Set<number>, preferred?: number): Promise<number> {
  const candidates = function* () {
    if (preferred !== undefined) yield preferred;
    for (let tries = 0; tries < 200; tries += 1) yield randomInt(lowest, limit);
  };
  for (const port of candidates()) {
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new EdictError('port-in-use', `no free port between ${lowest} and ${limit}`, {
    help: 'stop programs that hold ports on 127.0.0.1',
  });
}

/** Whether something listens. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 });
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
