import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import type { NetworkRequest } from '../../../../domain/policy/model.ts';
import { parseXml, type XmlElement } from '../../../../domain/policy/targets/pan-os/parse.ts';
import { readPaloAlto } from '../../../../domain/policy/targets/pan-os/read.ts';
import type { ReadOptions } from '../../../../domain/policy/targets/rulebase-reading/reading.ts';
import { decideRead } from '../../read-decision.ts';
import { runs } from '../../../law.ts';

const tcp = (from: string, to: string, port: number, rest: Partial<NetworkRequest> = {}): NetworkRequest => ({
  kind: 'network',
  from,
  to,
  protocol: 'tcp',
  port,
  ...rest,
});

const list = (name: string, members: string) =>
  `<${name}>${members
    .split(' ')
    .map((each) => `<member>${each}</member>`)
    .join('')}</${name}>`;

type Rule = { readonly [part in 'from' | 'to' | 'source' | 'destination' | 'application' | 'service' | 'action' | 'more']?: string };

function rule(name: string, { action = 'allow', more = '', ...lists }: Rule): string {
  const parts = Object.entries({ from: 'any', to: 'any', source: 'any', destination: 'any', application: 'any', service: 'any', ...lists });
  return `<entry name="${name}">${parts.map(([part, members]) => list(part, members)).join('')}<action>${action}</action>${more}</entry>`;
}

const objects = `
<address><entry name="db"><ip-netmask>10.2.0.5</ip-netmask></entry><entry name="pool"><ip-range>10.2.0.10-10.2.0.20</ip-range></entry>
<entry name="named"><fqdn>x.example</fqdn></entry></address>
<address-group><entry name="servers"><static><member>db</member><member>pool</member></static></entry></address-group>
<service><entry name="alt"><protocol><tcp><port>8080,8443-8444</port><source-port>1024-65535</source-port></tcp></protocol></entry></service>
<service-group><entry name="web">${list('members', 'service-https alt')}</entry></service-group>
<application><entry name="path-mtu"><default><ident-by-icmp-type><type>3</type><code>4</code></ident-by-icmp-type></default></entry></application>`;

const firewall = (rules: string, more = '', own = objects) =>
  `<?xml version="1.0"?>\n<config><shared><address><entry name="office"><ip-netmask>10.1.7.7/16</ip-netmask></entry></address></shared>
<devices><entry name="localhost.localdomain"><vsys><entry name="vsys1">${own}<rulebase><security><rules>${rules}</rules></security>${more}</rulebase></entry></vsys></entry></devices></config>`;

const read = (text: string, options: ReadOptions = {}) => readPaloAlto(text, 'running.xml', options);
const decide = (text: string, request: NetworkRequest, options: ReadOptions = {}) => decideRead(read(text, options).rules, request);

