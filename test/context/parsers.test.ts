import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalAddress, canonicalCidr } from '../../domain/context/address.ts';
import { readCsv } from '../../domain/context/csv.ts';
import { maxDocumentChars } from '../../domain/context/limits.ts';
import { parseCloudTrail } from '../../domain/context/parse-cloudtrail.ts';
import { parseAssets, parseInventory, parseZones } from '../../domain/context/parse-inventory.ts';
import { parseStix } from '../../domain/context/parse-stix.ts';
import { parseZeek } from '../../domain/context/parse-zeek.ts';
import { EdictError } from '../../domain/errors.ts';
import { runs } from '../law.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const fixture = (name: string): string => read(`test/fixtures/context/${name}`);
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'no error';
  } catch (error) {
    if (error instanceof EdictError) return error.code;
    throw error;
  }
};

describe('the inventory', () => {
  const header = 'name,address,zone,services,groups,owner,criticality';

  it('of the demo is read whole', () => {
    const { inventory, rejected } = parseInventory({ assets: read('demo/data/inventory.csv'), zones: read('demo/data/zones.csv') });
    expect(rejected).toEqual([]);
    expect(inventory.assets).toHaveLength(30);
    expect(inventory.zones.map(({ name }) => name)).toEqual(['payments', 'data', 'dmz', 'office', 'management', 'forensics']);
    expect(inventory.assets.find(({ name }) => name === 'db-1')).toEqual({
      name: 'db-1',
      addresses: ['10.2.0.5', '2001:db8:2::5'],
      zone: 'data',
      services: ['postgresql'],
      groups: ['cardholder-db'],
      owner: 'payments-security',
      criticality: 'critical',
    });
  });

  it('understands a byte order mark, CRLF, quotes with line breaks, other column order and Unicode labels', () => {
    const text = '\u{feff}zone,name,addresses,owner\r\nBüro,"ws-1","10.0.0.1;2001:DB8:0::1","A ""B""\nC"\r\n\r\n支付,ws-2,10.0.0.2,\r\n';
    const { items, rejected } = parseAssets(text);
    expect(rejected).toEqual([]);
    expect(items.map(({ name, zone, addresses, owner, criticality }) => [name, zone, addresses, owner, criticality])).toEqual([
      ['ws-1', 'Büro', ['10.0.0.1', '2001:db8::1'], 'A "B"\nC', 'medium'],
      ['ws-2', '支付', ['10.0.0.2'], '', 'medium'],
    ]);
  });

  it.each([
    ['a formula as a name', '=cmd(),10.0.0.1,z,,,,', /`=cmd\(\)` is not an asset name/],
    ['a formula as a zone', 'a,10.0.0.1,@SUM(1),,,,', /`@SUM\(1\)` is not a name of a zone/],
    ['a formula as a group', 'a,10.0.0.1,z,,+1;-2,,', /`\+1` is not a name/],
    ['a bad address', 'a,10.0.0.300,z,,,,', /`10.0.0.300` is not an IPv4 or IPv6 address/],
    ['an address in octal', 'a,010.0.0.1,z,,,,', /`010.0.0.1` is not/],
    ['no address', 'a,,z,,,,', /has no address/],
    ['an unknown criticality', 'a,10.0.0.1,z,,,,urgent', /`urgent` is not a criticality/],
    ['too few cells', 'a,10.0.0.1', /2 cells where the header has 7/],
    ['an unclosed quote', '"a,10.0.0.1,z,,,,', /never closed/],
    ['text behind a quote', '"a"b,10.0.0.1,z,,,,', /text follows a closing quote/],
  ])('rejects %s by line and keeps the rest', (_, row, reason) => {
    const { items, rejected } = parseAssets(`${header}\nfirst,192.0.2.1,z,,,,\n${row}`);
    expect(items.map(({ name }) => name)).toEqual(['first']);
    expect(rejected).toEqual([{ where: 'inventory:3', reason: expect.stringMatching(reason) }]);
  });

  it('rejects a name and an address that are there already, naming where', () => {
    const { rejected } = parseAssets(`${header}\nA,10.0.0.1,z,,,,\na,10.0.0.2,z,,,,\nb,10.0.0.1,z,,,,`);
    expect(rejected).toEqual([
      { where: 'inventory:3', reason: 'the name `a` is already on line 2' },
      { where: 'inventory:4', reason: 'the address `10.0.0.1` already belongs to `A`' },
    ]);
  });

  it.each(['', 'a,b,c', 'name,address', 'name,address,zone,colour', 'name,address,zone,name', '{"json":1}'])(
    'with the header %j is refused',
    (text) => {
      expect(codeOf(() => parseAssets(text))).toBe('inventory-invalid');
    },
  );

  it('of more than the limit is refused', () => {
    expect(codeOf(() => parseAssets('x'.repeat(maxDocumentChars + 1)))).toBe('input-too-large');
  });

  it('takes zones in canonical form, and rejects a CIDR with host bits', () => {
    const { items, rejected } = parseZones('name,cidrs\nz,10.0.0.0/8;2001:DB8::/32\nbad,10.0.0.1/8\nz,192.0.2.0/24\n');
    expect(items).toEqual([{ name: 'z', cidrs: ['10.0.0.0/8', '2001:db8::/32'] }]);
    expect(rejected.map(({ where }) => where)).toEqual(['zones:3', 'zones:4']);
  });
});

