/**
 * Reads VPC flow logs: lines of the default format, or of a custom one with its header line of field names.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 *
 * A record is one direction of a connection, so that answers are there too. A record is taken for an answer, and left out, where TCP's
 * flags say so (SYN and ACK, RFC 9293), or where the same document holds its reverse with the lower destination port.
 */
import { canonicalAddress } from './address.ts';
import type { Connection, Parsed } from './event.ts';
import { withoutBom } from './json-lines.ts';
import { assertSize } from './limits.ts';

const defaultFields =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'.split(' ');

type FlowRecord = Connection & { readonly sourcePort: number; readonly flags: number };

export function parseVpcFlow(text: string): Parsed<Connection> {
  assertSize(text, 'flow log');
  const items: FlowRecord[] = [];
  const rejected: { where: string; reason: string }[] = [];
  let fields: readonly string[] = defaultFields;
  withoutBom(text)
    .split('\n')
    .forEach((raw, index) => {
      const cells = raw.trim().split(/\s+/);
      if (cells[0] === '') return;
      if (cells.includes('srcaddr')) fields = cells;
      else {
        const where = `flow-log:${index + 1}`;
        const record = readRecord(cells, fields, where);
        if (typeof record === 'string') rejected.push({ where, reason: record });
        else if (record !== undefined) items.push(record);
      }
    });
  return { items: withoutAnswers(items), rejected };
}

/** `undefined` for a line that says that there was nothing to record. */
function readRecord(cells: readonly string[], fields: readonly string[], id: string): FlowRecord | string | undefined {
  if (cells.length !== fields.length) return `${cells.length} fields, where ${fields.length} are named`;
  const cell: Cell = (name) => cells[fields.indexOf(name)] ?? '-';
  if (cell('log-status') === 'NODATA' || cell('log-status') === 'SKIPDATA') return undefined;
  const [from, to] = [canonicalAddress(cell('srcaddr')), canonicalAddress(cell('dstaddr'))];
  if (from === undefined || to === undefined) return '`srcaddr` or `dstaddr` is not an address';
  const start = whole(cell('start'), 253_402_300_799);
  if (start === undefined) return '`start` is not seconds since 1970';
  const service = serviceOf(cell);
  if (service === undefined) return '`dstport` is not a port';
  return { id, at: new Date(start * 1_000).toISOString(), from, to, ...service, ...detailsOf(cell) };
}

type Cell = (name: string) => string;

function serviceOf(cell: Cell): Pick<FlowRecord, 'protocol' | 'port'> | undefined {
  const protocol = protocolOf(whole(cell('protocol'), 255));
  const port = protocol === 'tcp' || protocol === 'udp' ? whole(cell('dstport'), 65_535) : 0;
  return port === undefined ? undefined : { protocol, port };
}

function detailsOf(cell: Cell): Pick<FlowRecord, 'sentBytes' | 'receivedBytes' | 'sourcePort' | 'flags' | 'state'> {
  return {
    sentBytes: whole(cell('bytes'), Number.MAX_SAFE_INTEGER) ?? 0,
    receivedBytes: 0,
    sourcePort: whole(cell('srcport'), 65_535) ?? 0,
    flags: whole(cell('tcp-flags'), 255) ?? 0,
    ...(cell('action') === '-' ? {} : { state: cell('action').slice(0, 16) }),
  };
}

function whole(text: string, most: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : undefined;
}

function protocolOf(number: number | undefined): Connection['protocol'] {
  if (number === 6) return 'tcp';
  if (number === 17) return 'udp';
  return number === 1 || number === 58 ? 'icmp' : 'other';
}

const synAck = 18;

function withoutAnswers(records: readonly FlowRecord[]): readonly Connection[] {
  const there = new Set(records.map(({ from, to, protocol, sourcePort, port }) => key({ from, to, protocol, sourcePort, port })));
  return records
    .filter(({ from, to, protocol, port, sourcePort, flags }) => {
      if (protocol === 'tcp' && (flags & synAck) === synAck) return false;
      const reverse = key({ from: to, to: from, protocol, sourcePort: port, port: sourcePort });
      return !(sourcePort < port && there.has(reverse));
    })
    .map(({ sourcePort: _sourcePort, flags: _flags, ...connection }) => connection);
}

function key({ from, to, protocol, sourcePort, port }: Pick<FlowRecord, 'from' | 'to' | 'protocol' | 'sourcePort' | 'port'>): string {
  return `${from} ${sourcePort} ${to} ${port} ${protocol}`;
}
