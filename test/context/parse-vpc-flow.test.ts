import { expect, it } from '@jest/globals';
import { parseVpcFlow } from '../../domain/context/parse-vpc-flow.ts';

const line = (...[from, to, sourcePort, port, protocol = '6']: readonly string[]) =>
  `2 123456789010 eni-1235b8ca ${from} ${to} ${sourcePort} ${port} ${protocol} 20 4249 1418530010 1418530070 ACCEPT OK`;

it('reads lines of the default format, and leaves out the answers', () => {
  const text = [
    line('172.31.16.139', '172.31.16.21', '20641', '22'),
    line('172.31.16.21', '172.31.16.139', '22', '20641'),
    line('172.31.9.69', '172.31.9.12', '49761', '3389', '17'),
    line('2001:db8::1', '2001:db8::2', '0', '0', '58'),
    '2 123456789010 eni-1235b8ca - - - - - - - 1431280876 1431280934 - NODATA',
  ].join('\n');
  const { items, rejected } = parseVpcFlow(text);
  expect(rejected).toEqual([]);
  expect(items.map(({ from, to, protocol, port }) => [from, to, protocol, port])).toEqual([
    ['172.31.16.139', '172.31.16.21', 'tcp', 22],
    ['172.31.9.69', '172.31.9.12', 'udp', 3389],
    ['2001:db8::1', '2001:db8::2', 'icmp', 0],
  ]);
  expect(items[0]).toMatchObject({ at: '2014-12-14T04:06:50.000Z', sentBytes: 4249, state: 'ACCEPT' });
});

it('reads a format of its own by its header, and answers by their flags', () => {
  const text =
    'srcaddr dstaddr srcport dstport protocol start tcp-flags\n10.0.0.1 10.0.0.2 9000 80 6 1 2\n10.0.0.9 10.0.0.1 80 9000 6 1 18\n';
  expect(parseVpcFlow(text).items).toMatchObject([{ from: '10.0.0.1', to: '10.0.0.2', port: 80 }]);
});

it.each([
  ['2 1 eni 10.0.0.1', '4 fields, where 14 are named'],
  [line('printer', '10.0.0.1', '1', '2'), '`srcaddr` or `dstaddr` is not an address'],
  [line('10.0.0.2', '10.0.0.1', '1', '99999'), '`dstport` is not a port'],
  [line('10.0.0.2', '10.0.0.1', '1', '22').replace('1418530010', 'soon'), '`start` is not seconds since 1970'],
])('reports what it cannot read, with its line: %s', (text, reason) => {
  expect(parseVpcFlow(`\n${text}`)).toEqual({ items: [], rejected: [{ where: 'flow-log:2', reason }] });
});