describe('comma-separated values', () => {
  it('printed and read again are the same cells', () => {
    const cell = fc.string({ maxLength: 8 }).map((text) => text.replaceAll('\r', ''));
    const print = (rows: readonly (readonly string[])[]): string =>
      rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\r\n');
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
        expect(readCsv(print(rows)).map(({ cells }) => cells)).toEqual(rows);
      }),
      runs(200),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', undefined],
    ['0x7f.1', undefined],
    ['127.1', undefined],
    ['2130706433', undefined],
    ['10.0.0.01', undefined],
    ['', undefined],
  ])('%j is %j', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });

  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.1', '10.0.0.1/32'],
    ['2001:db8::/29', '2001:db8::/29'],
    ['10.0.0.1/8', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/8/8', undefined],
    ['::/0', '::/0'],
  ])('the CIDR %j is %j', (text, expected) => {
    expect(canonicalCidr(text)).toBe(expected);
  });
});

describe('Zeek’s conn.log', () => {
  it('of the emulation and of the demo is read whole', () => {
    expect(parseZeek(read('demo/data/conn-apt29.log'))).toMatchObject({ rejected: [], items: { length: 613 } });
    expect(parseZeek(read('demo/data/conn-payments-synthetic.log'))).toMatchObject({ rejected: [], items: { length: 143 } });
  });

  it('is read in both spellings, and what cannot be read is told by line', () => {
    const { items, rejected } = parseZeek(fixture('conn-mixed.log'));
    expect(items.map(({ id, from, to, protocol, port, at }) => [id, from, to, protocol, port, at])).toEqual([
      ['Cw1Hz43UWS4qXFei8f', '10.0.1.4', '10.0.0.4', 'udp', 53, '2020-04-30T00:06:38.900Z'],
      [expect.any(String), '10.0.1.4', '10.0.0.4', 'tcp', 445, expect.any(String)],
      ['Cdotted', '2001:db8::10', '2001:db8::53', 'udp', 53, '2026-11-06T21:20:00.500Z'],
      ['Ciso', '10.0.0.1', '10.0.0.2', 'icmp', 0, '2026-11-25T10:00:00.250Z'],
    ]);
    expect(rejected).toEqual([
      { where: 'conn.log:5', reason: '`id.orig_h` is not an address' },
      { where: 'conn.log:6', reason: '`id.resp_p` is not a port' },
      { where: 'conn.log:7', reason: '`ts` is neither seconds since 1970 nor RFC 3339' },
      { where: 'conn.log:8', reason: '`uid` is missing' },
      { where: 'conn.log:9', reason: 'the uid `Cdotted` is there twice' },
      { where: 'conn.log:10', reason: 'not a JSON object' },
      { where: 'conn.log:11', reason: 'not JSON' },
      { where: 'conn.log:13', reason: '`uid` is missing' },
    ]);
  });

  it('is read as tab-separated text with its header', () => {
    const { items, rejected } = parseZeek(fixture('conn-tab.log'));
    expect(items).toMatchObject([
      { id: 'Ctab1', application: 'dns', sentBytes: 39, receivedBytes: 55, state: 'SF' },
      { id: 'Ctab2', application: undefined, sentBytes: 0, state: 'S0' },
    ]);
    expect(rejected).toEqual([{ where: 'conn.log:10', reason: '3 cells where `#fields` has 12' }]);
  });

  it('never throws on content', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.json(), (text, json) => {
        for (const parse of [parseZeek, parseCloudTrail]) for (const document of [text, json, `#fields\t${text}\n${json}`]) parse(document);
      }),
      runs(200),
    );
  });
});

