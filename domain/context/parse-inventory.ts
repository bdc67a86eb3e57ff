/**
 * Reads the asset inventory from two CSV documents: assets (name,address,zone,services,groups,owner,criticality; several
 * values in a cell are separated by `;`) and zones (name,cidrs). A wrong header is `inventory-invalid`; a bad row is rejected
 * with its line and the rest is kept. Text is data: it is kept as it is, and a name that is not a name is rejected.
 */
import { EdictError } from '../errors.ts';
import { canonicalAddress, canonicalCidr } from './address.ts';
import { readCsv } from './csv.ts';
import type { CsvRecord } from './csv.ts';
import type { Parsed } from './event.ts';
import type { Asset, Inventory, Zone } from './inventory.ts';
import { assertSize } from './limits.ts';

type Rejected = Parsed<never>['rejected'][number];
type Row = { readonly line: number; readonly cell: (column: string) => string };

const assetColumns = ['name', 'address', 'zone', 'services', 'groups', 'owner', 'criticality'] as const;
const zoneColumns = ['name', 'cidrs'] as const;
const aliases: { readonly [column: string]: string } = {
  addresses: 'address',
  ip: 'address',
  service: 'services',
  group: 'groups',
  cidr: 'cidrs',
};
const criticalities: readonly string[] = ['low', 'medium', 'high', 'critical'] satisfies Asset['criticality'][];
const assetName = /^[A-Za-z0-9._-]{1,128}$/;
/** Names of zones, services and groups may be in any script; they begin and end with a letter or a digit. */
const labelName = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]{0,126}[\p{L}\p{M}\p{N}])?$/u;

export type InventoryDocuments = { readonly assets: string; readonly zones?: string | undefined };
export type ParsedInventory = { readonly inventory: Inventory; readonly rejected: readonly Rejected[] };

export function parseInventory(documents: InventoryDocuments): ParsedInventory {
  const zones = parseZones(documents.zones ?? 'name,cidrs\n');
  const assets = parseAssets(documents.assets);
  return { inventory: { assets: assets.items, zones: zones.items }, rejected: [...zones.rejected, ...assets.rejected] };
}

export function parseAssets(text: string): Parsed<Asset> {
  const names = new Map<string, number>();
  const addresses = new Map<string, string>();
  return readRows({ text, document: 'inventory', columns: assetColumns, required: ['name', 'address', 'zone'] }, (row) => {
    const asset = readAsset(row);
    if (typeof asset === 'string') return asset;
    const earlier = names.get(asset.name.toLowerCase());
    if (earlier !== undefined) return `the name ${quote(asset.name)} is already on line ${earlier}`;
    const shared = asset.addresses.find((address) => addresses.has(address));
    if (shared !== undefined) return `the address ${quote(shared)} already belongs to ${quote(addresses.get(shared) ?? '')}`;
    names.set(asset.name.toLowerCase(), row.line);
    for (const address of asset.addresses) addresses.set(address, asset.name);
    return asset;
  });
}

export function parseZones(text: string): Parsed<Zone> {
  const names = new Map<string, number>();
  return readRows({ text, document: 'zones', columns: zoneColumns, required: ['name', 'cidrs'] }, (row) => {
    const name = row.cell('name');
    if (!labelName.test(name)) return `${quote(name)} is not a zone name`;
    const earlier = names.get(name.toLowerCase());
    if (earlier !== undefined) return `the zone ${quote(name)} is already on line ${earlier}`;
    const cidrs: string[] = [];
    for (const text of values(row.cell('cidrs'))) {
      const cidr = canonicalCidr(text);
      if (cidr === undefined) return `${quote(text)} is not a CIDR, or has bits set below its prefix`;
      cidrs.push(cidr);
    }
    names.set(name.toLowerCase(), row.line);
    return { name, cidrs };
  });
}

function readAsset(row: Row): Asset | string {
  const name = row.cell('name');
  if (!assetName.test(name)) return `${quote(name)} is not an asset name: letters, digits, \`.\`, \`_\` and \`-\`, at most 128`;
  const addresses: string[] = [];
  for (const text of values(row.cell('address'))) {
    const address = canonicalAddress(text);
    if (address === undefined) return `${quote(text)} is not an IPv4 or IPv6 address`;
    if (!addresses.includes(address)) addresses.push(address);
  }
  if (addresses.length === 0) return `${quote(name)} has no address`;
  const criticality = row.cell('criticality').toLowerCase() || 'medium';
  if (!criticalities.includes(criticality)) return `${quote(criticality)} is not a criticality: low, medium, high or critical`;
  const labels = { zone: [row.cell('zone')], services: values(row.cell('services')), groups: values(row.cell('groups')) };
  const bad = Object.values(labels)
    .flat()
    .find((label) => !labelName.test(label));
  if (bad !== undefined) return `${quote(bad)} is not a name of a zone, service or group`;
  const { services, groups } = labels;
  return {
    name,
    addresses,
    zone: row.cell('zone'),
    services,
    groups,
    owner: row.cell('owner'),
    criticality: criticality as Asset['criticality'],
  };
}

type Sheet = {
  readonly text: string;
  readonly document: string;
  readonly columns: readonly string[];
  readonly required: readonly string[];
};

/** `read` answers with the item, or with the reason why the row is rejected. */
function readRows<T extends object>(sheet: Sheet, read: (row: Row) => T | string): Parsed<T> {
  assertSize(sheet.text, sheet.document);
  const [header, ...records] = readCsv(sheet.text);
  const columns = readHeader(sheet, header);
  const items: T[] = [];
  const rejected: Rejected[] = [];
  for (const record of records) {
    const outcome = record.fault ?? shapeFault(record, columns) ?? read(rowOf(record, columns));
    if (typeof outcome === 'string') rejected.push({ where: `${sheet.document}:${record.line}`, reason: outcome });
    else items.push(outcome);
  }
  return { items, rejected };
}

function readHeader(sheet: Sheet, header: CsvRecord | undefined): readonly string[] {
  const given = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const columns = given.map((column) => aliases[column] ?? column);
  const fail = (message: string): never => {
    throw new EdictError('inventory-invalid', message, { where: `${sheet.document}:1`, expected: `the header ${sheet.columns.join(',')}` });
  };
  const unknown = columns.find((column) => !sheet.columns.includes(column));
  if (unknown !== undefined) fail(`unknown column ${quote(unknown)}`);
  const missing = sheet.required.find((column) => !columns.includes(column));
  if (missing !== undefined) fail(`the column ${quote(missing)} is missing`);
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  if (repeated !== undefined) fail(`the column ${quote(repeated)} is there twice`);
  return columns;
}

function shapeFault(record: CsvRecord, columns: readonly string[]): string | undefined {
  if (record.cells.length === columns.length) return undefined;
  return `${record.cells.length} cells where the header has ${columns.length}`;
}

function rowOf(record: CsvRecord, columns: readonly string[]): Row {
  return { line: record.line, cell: (column) => (record.cells[columns.indexOf(column)] ?? '').trim().normalize('NFC') };
}

function values(cell: string): readonly string[] {
  return [
    ...new Set(
      cell
        .split(';')
        .map((value) => value.trim())
        .filter((value) => value !== ''),
    ),
  ];
}

function quote(text: string): string {
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
