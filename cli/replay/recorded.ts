/** Recorded requests on this machine's disk: files and folders of any size, packed by gzip or not, read piece by piece. */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EdictError } from '../../domain/errors.ts';
import { formatOf, type RecordFormat, recordFormats, recorder, type Records } from '../../domain/policy/replay/recorded.ts';
import { fileFault } from '../fault.ts';
import { progress } from '../output.ts';
import { isFolder } from '../playbook-files.ts';

export type RecordedFlags = { readonly from?: string | undefined; readonly principal?: string | undefined };

/** As options name them; `flows` and `format` are the older names. */
export type RequestFlags = {
  readonly requests?: readonly string[] | undefined;
  readonly flows?: string | undefined;
  readonly format?: string | undefined;
};

export async function requestsOf(flags: RecordedFlags & RequestFlags): Promise<Records> {
  const { requests = [], flows, format } = flags;
  const from = flags.from ?? (format === 'decisions' ? 'decision-log' : format);
  return await recordedAt(flows === undefined ? requests : [...requests, flows], { ...flags, from });
}

/** Each log's kind is found by how it begins, unless told. What cannot be read is counted, and told once. */
async function recordedAt(paths: readonly string[], { from, principal }: RecordedFlags): Promise<Records> {
  const told = from === undefined ? undefined : formatNamed(from);
  const reading = recorder(principal);
  for (const path of paths.flatMap(filesAt)) await readLog(path, told, reading);
  const records = reading.done();
  const { rejected, firstRejected } = records;
  if (firstRejected !== undefined)
    progress(`${rejected} records cannot be read; the first, ${firstRejected.where}: ${firstRejected.reason}`);
  return records;
}

function formatNamed(text: string): RecordFormat {
  const found = recordFormats.find((format) => format === text);
  if (found === undefined)
    throw new EdictError('input-invalid', `\`${text}\` is no format of records`, { expected: recordFormats.join(', ') });
  return found;
}

function filesAt(path: string): readonly string[] {
  if (path === '-' || !isFolder(path)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function readLog(path: string, told: RecordFormat | undefined, { add }: ReturnType<typeof recorder>): Promise<void> {
  let format = told;
  let head = '';
  const tell = teller(path);
  for await (const { text, bytes } of piecesOf(path)) {
    format ??= formatOf(text);
    if (format === undefined)
      throw new EdictError('log-invalid', `\`${path}\` is no log that can be told by how it begins`, {
        where: path,
        expected: recordFormats.join(', '),
        help: 'say `--from <format>`',
      });
    head ||= headOf(text, format);
    add(head !== '' && !text.startsWith(head) ? `${head}${text}` : text, format);
    tell(bytes);
  }
}

/** What names the columns is at the beginning of the log alone. */
function headOf(text: string, format: RecordFormat): string {
  const lines = text.split('\n', 20);
  const names = lines.filter((line) => (format === 'zeek' ? line.startsWith('#') : format === 'vpc-flow' && line.includes('srcaddr')));
  return names.length === 0 ? '' : `${names.join('\n')}\n`;
}

/** Says how far it is, of large files alone. */
function teller(path: string): (bytes: number) => void {
  const total = path === '-' ? 0 : statSync(path).size;
  let next = toldEvery;
  return (bytes) => {
    if (bytes < next) return;
    next = bytes + toldEvery;
    progress(`${path}: ${Math.floor(bytes / mebi)} of ${Math.ceil(total / mebi)} MiB`);
  };
}

const mebi = 1024 * 1024;
const toldEvery = 64 * mebi;
const pieceChars = 8 * mebi;
/** A document on one line. */
const mostChars = 256 * mebi;

type Piece = { readonly text: string; /** Read from the disk so far. */ readonly bytes: number };

/** Whole lines; a document that is not one value a line as a whole. */
async function* piecesOf(path: string): AsyncGenerator<Piece> {
  const source = sourceAt(path);
  let [held, isDocument]: [string, boolean | undefined] = ['', undefined];
  for await (const text of textsOf(path, source)) {
    held += text;
    if (held.length > mostChars)
      throw new EdictError('input-too-large', `\`${path}\` has more than ${mostChars / mebi} MiB without a line's end`);
    if (held.length < pieceChars) continue;
    isDocument ??= isWhole(held);
    const end = isDocument ? -1 : held.lastIndexOf('\n');
    if (end < 0) continue;
    yield { text: held.slice(0, end + 1), bytes: source.bytesRead ?? 0 };
    held = held.slice(end + 1);
  }
  if (held.trim() !== '') yield { text: held, bytes: source.bytesRead ?? 0 };
}

type Source = Readable & { readonly bytesRead?: number };

const sourceAt = (path: string): Source => (path === '-' ? process.stdin : createReadStream(path));

async function* textsOf(path: string, source: Source): AsyncGenerator<string> {
  const unpacked: Readable = path.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  if (unpacked !== source) source.on('error', (error) => unpacked.destroy(error));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): EdictError {
  if (cause instanceof TypeError) return new EdictError('input-invalid', `\`${path}\` is not text`, { expected: 'UTF-8', cause });
  const help = { expected: 'a file that exists and may be read', cause };
  return fileFault(cause, path) ?? new EdictError('input-invalid', `\`${path}\` cannot be read`, help);
}

/** JSON that goes on over lines. */
function isWhole(text: string): boolean {
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  return /^[[{]$/u.test(line) || (/^[[{]/u.test(line) && !/[\]}]$/u.test(line));
}