describe('CloudTrail', () => {
  it('is read from a document of records, and what cannot be read is told by place', () => {
    const { items, rejected } = parseCloudTrail(fixture('cloudtrail-mixed.json'));
    expect(items).toHaveLength(5);
    expect(items[0]).toMatchObject({
      action: 's3:GetBucketPublicAccessBlock',
      outcome: 'failure',
      errorCode: 'NoSuchPublicAccessBlockConfiguration',
    });
    expect(items.slice(3)).toMatchObject([
      { id: 'e-login', principal: 'eve', action: 'signin:ConsoleLogin', from: '203.0.113.7', outcome: 'failure' },
      { id: 'e-role', principal: 'arn:aws:iam::1:role/r', from: 'ec2.amazonaws.com', outcome: 'success' },
    ]);
    expect(rejected).toEqual([
      { where: '/Records/3', reason: '`eventTime` is not RFC 3339' },
      { where: '/Records/4', reason: '`eventID` is missing' },
      { where: '/Records/5', reason: 'not a JSON object' },
    ]);
  });

  it('is read as one record a line', () => {
    const lines = (JSON.parse(fixture('cloudtrail-mixed.json')) as { Records: unknown[] }).Records.map((record) =>
      JSON.stringify(record),
    ).join('\n');
    expect(parseCloudTrail(lines).items).toEqual(parseCloudTrail(fixture('cloudtrail-mixed.json')).items);
  });
});

describe('STIX', () => {
  it('gives the atomic comparisons, one indicator each', () => {
    const { items } = parseStix(fixture('stix-mixed.json'));
    expect(items.map(({ id, type, value }) => [id.slice(-3), type, value])).toEqual([
      ['001', 'ipv4', '203.0.113.9'],
      ['2#1', 'ipv4', '198.51.100.0/24'],
      ['2#2', 'ipv6', '2001:db8::1'],
      ['2#3', 'domain', 'evil.example'],
      ['003', 'url', "http://x.example/it's"],
      ['004', 'file-hash', 'ef537f25c895bfa782526529a9b63d97aa631564d5d789c2b765448c8635fb6c'],
    ]);
    expect(items[0]).toMatchObject({ name: 'one', labels: ['malicious-activity'], confidence: 85, validFrom: '2026-10-01T08:00:00.000Z' });
  });

  it('rejects what says more than it reads, by id and with the reason', () => {
    const { rejected } = parseStix(fixture('stix-mixed.json'));
    expect(rejected.map(({ where, reason }) => `${where.slice(-3)} ${reason}`)).toEqual([
      '005 comparisons joined by anything but OR are not read',
      '006 comparisons other than `=` are not read',
      '007 observations joined by anything but OR, or qualified, are not read',
      '008 observations joined by anything but OR, or qualified, are not read',
      '009 `not an address` is not an ipv4 address',
      '010 comparisons of `windows-registry-key:key` are not read',
      '011 the value of a comparison is not text in quotes',
      '012 the pattern language `yara` is not read',
      '013 it is revoked',
      '001 the id is there twice',
      '014 `10.0.0.1/8` is not an ipv4 address',
      'nse the id is not `indicator--<uuid>`',
      '/17 not a JSON object',
    ]);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"type":"indicator"}',
    '{"type":"bundle","objects":7}',
    '{"type":"bundle","spec_version":"2.0","objects":[]}',
    '[['.repeat(50_000),
  ])('%j is no 2.1 bundle', (text) => {
    expect(codeOf(() => parseStix(text))).toBe('stix-invalid');
  });

  it('never throws anything but an error of the table', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."[]=' ORipv4-addr:value\\".split('')), maxLength: 60 }), (pattern) => {
        const id = 'indicator--00000000-0000-4000-8000-000000000001';
        const bundle = {
          type: 'bundle',
          objects: [{ type: 'indicator', id, pattern_type: 'stix', pattern, valid_from: '2026-10-01T08:00:00Z' }],
        };
        const { items, rejected } = parseStix(JSON.stringify(bundle));
        expect(items.length === 0).toBe(rejected.length === 1);
      }),
      runs(300),
    );
  });
});
