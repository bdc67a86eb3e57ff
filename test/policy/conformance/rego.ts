/** Rego in the conformance suite: checked and asked in OPA. */
import { checkRego, evalRego } from '../engines.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';

const data = (change: (rules: any) => void) => json(({ edict }) => change(edict.rules));
const answerOf = ({ answers }: any, rule: string): any =>
  Object.values<any>(answers).find(({ determining, erring }) => erring.length === 0 && determining[0] === `planted/${rule}`);
const tcp = ({ lines }: any) => lines.service['6'];
/** What is said of the network around. */
const around = (table: any) => table['*'];

const mutations: readonly Mutation[] = [
  ['an allow that denies', 'refuted', data((rules) => (answerOf(rules, 'database').decision = 'deny'))],
  ['a deny that allows', 'refuted', data((rules) => (answerOf(rules, 'no-guests').decision = 'allow'))],
  ['a claim that does not apply', 'refuted', data((rules) => (answerOf(rules, 'only-web').decision = 'not-applicable'))],
  ['another rule that determines', 'equivalent', data((rules) => (answerOf(rules, 'database').determining = ['planted/web']))],
  [
    'another port',
    'refuted',
    data((rules) => {
      const { at } = tcp(rules);
      [at['5432'], at['5433']] = [tcp(rules).rest, at['5432']];
    }),
  ],
  ['a port more', 'refuted', data((rules) => (tcp(rules).at['8100'] = tcp(rules).at['8099']))],
  ['a port less', 'refuted', data((rules) => delete tcp(rules).at['8050'])],
  ['a port listed as what it is', 'equivalent', data((rules) => (tcp(rules).at['9'] = tcp(rules).rest))],
  ['ports as a range', 'equivalent', data((rules) => tcp(rules).ranges.push([8_000, 8_099, tcp(rules).at['8050']]))],
  ['a range of other ports', 'refuted', data((rules) => tcp(rules).ranges.push([8_100, 8_200, tcp(rules).at['8050']]))],
  ['UDP as TCP', 'refuted', data(({ lines }) => (lines.service['17'] = lines.service['6']))],
  ['ICMP as what is nothing special', 'refuted', data(({ lines }) => (lines.service['1'].rest = lines.service['*']))],
  ['an address more', 'refuted', data(({ lines }) => (lines.source['4']['10.1.0.77'] = lines.source['4']['10.1.0.10']))],
  ['an address less', 'refuted', data(({ lines }) => delete lines.source['4']['10.1.0.10'])],
  ['a network less', 'refuted', data(({ lines }) => delete lines.source['4']['10.9'])],
  ['a wider network', 'refuted', data(({ lines }) => (lines.source['4']['10.8'] = lines.source['4']['10.9']))],
  [
    'an address listed as what it is',
    'equivalent',
    data(({ lines }) => (lines.destination['4']['192.0.2.1'] = around(lines.destination['4']))),
  ],
  ['an IPv6 address less', 'refuted', data(({ lines }) => delete lines.destination['6'].networks['2001:db8:2::5/128'])],
  [
    'a wider IPv6 network',
    'refuted',
    data(({ lines }) => {
      lines.source['6'].bits.push(1);
      lines.source['6'].bits.sort((a: number, b: number) => b - a);
      lines.source['6'].networks['8000::/1'] = lines.source['6'].networks['2001:db8::/32'];
    }),
  ],
  ['an edge that leads to the rest', 'refuted', data(({ nodes }) => delete nodes.destination['4']['10.2.0.5'])],
  [
    'an edge of a class that nobody has',
    'equivalent',
    data(({ nodes }) => (nodes.destination['4']['nobody'] = nodes.destination['4']['*'])),
  ],
  [
    'a node that nothing leads to',
    'equivalent',
    data(({ nodes }) => (nodes.source['left over'] = nodes.source[Object.keys(nodes.source)[0]!])),
  ],
  ['families swapped', 'refuted', data((rules) => (rules.roots = { 4: rules.roots['6'], 6: rules.roots['4'] }))],
  [
    'a family that is forgotten',
    'refuted',
    data((rules) => (rules.roots['6'] = Object.keys(rules.answers).find((key) => rules.answers[key].decision === 'not-applicable'))),
  ],
  [
    'a window that begins a minute later',
    'refuted',
    data(({ lines: { minute } }) => {
      minute.ranges[0][1] += 1;
      minute.ranges[1][0] += 1;
    }),
  ],
  [
    'a window that ends a minute later',
    'refuted',
    data(({ lines: { minute } }) => {
      minute.ranges[1][1] += 1;
      minute.ranges[2][0] += 1;
    }),
  ],
  [
    'a window that is always',
    'refuted',
    data(({ lines: { minute } }) => minute.ranges.forEach((range: any) => (range[2] = minute.ranges[1][2]))),
  ],
  ['new connections as if they stood', 'refuted', data(({ lines: { flow } }) => (flow.forward.new = flow.forward.established))],
  ['what comes in as if it went through', 'equivalent', data(({ lines: { flow } }) => (flow.in = flow.forward))],
  ['another time zone', 'unreadable', data((rules) => (rules.timezone = 'UTC'))],
  ['isolations that nobody asked for', 'unreadable', json(({ edict }) => edict.isolations.push({ key: 'x', addresses: [], allow: [] }))],
  ['an answer that is gone', 'unreadable', data((rules) => delete rules.answers[Object.keys(rules.answers)[0]!])],
  ['an answer of its own', 'unreadable', data((rules) => (answerOf(rules, 'web').decision = 'audit'))],
  ['a key that means nothing here', 'unreadable', data((rules) => (answerOf(rules, 'web').enabled = false))],
  ['a node without a rest', 'unreadable', data(({ nodes }) => delete nodes.destination['4']['*'])],
  ['a port in another form', 'unreadable', data((rules) => (tcp(rules).at['05432'] = tcp(rules).rest))],
  [
    'ranges that overlap',
    'unreadable',
    data((rules) => tcp(rules).ranges.push([9_000, 9_999, tcp(rules).rest], [9_500, 9_600, tcp(rules).at['8050']])),
  ],
  ['an octal address', 'unreadable', data(({ lines }) => (lines.source['4']['012.1'] = around(lines.source['4'])))],
  ['a network of a length that nobody asks for', 'unreadable', data(({ lines }) => (lines.source['6'].networks['4000::/2'] = '::'))],
  ['a network in upper case', 'unreadable', data(({ lines }) => (lines.source['6'].networks['2001:DB8::/32'] = '::'))],
  ['an address of no class', 'unreadable', data(({ lines }) => delete lines.destination['4']['*'])],
  ['a minute of no class', 'unreadable', data(({ lines }) => lines.minute.ranges.pop())],
  ['no JSON', 'unreadable', (text) => text.slice(1)],
  ['the policy itself changed, however little', 'unreadable', line(/input\.port <= 65535/, () => 'input.port < 65535'), 'policy.rego'],
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
