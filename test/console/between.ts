/** What stands between a browser and the server, as a network does: it can be slow, be away, and hand out a newer console than before. */
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { running } from './browser.ts';

export type Between = {
  readonly url: string;
  /** Before each answer. */
  readonly slow: (ms: number) => void;
  readonly away: () => Promise<void>;
  readonly back: () => Promise<void>;
  /** The page is another one, and the files of the one before are gone: until it is loaded anew. */
  readonly replace: () => void;
  readonly end: () => Promise<void>;
};

type Standing = { waitMs: number; replaced: boolean; gone: boolean };

export async function standBetween(): Promise<Between> {
  const now: Standing = { waitMs: 0, replaced: false, gone: false };
  const answer = (asked: IncomingMessage, reply: ServerResponse): void => {
    pass(now, asked, reply).catch(() => reply.destroy());
  };
  let server = await listen(createServer(answer), 0);
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.once('close', resolve));
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    slow: (ms) => {
      now.waitMs = ms;
    },
    away: close,
    back: async () => {
      server = await listen(createServer(answer), port);
    },
    replace: () => {
      now.replaced = true;
      now.gone = true;
    },
    end: close,
  };
}

async function listen(server: Server, port: number): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}

const entry = /\/assets\/index-[\w-]+\.js/u;

async function pass(now: Standing, asked: IncomingMessage, reply: ServerResponse): Promise<void> {
  await sleep(now.waitMs);
  const path = asked.url ?? '/';
  const isPage = asked.headers['sec-fetch-dest'] === 'document';
  if (isPage) now.gone = false;
  if (now.gone && path.startsWith('/assets/')) return void reply.writeHead(404).end();
  const { hostname, port } = new URL(running().url);
  const { 'accept-encoding': _, ...headers } = asked.headers;
  const further = request({ hostname, port, path, method: asked.method, headers }, (answered) => {
    const isHtml = answered.headers['content-type']?.startsWith('text/html') === true;
    if (isHtml && now.replaced) return void renamed(answered, reply);
    reply.writeHead(answered.statusCode ?? 502, answered.headers).flushHeaders();
    answered.pipe(reply);
  });
  further.once('error', () => reply.destroy());
  reply.once('close', () => further.destroy());
  asked.pipe(further);
}

/** The same page with another first file. */
async function renamed(answered: IncomingMessage, reply: ServerResponse): Promise<void> {
  let html = '';
  for await (const part of answered.setEncoding('utf8')) html += String(part);
  const { 'content-length': _, etag: __, 'last-modified': ___, ...headers } = answered.headers;
  reply.writeHead(answered.statusCode ?? 200, headers).end(html.replace(entry, (path) => `${path}?newer`));
}
