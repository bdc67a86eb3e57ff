/** A bundle service for tests, as the API is one: a shelf in memory, ETags, long polling, and what OPA reported. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import type { BundleShelf, ShelvedBundle } from '../../connectors/opa/shelf.ts';

export type BundleService = {
  readonly url: string;
  readonly shelf: BundleShelf;
  /** Every bundle that was put, in order. */
  readonly puts: readonly ShelvedBundle[];
  /** What OPA sent to /opa/logs/<point>. */
  readonly decisions: readonly { readonly path: string }[];
  readonly authorizations: ReadonlySet<string>;
  readonly close: () => Promise<void>;
};

export async function startBundleService(): Promise<BundleService> {
  const shelved = new Map<string, ShelvedBundle>();
  const waiting = new Set<() => void>();
  const puts: ShelvedBundle[] = [];
  const decisions: { path: string }[] = [];
  const authorizations = new Set<string>();

  const shelf: BundleShelf = {
    put: async (bundle) => {
      if (shelved.get(bundle.point)?.revision === bundle.revision) return;
      puts.push(bundle);
      shelved.set(bundle.point, bundle);
      for (const wake of waiting) wake();
    },
    get: async (point) => shelved.get(point),
  };

  const waitFor = async (point: string, known: string | undefined, waitMs: number) => {
    const endAt = Date.now() + waitMs;
    while (shelved.get(point)?.revision === known && Date.now() < endAt) await wakeUp(waiting, endAt - Date.now());
    const found = shelved.get(point);
    return found?.revision === known ? undefined : found;
  };

  const serveBundle = async (point: string, request: IncomingMessage, response: ServerResponse) => {
    const known = /"([^"]+)"/u.exec(request.headers['if-none-match'] ?? '')?.[1];
    const waitMs = Number(/wait=(\d+)/u.exec(String(request.headers['prefer'] ?? ''))?.[1] ?? 0) * 1000;
    const bundle = await waitFor(point, known, waitMs);
    response.setHeader('content-type', 'application/vnd.openpolicyagent.bundles');
    if (bundle !== undefined) response.setHeader('etag', `"${bundle.revision}"`).end(bundle.bytes);
    else response.writeHead(known === undefined ? 404 : 304).end();
  };

  const server = createServer((request, response) => {
    authorizations.add(request.headers.authorization ?? 'none');
    const [, , kind, point = ''] = (request.url ?? '').split('/');
    if (point === '') throw new Error(`no point in ${request.url}`);
    if (kind === 'bundles') return void serveBundle(point, request, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (kind === 'logs')
        decisions.push(
          ...(JSON.parse(String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)) as { path: string }[]),
        );
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    for (const wake of waiting) wake();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, shelf, puts, decisions, authorizations, close };
}

function wakeUp(waiting: Set<() => void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      waiting.delete(end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    waiting.add(end);
  });
}
