import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { serverEvents } from '../../cli/events.ts';
import type { ServerEvent } from '../../cli/events.ts';

async function read(chunks: readonly Buffer[]): Promise<readonly ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(Readable.from(chunks, { objectMode: false }))) events.push(event);
  return events;
}

const text = ': hello\n\nid: 1\nevent: run\ndata: {"title":"Größe 支 👍"}\n\n: beat\n\nid: 2\nevent: end\ndata: a\ndata:  b\ndata\n\n';
const expected = [
  { id: '1', event: 'run', data: '{"title":"Größe 支 👍"}' },
  { id: '2', event: 'end', data: 'a\n b\n' },
];

function cuts(bytes: Buffer): readonly (readonly Buffer[])[] {
  return Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
}

describe('server-sent events', () => {
  it('are the same wherever the stream is cut, inside a character too', async () => {
    const bytes = Buffer.from(text);
    for (const chunks of cuts(bytes)) expect(await read(chunks)).toEqual(expected);
    expect(await read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('may end their lines with a carriage return too, wherever that is cut', async () => {
    for (const chunks of cuts(Buffer.from(text.replaceAll('\n', '\r\n')))) expect(await read(chunks)).toEqual(expected);
  });

  it('drop what the stream ended in the middle of', async () => {
    expect(await read([Buffer.from('data: whole\n\ndata: half')])).toEqual([{ id: undefined, event: 'message', data: 'whole' }]);
  });
});
