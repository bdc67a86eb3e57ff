/**
 * The console's files, as `vite build` leaves them: hashed assets for ever, the page for every path that is no part of the interface, and a
 * policy under which nothing runs that is not one of these files. Where the console is not built, a page says so.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What console/README.md lists as forbidden follows from these. */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Marks that stylesheets draw.
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

/** First parts of paths that are the interface’s: what is not found there is a problem, not a page. */
const interfacePaths: ReadonlySet<string> = new Set(['v1', 'opa', 'webhooks', 'health', 'openapi.json']);

const forEver = 'public, max-age=31536000, immutable';
const page = 'index.html';

export type ConsoleFiles = {
  readonly register: (app: FastifyInstance) => void;
  /** Whether the page answers this request that no route answers. */
  readonly answers: (request: FastifyRequest) => boolean;
  readonly answer: (reply: FastifyReply) => FastifyReply;
};

/** `folder`: of what was built, absolute; it may come to be later. */
export function consoleFiles(folder: string): ConsoleFiles {
  return {
    register: (app) => {
      void app.register(fastifyStatic, {
        root: folder,
        index: page,
        preCompressed: true,
        dotfiles: 'ignore',
        cacheControl: false,
        allowedPath: (path) => !isInterface(path) && !path.startsWith('/.'),
        setHeaders: (reply, path) => {
          void reply.headers(pageHeaders).header('cache-control', path.includes(`${folder}/assets/`) ? forEver : 'no-cache');
        },
      });
    },
    answers: ({ method, url, headers }) => {
      const path = url.split(/[?#]/u, 1)[0] ?? '';
      const isPage = !(path.split('/').at(-1) ?? '').includes('.');
      return (method === 'GET' || method === 'HEAD') && isPage && !isInterface(path) && (headers.accept ?? '*/*').includes('text/html');
    },
    answer: (reply) => (existsSync(join(folder, page)) ? reply.sendFile(page) : notBuilt(reply)),
  };
}

function isInterface(path: string): boolean {
  return interfacePaths.has(path.split('/')[1] ?? '');
}

const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Edict</title>
<h1>The console is not built</h1>
<p>The interface is here; the pages are not. <code>npm run setup</code> builds them, and the next look finds them.</p>
`;

function notBuilt(reply: FastifyReply): FastifyReply {
  return reply.code(503).header('retry-after', '10').type('text/html; charset=utf-8').send(notBuiltPage);
}
