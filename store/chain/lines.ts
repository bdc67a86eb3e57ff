/** The lines of an audit file: its last whole row, and all of them in order. */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { genesisHash, type AuditHead } from '../../domain/audit-chain.ts';
import { EdictError } from '../../domain/errors.ts';

/** The last whole line, and where it ends: what follows it was torn off by a crash. */
export type FileTail = AuditHead & { readonly sizeBytes: number };

const newline = 10;

export async function readTail(handle: FileHandle, sizeBytes: number): Promise<FileTail> {
  for (let length = 64 * 1024; ; length *= 4) {
    const start = Math.max(0, sizeBytes - length);
    const bytes = await readRange(handle, start, sizeBytes);
    const end = bytes.lastIndexOf(newline);
    const before = end > 0 ? bytes.lastIndexOf(newline, end - 1) : -1;
    if (before === -1 && start > 0) continue;
    if (end === -1) return { id: 0, hash: genesisHash, sizeBytes: 0 };
    return { ...parseHead(bytes.toString('utf8', before + 1, end)), sizeBytes: start + end + 1 };
  }
}

/** The first `count` lines as JSON values; a line that is no JSON comes as undefined. */
export async function* readRows(path: string, count: number): AsyncGenerator {
  if (count === 0) return;
  const input = createReadStream(path, 'utf8');
  let read = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      yield parseLine(line);
      read += 1;
      if (read === count) return;
    }
  } finally {
    input.destroy();
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

function parseHead(line: string): AuditHead {
  const row = parseLine(line);
  if (typeof row === 'object' && row !== null && 'id' in row && 'hash' in row && typeof row.id === 'number' && typeof row.hash === 'string')
    return { id: row.id, hash: row.hash };
  throw new EdictError('audit-broken', 'its last line is not an audit row');
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
