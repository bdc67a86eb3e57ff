/** Server-sent events as a sequence of messages (https://html.spec.whatwg.org/multipage/server-sent-events.html), as far as the API sends them. */
import type { Readable } from 'node:stream';

export type ServerEvent = { readonly id: string | undefined; readonly event: string; readonly data: string };

export async function* serverEvents(stream: Readable): AsyncGenerator<ServerEvent> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const blocks = (rest + String(chunk)).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) yield event;
    }
  }
}

/** A block of comments alone is a heartbeat. */
function parseBlock(block: string): ServerEvent | undefined {
  const fields = block
    .split('\n')
    .filter((line) => !line.startsWith(':'))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()] as const);
  const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
  if (data.length === 0) return undefined;
  const field = (wanted: string): string | undefined => fields.find(([name]) => name === wanted)?.[1];
  return { id: field('id'), event: field('event') ?? 'message', data: data.join('\n') };
}
