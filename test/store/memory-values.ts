/** Large values in memory, as the store keeps them. */
import { createHash } from 'node:crypto';
import type { Digest } from '../../domain/digest.ts';
import type { Values } from '../../store/port/values.ts';

export function memoryValues(): Values & { readonly kept: Map<Digest, Uint8Array> } {
  const kept = new Map<Digest, Uint8Array>();
  return {
    kept,
    put: async (json) => {
      const digest: Digest = `sha256:${createHash('sha256').update(json).digest('hex')}`;
      kept.set(digest, Buffer.from(json));
      return digest;
    },
    get: async (digest) => {
      const json = kept.get(digest);
      return json && { digest, json };
    },
  };
}
