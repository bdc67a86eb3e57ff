/** An HTTP proxy that goes wrong on demand. */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from './conformance.ts';

export type FaultProxy = { readonly url: string; readonly set: (fault: Fault) => void; readonly close: () => Promise<void> };

type Answer = { readonly status: number; readonly type: string; readonly body: Buffer };

/** `lost` says from when on answers get lost, once the fault is `answer-lost`. */
export async function startFaultProxy(target: string, lost: () => boolean): Promise<FaultProxy> {
  let fault: Fault = 'none';
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readAll(request);
    const mode = fault;
    if (mode === 'slow') await new Promise((resolve) => setTimeout(resolve, 3000).unref());
    if (mode === 'duplicate') await forward(target, request, body);
    const answer = await forward(target, request, body);
    if (mode === 'answer-lost' && lost()) return;
    faulty[mode](response, answer);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (next) => (fault = next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const pass = (response: ServerResponse, { status, type, body }: Answer) => response.writeHead(status, { 'content-type': type }).end(body);

const faulty: Record<Fault, (response: ServerResponse, answer: Answer) => void> = {
  none: pass,
  slow: pass,
  duplicate: pass,
  'answer-lost': pass,
  error: (response, { type }) => response.writeHead(500, { 'content-type': type }).end('{"code":"internal_error"}'),
  truncated: (response, { type, body }) => {
    response.writeHead(200, { 'content-type': type, 'content-length': body.length });
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  },
  'wrong-content': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>{"result":{}}</html>'),
  refused: (response, { type }) => response.writeHead(401, { 'content-type': type }).end('{"code":"unauthorized"}'),
};

function forward(target: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    const { 'accept-encoding': _, ...kept } = request.headers;
    const headers = { ...kept, host: new URL(target).host };
    const onward = send(`${target}${request.url ?? '/'}`, { method: request.method ?? 'GET', headers }, (answer) => {
      const { statusCode = 500 } = answer;
      const type = answer.headers['content-type'] ?? 'application/json';
      void readAll(answer).then((read) => resolve({ status: statusCode, type, body: read }));
    });
    const gone: Answer = { status: 502, type: 'text/plain', body: Buffer.from('gone') };
    onward.on('error', () => resolve(gone)).end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
