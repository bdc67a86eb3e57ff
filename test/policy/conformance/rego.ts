/** Rego in the conformance suite: checked and asked in OPA. */
import { checkRego, evalRego } from '../engines.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';

const data = (change: (rules: any) => void) => json(({ edict }) => change(edict.rules));
const answerOf = ({ answers }: any, rule: string): any =>
  Object.values<any>(answers).find(({ determining, erring }) => erring.length === 0 && determining[0] === `planted/${rule}`);
const tcp = ({ service }: any) => service.tcp;
/** What is said of the network around. */
const around = (table: any) => table.networks['*'];

/** The node that asks for the source, of an IPv4 destination. */
const nodeOf = ({ destination, nodes }: any, host: string): any => nodes.source[destination['4'].hosts[host]];
/** Short cuts drawn again, where nobody asks for source ports or times. */
const plainAgain = ({ flow, nodes, plain }: any): void => {
  for (const node of Object.keys(plain)) {
    const edges = nodes.flow[node];
    if (edges !== undefined) plain[node] = edges[flow.forward.new] ?? edges['*'];
  }
};

const mutations: readonly Mutation[] = [
  ['an allow that denies', 'refuted', data((rules) => (answerOf(rules, 'database').decision = 'deny'))],
  ['a deny that allows', 'refuted', data((rules) => (answerOf(rules, 'no-guests').decision = 'allow'))],
  ['a claim that does not apply', 'refuted', data((rules) => (answerOf(rules, 'only-web').decision = 'not-applicable'))],
  ['another rule that determines', 'equivalent', data((rules) => (answerOf(rules, 'database').determining = ['planted/web']))],
  [
    'another port',
    'refuted',
    data((rules) => {
      const { ports } = tcp(rules);
      [ports['5432'], ports['5433']] = [tcp(rules).rest, ports['5432']];
    }),
  ],
  ['a port more', 'refuted', data((rules) => (tcp(rules).ports['8100'] = tcp(rules).ports['8099']))],
  ['a port less', 'refuted', data((rules) => delete tcp(rules).ports['8050'])],
  ['a port listed as what it is', 'equivalent', data((rules) => (tcp(rules).ports['9'] = tcp(rules).rest))],
  ['ports as a range', 'equivalent', data((rules) => tcp(rules).ranges.push([8_000, 8_099, tcp(rules).ports['8050']]))],
  ['a range of other ports', 'refuted', data((rules) => tcp(rules).ranges.push([8_100, 8_200, tcp(rules).ports['8050']]))],
  ['UDP as TCP', 'refuted', data(({ service }) => (service.udp = service.tcp))],
  ['ICMP as what is nothing special', 'refuted', data(({ service }) => (service.icmp.rest = service['*']))],
  ['an address more', 'refuted', data(({ source }) => (source['4'].hosts['10.1.0.77'] = source['4'].hosts['10.1.0.10']))],
  ['an address less', 'refuted', data(({ source }) => delete source['4'].hosts['10.1.0.10'])],
  ['a network less', 'refuted', data(({ source }) => delete source['4'].networks['10.9'])],
  ['a wider network', 'refuted', data(({ source }) => (source['4'].networks['10.8'] = source['4'].networks['10.9']))],
  [
    'an address listed as what it is',
    'equivalent',
    data(({ destination }) => (destination['4'].hosts['192.0.2.1'] = around(destination['4']))),
  ],
  ['an IPv6 address less', 'refuted', data(({ destination }) => delete destination['6'].hosts['2001:db8:2::5'])],
  [
    'a wider IPv6 network',
    'refuted',
    data(({ source }) => {
      source['6'].bits.push(1);
      source['6'].bits.sort((a: number, b: number) => b - a);
      source['6'].networks['8000::/1'] = source['6'].networks['2001:db8::/32'];
    }),
  ],
  ['a destination that leads to the rest', 'refuted', data(({ destination }) => delete destination['4'].hosts['10.2.0.5'])],
  ['an edge that leads to the rest', 'refuted', data((rules) => delete nodeOf(rules, '10.2.0.5')['10.1.0.10'])],
  [
    'an edge of a class that nobody has',
    'equivalent',
    data((rules) => (nodeOf(rules, '10.2.0.5')['nobody'] = nodeOf(rules, '10.2.0.5')['*'])),
  ],
  [
    'a node that nothing leads to',
    'equivalent',
    data(({ nodes }) => (nodes.source['left over'] = nodes.source[Object.keys(nodes.source)[0]!])),
  ],
  [
    'families swapped',
    'refuted',
    data(({ destination }) => {
      const { '4': four, '6': six } = destination;
      [four.hosts['10.2.0.5'], six.hosts['2001:db8:2::5']] = [six.hosts['2001:db8:2::5'], four.hosts['10.2.0.5']];
    }),
  ],
  [
    'a family that is forgotten',
    'refuted',
    data(({ destination }) => {
      destination['6'].hosts = {};
      destination['6'].networks = { '::/0': destination['6'].networks['::/0'] };
    }),
  ],
  [
    'a window that begins a minute later',
    'refuted',
    data(({ minute }) => {
      minute.ranges[0][1] += 1;
      minute.ranges[1][0] += 1;
    }),
  ],
  [
    'a window that ends a minute later',
    'refuted',
    data(({ minute }) => {
      minute.ranges[1][1] += 1;
      minute.ranges[2][0] += 1;
    }),
  ],
  ['a window that is always', 'refuted', data(({ minute }) => minute.ranges.forEach((range: any) => (range[2] = minute.ranges[1][2])))],
  [
    'new connections as if they stood',
    'refuted',
    data(({ flow, ...rules }) => {
      flow.forward.new = flow.forward.established;
      // The short cut is another such error, and told of by itself.
      plainAgain({ flow, ...rules });
    }),
  ],
  ['what comes in as if it went through', 'equivalent', data(({ flow }) => (flow.in = flow.forward))],
  ['another time zone', 'unreadable', data((rules) => (rules.timezone = 'UTC'))],
  ['isolations that nobody asked for', 'unreadable', json(({ edict }) => edict.isolations.push({ key: 'x', addresses: [], allow: [] }))],
  ['an answer that is gone', 'unreadable', data((rules) => delete rules.answers[Object.keys(rules.answers)[0]!])],
  ['an answer of its own', 'unreadable', data((rules) => (answerOf(rules, 'web').decision = 'audit'))],
  ['a key that means nothing here', 'unreadable', data((rules) => (answerOf(rules, 'web').enabled = false))],
  ['a node without a rest', 'unreadable', data((rules) => delete nodeOf(rules, '10.2.0.5')['*'])],
  ['a destination that leads nowhere', 'unreadable', data(({ destination }) => (destination['4'].hosts['10.2.0.5'] = 'nowhere'))],
  [
    'a short cut that leads elsewhere',
    'unreadable',
    data(({ plain }) => {
      const [one = '', other = ''] = Object.keys(plain);
      [plain[one], plain[other]] = [plain[other], plain[one]];
    }),
  ],
  ['ports of ICMP', 'unreadable', data(({ service }) => (service.icmp = { ports: { 7: '*' }, ranges: [], rest: service.icmp.rest }))],
  ['a protocol by number that has a name', 'unreadable', data(({ service }) => (service['proto/6'] = service.tcp))],
  ['a network among hosts', 'unreadable', data(({ source }) => (source['4'].hosts['10.8'] = source['4'].networks['10.9']))],
  ['a port in another form', 'unreadable', data((rules) => (tcp(rules).ports['05432'] = tcp(rules).rest))],
  [
    'ranges that overlap',
    'unreadable',
    data((rules) => tcp(rules).ranges.push([9_000, 9_999, tcp(rules).rest], [9_500, 9_600, tcp(rules).ports['8050']])),
  ],
  ['an octal address', 'unreadable', data(({ source }) => (source['4'].networks['012.1'] = around(source['4'])))],
  ['a network of a length that nobody asks for', 'unreadable', data(({ source }) => (source['6'].networks['4000::/2'] = '::'))],
  ['a network in upper case', 'unreadable', data(({ source }) => (source['6'].networks['2001:DB8::/32'] = '::'))],
  ['an address of no class', 'unreadable', data(({ destination }) => delete destination['4'].networks['*'])],
  ['a minute of no class', 'unreadable', data(({ minute }) => minute.ranges.pop())],
  ['no JSON', 'unreadable', (text) => text.slice(1)],
  ['the policy itself changed, however little', 'unreadable', line(/number <= 65535/, () => 'number < 65535'), 'policy.rego'],
];

export const rego: Conformance = {
  target: 'rego',
  file: 'data.json',
  mutations,
  engine: {
    needs: ['opa'],
    validate: checkRego,
    spoil: (text) => text.replace(/^package .*$/m, 'packet edict'),
    decide: (artifact, requests) => evalRego(artifact, requests).map(({ decision }) => decision),
  },
};
