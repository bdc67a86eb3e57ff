/** Large values by digest, compressed. What this process stored or read lately it knows without asking. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { Digest } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { LargeValue, Values } from './port/values.ts';
import type { Db } from './postgres/database.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const keptBytes = 32 * 1024 * 1024;

export function valuesRepository(db: Db): Values {
  const kept = shelf();
  return {
    put: async (json) => {
      const digest: Digest = `sha256:${createHash('sha256').update(json).digest('hex')}`;
      if (kept.get(digest)) return digest;
      const bytes = await compress(json, fast);
      await db
        .insertInto('large_values')
        .values({ digest, bytes, size_bytes: json.byteLength })
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .execute();
      kept.put({ digest, json });
      return digest;
    },
    get: async (digest) => {
      const known = kept.get(digest);
      if (known) return known;
      const row = await db.selectFrom('large_values').select('bytes').where('digest', '=', digest).executeTakeFirst();
      if (row === undefined) return undefined;
      const value = { digest, json: await decompress(row.bytes) };
      if (`sha256:${createHash('sha256').update(value.json).digest('hex')}` !== digest)
        throw new EdictError('defect', `value \`${digest}\` is not what its digest says`);
      kept.put(value);
      return value;
    },
  };
}

/** The latest of them, oldest first out. */
function shelf(): { readonly get: (digest: Digest) => LargeValue | undefined; readonly put: (value: LargeValue) => void } {
  const values = new Map<Digest, LargeValue>();
  let bytes = 0;
  return {
    get: (digest) => values.get(digest),
    put: (value) => {
      if (values.has(value.digest)) return;
      values.set(value.digest, value);
      bytes += value.json.byteLength;
      for (const [digest, { json }] of values) {
        if (bytes <= keptBytes) return;
        values.delete(digest);
        bytes -= json.byteLength;
      }
    },
  };
}
