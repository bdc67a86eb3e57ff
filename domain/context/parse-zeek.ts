/**
 * Reads Zeek's conn.log, as JSON lines (`id.orig_h` or `id_orig_h`) and as tab-separated text with its `#fields` header.
 * https://docs.zeek.org/en/master/logs/conn.html
 */
import { canonicalAddress } from './address.ts';
import type { Connection, Parsed } from './event.ts';
import { isRecord, readJsonLines, withoutBom } from './json-lines.ts';
import type { Fields } from './json-lines.ts';
import { assertSize } from './limits.ts';

export function parseZeek(text: string): Parsed<Connection> {
  assertSize(text, 'connection log');
  const records = withoutBom(text).startsWith('#') ? tabRecords(text) : jsonRecords(text);
  const items: Connection[] = [];
  const rejected: { where: string; reason: string }[] = [];
  const seen = new Set<string>();
  for (const { where, outcome } of records) {
    const connection = typeof outcome === 'string' ? outcome : readConnection(outcome);
    if (typeof connection === 'string') rejected.push({ where, reason: connection });
    else if (seen.has(connection.id)) rejected.push({ where, reason: `the uid \`${connection.id}\` is there twice` });
    else {
      seen.add(connection.id);
      items.push(connection);
    }
  }
  return { items, rejected };
}

type LogRecord = { readonly where: string; readonly outcome: Fields | string };

function jsonRecords(text: string): readonly LogRecord[] {
  return readJsonLines(text, 'conn.log').map((line) => {
    if ('fault' in line) return { where: line.where, outcome: line.fault };
    return { where: line.where, outcome: isRecord(line.value) ? line.value : 'not a JSON object' };
  });
}

function tabRecords(text: string): readonly LogRecord[] {
  const records: LogRecord[] = [];
  let columns: readonly string[] | undefined;
  let number = 0;
  for (const raw of withoutBom(text).split('\n')) {
    number += 1;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.startsWith('#fields\t')) columns = line.split('\t').slice(1);
    if (line === '' || line.startsWith('#')) continue;
    records.push({ where: `conn.log:${number}`, outcome: tabFields(line, columns) });
  }
  return records;
}

function tabFields(line: string, columns: readonly string[] | undefined): Fields | string {
  if (columns === undefined) return 'no `#fields` line before it';
  const cells = line.split('\t');
  if (cells.length !== columns.length) return `${cells.length} cells where \`#fields\` has ${columns.length}`;
  return Object.fromEntries(columns.map((column, index) => [column, cells[index] === '-' ? undefined : cells[index]]));
}

function readConnection(fields: Fields): Connection | string {
  const ends = readEnds(fields);
  if (typeof ends === 'string') return ends;
  const at = instant(fields);
  if (at === undefined) return '`ts` is neither seconds since 1970 nor RFC 3339';
  const id = text(fields, 'uid');
  if (id === undefined || id.length > 128) return '`uid` is missing';
  return {
    id,
    at,
    ...ends,
    application: text(fields, 'service')?.slice(0, 128),
    state: text(fields, 'conn_state')?.slice(0, 16),
    sentBytes: number(fields, 'orig_bytes') ?? 0,
    receivedBytes: number(fields, 'resp_bytes') ?? 0,
  };
}

function readEnds(fields: Fields): Pick<Connection, 'from' | 'to' | 'protocol' | 'port'> | string {
  const from = canonicalAddress(text(fields, 'id.orig_h') ?? '');
  const to = canonicalAddress(text(fields, 'id.resp_h') ?? '');
  if (from === undefined) return '`id.orig_h` is not an address';
  if (to === undefined) return '`id.resp_h` is not an address';
  const port = number(fields, 'id.resp_p');
  if (port === undefined || !Number.isInteger(port) || port > 65_535) return '`id.resp_p` is not a port';
  const protocol = protocolOf(text(fields, 'proto'));
  // Zeek writes the ICMP code where a port would be.
  return { from, to, protocol, port: protocol === 'tcp' || protocol === 'udp' ? port : 0 };
}

function protocolOf(proto: string | undefined): Connection['protocol'] {
  const lower = proto?.toLowerCase();
  if (lower === 'tcp' || lower === 'udp' || lower === 'icmp') return lower;
  return lower === 'icmp6' ? 'icmp' : 'other';
}

function field(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const underscored = name.replaceAll('.', '_');
  return Object.hasOwn(fields, underscored) ? fields[underscored] : undefined;
}

function text(fields: Fields, name: string): string | undefined {
  const value = field(fields, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(fields: Fields, name: string): number | undefined {
  const value = field(fields, name);
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(value) ? Number(value) : undefined;
}

function instant(fields: Fields): string | undefined {
  const seconds = number(fields, 'ts');
  if (seconds !== undefined) return seconds < 253_402_300_800 ? new Date(Math.round(seconds * 1000)).toISOString() : undefined;
  const written = text(fields, 'ts');
  if (written === undefined || !/^\d{4}-\d{2}-\d{2}T/.test(written)) return undefined;
  const ms = Date.parse(written);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