describe('a configuration of PAN-OS', () => {
  const text = firewall(
    rule('off', { action: 'deny', more: '<disabled>yes</disabled>' }) +
      rule('web', { source: 'office', destination: 'servers', service: 'web' }) +
      rule('pings', { source: '10.1.0.0/16 192.0.2.1-192.0.2.9', application: 'ping path-mtu', service: 'application-default' }) +
      rule('others', {
        source: 'servers',
        more: '<negate-source>yes</negate-source>',
        destination: '198.51.100.7',
        service: 'service-http',
      }),
  );

  it.each([
    ['a service that comes with the firewall', tcp('10.1.0.1', '10.2.0.5', 443), 'allow'],
    ['one of several ports', tcp('10.1.0.1', '10.2.0.15', 8444, { sourcePort: 2000 }), 'allow'],
    ['a source port that is not asked for', tcp('10.1.0.1', '10.2.0.15', 8444, { sourcePort: 80 }), 'deny'],
    ['a shared address, whose bits behind the prefix mean nothing', tcp('10.1.255.1', '10.2.0.5', 443), 'allow'],
    ['an address as it stands in a rule', tcp('192.0.2.5', '10.9.0.1', 0, { protocol: 'icmp' }), 'allow'],
    ['another ICMP type', tcp('192.0.2.5', '10.9.0.1', 0, { protocol: 'icmp', icmpType: 13 }), 'deny'],
    ['an ICMP type with its code', tcp('10.1.0.1', '10.9.0.1', 0, { protocol: 'icmp', icmpType: 3, icmpCode: 4 }), 'allow'],
    ['a source that is turned around', tcp('10.9.0.1', '198.51.100.7', 8080), 'allow'],
    ['a source that is turned around, within', tcp('10.2.0.5', '198.51.100.7', 8080), 'deny'],
    ['nothing that a rule speaks of', tcp('10.9.0.1', '10.9.0.2', 1), 'deny'],
  ] as const)('is read: %s', (_, request, decision) => {
    expect(decide(text, request)).toBe(decision);
  });

  it.each([
    ['::/0', '192.0.2.1', 'allow'],
    ['::/96', '192.0.2.1', 'allow'],
    ['::192.0.2.0/120', '192.0.2.1', 'allow'],
    ['::192.0.2.0/120', '192.0.3.1', 'deny'],
    ['2000::/3', '192.0.2.1', 'deny'],
    ['0.0.0.0/0', '::c000:201', 'deny'],
  ] as const)('takes an IPv4 address for one of ::/96, never the other way round: %s holds %s: %s', (source, from, decision) => {
    const to = from.includes(':') ? '2001:db8::1' : '10.0.0.1';
    expect(
      decide(
        firewall(rule('a', { source: 'v6' }), '', `<address><entry name="v6"><ip-netmask>${source}</ip-netmask></entry></address>`),
        tcp(from, to, 1),
      ),
    ).toBe(decision);
  });

  it('asks pre-rules first and post-rules last', () => {
    const group = (pre: string, post: string) =>
      `<config><devices><entry name="localhost.localdomain"><device-group><entry name="branch">
<post-rulebase><security><rules>${post}</rules></security></post-rulebase><pre-rulebase><security><rules>${pre}</rules></security></pre-rulebase>
</entry></device-group></entry></devices></config>`;
    expect(decide(group(rule('a', { action: 'deny' }), rule('b', {})), tcp('10.0.0.1', '10.0.0.2', 1))).toBe('deny');
    expect(decide(group(rule('b', {}), rule('a', { action: 'drop' })), tcp('10.0.0.1', '10.0.0.2', 1))).toBe('allow');
  });

  it.each([
    ['inside', 'outside', 'allow'],
    ['outside', 'inside', 'deny'],
    ['inside', 'inside', 'not-applicable'],
  ] as const)('means what it says between the zones that are asked about: %s to %s', (from, to, decision) => {
    const zoned = firewall(
      rule('a', { from: 'inside', to: 'outside dmz' }) +
        rule('b', { from: 'outside', more: '<rule-type>interzone</rule-type>', action: 'deny' }),
    );
    expect(decide(zoned, tcp('10.0.0.1', '10.0.0.2', 1), { between: { from, to } })).toBe(decision);
    expect(() => read(zoned)).toThrow(expect.objectContaining({ code: 'artifact-unreadable', where: 'running.xml:9' }));
  });

  it.each([
    ['an application by what packets hold', rule('a', { application: 'web-browsing' }), 9],
    ['a host by name', rule('a', { source: 'named' }), 9],
    ['a user', rule('a', { more: list('source-user', 'alice') }), 9],
    ['a device that a rule is for', rule('a', { more: '<target/>' }), 9],
    ['an action that nobody knows', rule('a', { action: 'shrug' }), 9],
    ['a schedule on no clock', rule('a', { more: '<schedule>night</schedule>' }), 9],
    ['any application on its ports', rule('a', { service: 'application-default' }), 9],
    ['a rule that is not there', '<rule/>', 9],
  ])('refuses %s, with its line', (_, rules, line) => {
    expect(() => read(firewall(rules))).toThrow(expect.objectContaining({ code: 'artifact-unreadable', where: `running.xml:${line}` }));
  });

  it('goes on without what it does not understand where somebody asks for that', () => {
    const { rules, unread } = read(firewall(rule('a', { application: 'web-browsing' }) + rule('b', {})), { isLenient: true });
    expect(unread).toEqual([{ line: 9, text: 'rule a', reason: expect.stringContaining('web-browsing') }]);
    expect(rules.flatMap(({ where }) => where?.text ?? [])).toEqual(['b']);
  });
});

describe('XML', () => {
  it.each([
    '<a><b></a>',
    '<a></b></a>',
    '<a>',
    '<a/><c/>',
    '<a x=1/>',
    '<a x="1" x="2"/>',
    '<a>&foo;</a>',
    '<a>&amp</a>',
    '<a>&#0;</a>',
    'x<a/>',
    '<a>t<b/></a>',
    '<!DOCTYPE a><a/>',
    '<a><?php x ?></a>',
    '<a><!-- <b> </a>',
    '',
  ])('that is not well formed, or that is more than a configuration, is refused: %s', (text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ code: 'artifact-unreadable' }));
  });

  const name = fc.constantFrom('entry', 'member', 'a-b', 'x.y', 'ip_6');
  const text = fc.stringMatching(/^[ -~]{1,8}$/).filter((each) => each !== '' && each.trim() === each);
  const escaped = (plain: string) =>
    plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc
      .record({
        name,
        attribute: fc.option(text),
        body: fc.oneof(
          { depthSize: 'small' },
          text.map(escaped),
          fc.array(tie('tree'), { maxLength: 4 }).map((all) => all.join('\n<!-- <x> -->')),
        ),
      })
      .map(({ name: tag, attribute, body }) => `<${tag}${attribute === null ? '' : ` name="${escaped(attribute)}"`}>${body}</${tag}>`),
  }));
  const other = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    trimValues: true,
  });

  it('is read as the library reads it', () => {
    fc.assert(
      fc.property(tree, (xml) => expect(plainOf(parseXml(xml))).toEqual(libraryForm(other.parse(xml)[0]))),
      runs(60),
    );
  });
});

function plainOf({ name, attributes, children, text }: XmlElement): unknown {
  return {
    name,
    attributes: Object.fromEntries(attributes),
    children: children.length > 0 ? children.map(plainOf) : text === '' ? [] : [text],
  };
}

function libraryForm({ ':@': attributes = {}, ...rest }: any): unknown {
  const [name, children] = Object.entries<any>(rest)[0]!;
  return { name, attributes, children: children.map((child: any) => ('#text' in child ? child['#text'] : libraryForm(child))) };
}
