/** How values travel through Temporal: what comes out is what went in, however large, and made-up references say that they are. */
import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { assert, asyncProperty, integer, jsonValue } from 'fast-check';
import { payloadCodec } from '../../store/payload-codec.ts';
import { memoryValues } from './memory-values.ts';

type Payload = Parameters<ReturnType<typeof payloadCodec>['encode']>[0][number];
const payload = (value: unknown, encoding = 'json/plain'): Payload => ({
  metadata: { encoding: Buffer.from(encoding) },
  data: Buffer.from(JSON.stringify(value)),
});
const valueOf = ({ data }: Payload): unknown => JSON.parse(Buffer.from(data!).toString('utf8'));
const encodingOf = ({ metadata }: Payload): string => Buffer.from(metadata!['encoding']!).toString('utf8');
const noise = (characters: number): string => randomBytes(characters / 2).toString('hex');

it('gives back any value', async () => {
  const codec = payloadCodec(memoryValues());
  await assert(
    asyncProperty(jsonValue(), integer({ min: 0, max: 20_000 }), async (value, padding) => {
      const there = payload({ value, padding: 'x'.repeat(padding) });
      const [back] = await codec.decode(await codec.encode([there]));
      expect(valueOf(back!)).toEqual(valueOf(there));
    }),
    { numRuns: 50 },
  );
});

it('leaves small ones and foreign encodings alone, packs larger ones, and stores what is over 64 KiB even then', async () => {
  const values = memoryValues();
  const codec = payloadCodec(values);
  const there = [payload('small'), payload(noise(200_000), 'json/other'), payload('x'.repeat(200_000)), payload(noise(4_000_000))];
  const encoded = await codec.encode(there);
  expect(encoded.map(encodingOf)).toEqual(['json/plain', 'json/other', 'binary/edict-zstd', 'json/edict-reference']);
  expect(encoded[3]!.data!.byteLength).toBeLessThan(200);
  expect(values.kept.size).toBe(1);
  expect((await codec.decode(encoded)).map(valueOf)).toEqual(there.map(valueOf));
});

it('stores nothing of what stays inside a workflow task', async () => {
  const values = memoryValues();
  const codec = payloadCodec(values);
  const [local] = await codec.encode([payload(noise(4_000_000))], { isLocal: true });
  expect(encodingOf(local!)).toBe('binary/edict-zstd');
  expect(values.kept.size).toBe(0);
});

it.each([
  ['an unknown digest', JSON.stringify({ digest: `sha256:${'0'.repeat(64)}` })],
  ['no digest', JSON.stringify({ digest: '../../etc/passwd' })],
  ['no JSON', 'x'],
])('a made-up reference to %s is a value that says so', async (_, data) => {
  const forged = { metadata: { encoding: Buffer.from('json/edict-reference') }, data: Buffer.from(data) };
  const [back] = await payloadCodec(memoryValues()).decode([forged]);
  expect(valueOf(back!)).toHaveProperty('$missing');
});
