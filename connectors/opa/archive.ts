/** A tar.gz of files by path: the same files are the same bytes. */
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

const blockSize = 512;

export function packArchive(files: { readonly [path: string]: string }): Uint8Array {
  const entries = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const blocks = entries.flatMap(([path, text]) => {
    const body = Buffer.from(text);
    const header = Buffer.alloc(blockSize);
    new Header({ path, size: body.length, mode: 0o644, type: 'File', mtime: new Date(0), uid: 0, gid: 0 }).encode(header, 0);
    return [header, body, Buffer.alloc((blockSize - (body.length % blockSize)) % blockSize)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]));
}
