/** Rego in the conformance suite: checked and asked in OPA. */
import { checkRego, evalRego } from '../engines.ts';
import { type Conformance, json, line, type Mutation } from './conformance.ts';

const data = (change: (edict: any) => void) => json(({ edict }) => change(edict));
const rule = (edict: any, id: string) => edict.rules.list.find((each: any) => each.id === `planted/${id}`);
const buckets = (edict: any, protocol: string) => Object.values<any>(edict.rules.index).flatMap((bucket) => bucket[protocol] ?? []);
const portsOf = (edict: any, port: string) => buckets(edict, 'tcp').filter(({ ports }) => ports[port]);
const setOf = (edict: any, id: string, side: string) => edict.rules.sets[rule(edict, id)[side]];

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', data((edict) => Object.assign(rule(edict, 'database').service, { low: 5433, high: 5433 }))],
  ['a wider range of ports, as the index does not list it', 'equivalent', data((edict) => (rule(edict, 'web').service.high = 8100))],
  ['a narrower range of ports', 'refuted', data((edict) => (rule(edict, 'web').service.low = 8001))],
  ['a port that the index forgets', 'refuted', data((edict) => delete portsOf(edict, '8050')[0].ports['8050'])],
  ['a port that the index lists for nothing', 'equivalent', data((edict) => (buckets(edict, 'tcp')[0].ports['9'] = [0]))],
  ['a network that the index forgets', 'refuted', data((edict) => delete edict.rules.index['10.2.0.5/32'])],
  ['a network in a form that is never asked for', 'unreadable', data((edict) => (edict.rules.index['10.2.0.4/31'] = {}))],
  ['a network in upper case', 'unreadable', data((edict) => (edict.rules.index['2001:DB8:2::5/128'] = {}))],
  ['UDP for TCP', 'refuted', data((edict) => (rule(edict, 'database').service.protocol = 'udp'))],
  ['an allow that denies', 'refuted', data((edict) => (rule(edict, 'database').effect = 'deny'))],
  ['a claim that allows', 'refuted', data((edict) => (rule(edict, 'only-database').effect = 'allow'))],
  ['a deny that only claims', 'refuted', data((edict) => (rule(edict, 'no-guests').effect = 'claim'))],
  ['a wider CIDR of sources', 'refuted', data((edict) => setOf(edict, 'database', 'from')[4].push('10.1.0.77/32'))],
  [
    'a wider CIDR of destinations, as the index does not list it',
    'equivalent',
    data((edict) => (setOf(edict, 'database', 'to')[4] = ['10.2.0.4/31'])),
  ],
  ['a narrower CIDR', 'refuted', data((edict) => (setOf(edict, 'no-guests', 'from')[4] = ['10.9.0.0/17']))],
  ['a family that is forgotten', 'refuted', data((edict) => (setOf(edict, 'database', 'to')[6] = []))],
  [
    'from and to swapped',
    'refuted',
    data((edict) => Object.assign(rule(edict, 'database'), { from: rule(edict, 'database').to, to: rule(edict, 'database').from })),
  ],
  ['an exception left out', 'refuted', data((edict) => rule(edict, 'no-guests').except.pop())],
  ['an exception for everybody', 'refuted', data((edict) => (rule(edict, 'no-guests').except[0].from = 'any'))],
  ['a window that begins a minute later', 'refuted', data((edict) => (rule(edict, 'no-ssh').except[0].during.minutes[0][0] += 1))],
  ['a window that ends a minute later', 'refuted', data((edict) => (rule(edict, 'no-ssh').except[0].during.minutes[0][1] += 1))],
  ['an exception at every time', 'refuted', data((edict) => (rule(edict, 'no-ssh').except[0].during = null))],
  ['a CIDR split in two', 'equivalent', data((edict) => (setOf(edict, 'no-guests', 'from')[4] = ['10.9.0.0/17', '10.9.128.0/17']))],
  ['another time zone', 'unreadable', data((edict) => (rule(edict, 'no-ssh').except[0].during.timezone = 'UTC'))],
  ['isolations that nobody asked for', 'unreadable', data((edict) => edict.isolations.push({ key: 'x', addresses: [], allow: [] }))],
  ['a rule that the index lists and that is gone', 'unreadable', data((edict) => edict.rules.list.pop())],
  ['a key that means nothing here', 'unreadable', data((edict) => (rule(edict, 'web').enabled = false))],
  ['a port as text', 'unreadable', data((edict) => (rule(edict, 'web').service.low = '8000'))],
  ['an effect of its own', 'unreadable', data((edict) => (rule(edict, 'web').effect = 'audit'))],
  ['a set that is not there', 'unreadable', data((edict) => (rule(edict, 'web').to = 's99'))],
  ['an octal address', 'unreadable', data((edict) => (setOf(edict, 'database', 'to')[4] = ['010.2.0.5/32']))],
  ['no JSON', 'unreadable', (text) => text.slice(1)],
  ['the policy itself changed, however little', 'unreadable', line(/port >= service\.low/, () => 'port > service.low'), 'policy.rego'],
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
