/**
 * The third table: it does nothing to packets. Its comments hold what was applied, by which key, what was before, and the
 * digest that the other two tables have when nobody has touched them. It changes in the same transaction as they do, outlives
 * every process of ours, and goes where the firewall goes.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { canonicalJson, digestOfText, type Digest } from '../../domain/digest.ts';
import type { Applied } from '../point.ts';
import { tableNames } from './listing.ts';

export type Seal = { readonly format: 1; readonly applied: Applied; readonly content: Digest };

const chunkSize = 100;
const maxSealBytes = 16 * 1024 * 1024;

export function sealTable(seal: Seal): string {
  const text = canonicalJson(seal);
  const packed = deflateRawSync(Buffer.from(text)).toString('base64url');
  const chunks = packed.match(new RegExp(`.{1,${chunkSize}}`, 'gu')) ?? [];
  const lines = [digestOfText(packed), ...chunks].map((chunk) => `    continue comment "${chunk}"`);
  return [`table inet ${tableNames.seal} {`, '  chain state {', ...lines, '  }', '}', ''].join('\n');
}

/** Undefined for a seal that was tampered with. */
export function readSeal(table: string | undefined): Seal | undefined {
  const [digest, ...chunks] = [...(table ?? '').matchAll(/^\s*continue comment "([^"]*)"$/gmu)].map((found) => found[1] ?? '');
  const packed = chunks.join('');
  if (digest === undefined || digestOfText(packed) !== digest) return undefined;
  try {
    const text = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: maxSealBytes }).toString('utf8');
    const seal = JSON.parse(text) as Seal;
    return seal.format === 1 ? seal : undefined;
  } catch {
    return undefined;
  }
}
