/**
 * An HTTP server for named fakes of vendors' APIs: the handler is the vendor, and faults stand between it and who asks. A fault that says so
 * happens after the vendor did its work.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | 'none'
  | 'unauthorised'
  | 'forbidden'
  | 'throttled-once'
  | 'throttled-long'
  | 'server-error'
  | 'silent'
  | 'answer-lost'
  | 'reset-after'
  | 'truncated'
  | 'wrong-content'
  | 'duplicate';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
export type Answer = {
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: { readonly [name: string]: string };
};

export type FaultServer = {
  readonly url: string;
  readonly setFault: (fault: Fault) => void;
  readonly asked: readonly Asked[];
  readonly stop: () => Promise<void>;
};

type Options = {
  readonly answer: (asked: Asked) => Answer;
  /** Requests that no fault touches: where tokens come from. */
  readonly spared?: (asked: Asked) => boolean;
  /** Requests that change something: the faults that come after the work touch these alone. */
  readonly changes: (asked: Asked) => boolean;
  /** How the vendor says what a status means. */
  readonly problem: (status: number, code: string) => Answer;
};

export async function startFaultServer({ answer, spared = () => false, changes, problem }: Options): Promise<FaultServer> {
  let fault: Fault = 'none';
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
      const one: Asked = { method: request.method ?? 'GET', path: url.pathname, url, headers: request.headers, body };
      asked.push(one);
      const now = spared(one) || (afterwards.includes(fault) && !changes(one)) ? 'none' : fault;
      if (now === 'throttled-once') fault = 'none';
      faults[now](response, () => answer(one), problem);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFault: (next) => {
      fault = next;
    },
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const afterwards: readonly Fault[] = ['answer-lost', 'reset-after'];

type Perform = (response: ServerResponse, work: () => Answer, problem: Options['problem']) => void;

const faults: Readonly<Record<Fault, Perform>> = {
  none: (response, work) => send(response, work()),
  unauthorised: (response, _, problem) => send(response, problem(401, 'InvalidAuthenticationToken')),
  forbidden: (response, _, problem) => send(response, problem(403, 'Authorization_RequestDenied')),
  'throttled-once': (response, _, problem) => send(response, { ...problem(429, 'TooManyRequests'), headers: { 'retry-after': '0' } }),
  'throttled-long': (response, _, problem) => send(response, { ...problem(429, 'TooManyRequests'), headers: { 'retry-after': '3600' } }),
  'server-error': (response, _, problem) => send(response, problem(500, 'InternalServerError')),
  silent: () => undefined,
  'answer-lost': (_, work) => void work(),
  'reset-after': (response, work) => {
    work();
    response.destroy();
  },
  truncated: (response, work) => {
    const { body = '', ...rest } = work();
    send(response, { ...rest, body: body.slice(0, Math.max(1, Math.floor(body.length / 2))) });
  },
  'wrong-content': (response) => send(response, { status: 200, type: 'text/html', body: '<html>Sign in to the network</html>' }),
  duplicate: (response, work) => {
    work();
    send(response, work());
  },
};

function send(response: ServerResponse, { status, body = '', type = 'application/json', headers = {} }: Answer): void {
  response.writeHead(status, { ...headers, ...(body === '' ? {} : { 'content-type': type }) });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export function json(status: number, value?: unknown): Answer {
  return value === undefined ? { status } : { status, body: JSON.stringify(value) };
}

/** As Microsoft's APIs say it. */
export function odataProblem(status: number, code: string): Answer {
  return json(status, { error: { code, message: `${code}: the request was refused` } });
}
