/** OpenFlow 1.3 in the conformance suite: parsed by Open vSwitch, and asked by tracing packets through a switch without a network. */
import { type Conformance, line, type Mutation, remove } from './conformance.ts';
import { openSwitch } from './openvswitch.ts';
import { widerCases } from './wider-cases.ts';

const flow = (match: string) => new RegExp(`^table=0.*${match}.*\\n`, 'm');

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/tp_dst=5432/, () => 'tp_dst=5433')],
  ['a wider mask of ports', 'refuted', line(/tp_dst=0x1f40\/0xffc0/, () => 'tp_dst=0x1f00/0xff80')],
  ['a narrower mask of ports', 'refuted', line(/tp_dst=0x1f40\/0xffc0/, () => 'tp_dst=0x1f40/0xffe0')],
  ['a mask with a hole in it', 'refuted', line(/tp_dst=0x1f40\/0xffc0/, () => 'tp_dst=0x1f40/0xff4f')],
  ['UDP for TCP', 'refuted', line(/tcp(?=,.*tp_dst=5432)/, () => 'udp')],
  ['SCTP for TCP', 'refuted', line(/tcp(?=,.*tp_dst=5432)/, () => 'sctp')],
  ['a source port for the destination port', 'refuted', line(/tp_dst=5432/, () => 'tp_src=5432')],
  ['no port at all', 'refuted', line(/,tp_dst=5432/, () => '')],
  ['an allow that drops', 'refuted', line(/(?<=tp_dst=5432,actions=)goto_table:1/, () => 'drop')],
  ['a claim that lets pass', 'refuted', line(/(?<=priority=1000,ip,nw_dst=10\.2\.0\.5,actions=)drop/, () => 'goto_table:1')],
  ['a lost allow', 'refuted', remove(flow('tp_dst=5432'))],
  ['a lost claim', 'refuted', remove(flow('priority=1000,ip,nw_dst=10\\.2\\.0\\.5'))],
  ['a lost claim of IPv6', 'refuted', remove(flow('priority=1000,ipv6'))],
  ['a lost deny', 'refuted', remove(flow('2001:db8:dead'))],
  ['a wider CIDR', 'refuted', line(/nw_dst=10\.4\.0\.12\/30/, () => 'nw_dst=10.4.0.8/29')],
  ['a narrower CIDR', 'refuted', line(/nw_dst=10\.4\.0\.12\/30/, () => 'nw_dst=10.4.0.12/31')],
  ['another IPv6 address', 'refuted', line(/ipv6_src=2001:db8:1::10/, () => 'ipv6_src=2001:db8:1::11')],
  ['source for destination', 'refuted', line(/nw_dst=(?=10\.4\.0\.20)/, () => 'nw_src=')],
  ['a claim ahead of its allow', 'refuted', line(/priority=1000(?=,ip,nw_dst=10\.2\.0\.5)/, () => 'priority=2500')],
  ['an allow ahead of a deny', 'refuted', line(/priority=2000(?=,tcp,nw_dst=10\.4\.0\.10)/, () => 'priority=3500')],
  ['ICMP of one type only', 'refuted', line(/icmp,nw_dst=10\.3\.0\.1/, () => 'icmp,nw_dst=10.3.0.1,icmp_type=8')],
  ['another protocol number', 'refuted', line(/nw_proto=47/, () => 'nw_proto=48')],
  ['a table-miss that drops', 'refuted', line(/(?<=priority=0,actions=)goto_table:1/, () => 'drop')],
  ['no table-miss: a switch then drops', 'refuted', remove(/^table=0.*priority=0,.*\n/m)],
  ['everything let pass first', 'refuted', (text) => `${text}table=0,priority=65535,ip,actions=goto_table:1\n`],
  ['a flow without a priority, which is a high one', 'refuted', line(/priority=2000,(?=icmp)/, () => '')],
  ['a flow said twice', 'equivalent', line(flow('tp_dst=5432'), (found) => `${found}${found}`)],
  [
    'flows in another order',
    'equivalent',
    (text) => text.replace(flow('tp_dst=5432'), '').replace(/$/, `${flow('tp_dst=5432').exec(text)?.[0]}`),
  ],
  [
    'a CIDR split in two',
    'equivalent',
    line(flow('nw_dst=10\\.4\\.0\\.10/31,actions=drop'), (found) => `${found.replace('.10/31', '.10')}${found.replace('.10/31', '.11')}`),
  ],
  ['a port as a value under a full mask', 'equivalent', line(/tp_dst=5432/, () => 'tp_dst=0x1538/0xffff')],
  ['another cookie', 'equivalent', line(/cookie=0x45444943ce195fe4/, () => 'cookie=0x1')],
  ['a port without its protocol', 'unreadable', line(/tcp,(?=.*tp_dst=5432)/, () => 'ip,')],
  ['an address without its family', 'unreadable', line(/tcp,(?=.*tp_dst=5432)/, () => '')],
  ['a value outside of its mask', 'unreadable', line(/tp_dst=0x1f40\/0xffc0/, () => 'tp_dst=0x1f41/0xffc0')],
  ['two flows of one priority against each other', 'unreadable', line(/priority=1000(?=,ip,nw_dst=10\.2\.0\.5)/, () => 'priority=2000')],
  ['an action of its own', 'unreadable', line(/actions=drop/, () => 'actions=controller')],
  ['a way to another table', 'unreadable', line(/goto_table:1/, () => 'goto_table:2')],
  ['a field of another layer', 'unreadable', line(/tcp,nw_src=10\.1\.0\.10/, (found) => `in_port=1,${found}`)],
  ['a flow of another table', 'unreadable', line(/table=0/, () => 'table=1')],
  ['an octal address', 'unreadable', line(/nw_src=10\.1\.0\.10/, () => 'nw_src=10.01.0.10')],
  ['host bits in a CIDR', 'unreadable', line(/nw_dst=10\.4\.0\.12\/30/, () => 'nw_dst=10.4.0.13/30')],
  [
    'a digest of something else',
    'unreadable',
    line(/artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['text cut off', 'unreadable', (text) => text.slice(0, -3)],
];

const engine = openSwitch();

export const openflow: Conformance = {
  target: 'openflow',
  file: 'edict.flows',
  mutations,
  cases: widerCases,
  engine: {
    needs: ['openvswitch'],
    validate: engine.parse,
    spoil: line(/tcp,(?=.*tp_dst=5432)/, () => 'ip,'),
    decide: engine.decide,
    stop: engine.stop,
  },
};
