/** Server-sent events as a sequence of messages (https://html.spec.whatwg.org/multipage/server-sent-events.html), as far as the API sends them. */
import type { Readable } from 'node:stream';

export type ServerEvent = { readonly id: string | undefined; readonly event: string; readonly data: string };

export async function* serverEvents(stream: Readable): AsyncGenerator<ServerEvent> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const text = rest + String(chunk);
    // A carriage return at the end may be half of a line break.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const blocks = whole.replaceAll(/\r\n?/gu, '\n').split('\n\n');
    rest = (blocks.pop() ?? '') + text.slice(whole.length);
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) yield event;
    }
  }
}

/** A block of comments alone is a heartbeat. What the stream ended in the middle of is dropped, as the standard says. */
function parseBlock(block: string): ServerEvent | undefined {
  const fields = block
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map(parseField);
  const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
  if (data.length === 0) return undefined;
  const field = (wanted: string): string | undefined => fields.findLast(([name]) => name === wanted)?.[1];
  return { id: field('id'), event: field('event') ?? 'message', data: data.join('\n') };
}

/** One space after the colon belongs to the format. A line without a colon is a field without a value. */
function parseField(line: string): readonly [string, string] {
  const at = line.indexOf(':');
  if (at < 0) return [line, ''];
  const value = line.slice(at + 1);
  return [line.slice(0, at), value.startsWith(' ') ? value.slice(1) : value];
}
