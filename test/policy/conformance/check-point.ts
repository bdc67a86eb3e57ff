/** Check Point in the conformance suite. No management server is to be had here: what it takes is checked by what Check Point's Ansible modules say of it. */
import { type Conformance, json, line, type Mutation, remove } from './conformance.ts';
import { sessionCases } from './session-firewalls.ts';
import { ansibleSpecs } from './vendor-models.ts';

type Call = { command: string; body: any };

const calls = (change: (list: Call[], value: any) => void) => json((value) => change(value.calls, value));

const rule = (name: string, change: (body: any, list: Call[]) => void) =>
  calls((list) => change(list.find(({ body }) => body.name === `planted.${name}`)!.body, list));

const object = (name: string, change: (body: any, call: Call) => void) =>
  calls((list) => {
    const call = list.find(({ body }) => body.name === name)!;
    change(call.body, call);
  });

const drop = (name: string) =>
  calls((list) =>
    list.splice(
      list.findIndex(({ body }) => body.name === `planted.${name}`),
      1,
    ),
  );

const moveUp = (name: string) =>
  calls((list) => {
    const [found] = list.splice(
      list.findIndex(({ body }) => body.name === `planted.${name}`),
      1,
    );
    list.splice(
      list.findIndex(({ command }) => command === 'add-access-rule'),
      0,
      found!,
    );
  });

const layer = (change: (body: any) => void) => calls((list) => change(list.find(({ command }) => command === 'add-access-layer')!.body));

const times = (change: (body: any) => void) =>
  calls((list) => list.filter(({ command }) => command === 'add-time').forEach(({ body }) => change(body)));

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', object('edict_tcp_5432', (body) => (body.port = '5433'))],
  ['a wider range of ports', 'refuted', object('edict_tcp_8000_8099', (body) => (body.port = '8000-8100'))],
  ['a narrower range of ports', 'refuted', object('edict_tcp_8000_8099', (body) => (body.port = '8001-8099'))],
  ['every higher port', 'refuted', object('edict_tcp_5432', (body) => (body.port = '>5431'))],
  ['UDP for TCP', 'refuted', object('edict_tcp_5432', (_, call) => (call.command = 'add-service-udp'))],
  ['a source port that nobody asked for', 'refuted', object('edict_tcp_5432', (body) => (body['source-port'] = '1024-65535'))],
  ['another protocol', 'refuted', object('edict_icmpv6', (body) => (body['ip-protocol'] = 59))],
  [
    'ICMP of one type',
    'refuted',
    object('edict_icmp', (body, call) => {
      call.command = 'add-service-icmp';
      delete body['ip-protocol'];
      body['icmp-type'] = 8;
    }),
  ],
  ['an accept that drops', 'refuted', rule('database', (body) => (body.action = 'Drop'))],
  ['a drop that accepts', 'refuted', rule('no-ssh-6', (body) => (body.action = 'Accept'))],
  ['a lost accept', 'refuted', drop('database')],
  ['a lost claim', 'refuted', drop('only-database')],
  ['a disabled rule', 'refuted', rule('no-ssh-6', (body) => (body.enabled = false))],
  ['a wider network', 'refuted', object('edict_2001_db8_dead___48', (body) => (body['mask-length6'] = 47))],
  ['a narrower network', 'refuted', object('edict_10.0.0.0_8', (body) => (body['mask-length4'] = 9))],
  ['another host', 'refuted', object('edict_10.2.0.5', (body) => (body['ip-address'] = '10.2.0.6'))],
  ['a range that ends one later', 'refuted', object('edict_10.4.0.10_to_10.4.0.20', (body) => (body['ipv4-address-last'] = '10.4.0.21'))],
  [
    'a range that begins one later',
    'refuted',
    object('edict_10.4.0.10_to_10.4.0.20', (body) => (body['ipv4-address-first'] = '10.4.0.11')),
  ],
  ['an address more in a group', 'refuted', object('edict_service_payments', (body) => body.members.push('edict_10.3.0.1'))],
  ['an address less in a group', 'refuted', object('edict_service_payments', (body) => body.members.shift())],
  ['a second address of a host', 'refuted', object('edict_10.2.0.5', (body) => (body['ipv6-address'] = '2001:db8:2::6'))],
  ['a source that is turned around', 'refuted', rule('database', (body) => (body['source-negate'] = true))],
  ['services that are not turned around', 'refuted', rule('no-guests.2', (body) => delete body['service-negate'])],
  ['source for destination', 'refuted', rule('web', (body) => Object.assign(body, { source: body.destination, destination: body.source }))],
  ['a claim ahead of its accept', 'refuted', moveUp('only-database')],
  ['an accept ahead of a drop', 'refuted', moveUp('web')],
  ['any service', 'refuted', rule('database', (body) => (body.service = ['Any']))],
  ['a service left out, which is any', 'refuted', rule('database', (body) => delete body.service)],
  ['a time left out', 'refuted', rule('no-ssh.2', (body) => delete body.time)],
  ['a time less', 'refuted', rule('no-ssh.2', (body) => body.time.pop())],
  ['windows that begin a minute later', 'refuted', times((body) => (body['hours-ranges'][0].from = '00:01'))],
  ['windows of every day', 'refuted', times((body) => (body.recurrence = { pattern: 'Daily' }))],
  ['hours that are not enabled, which is the whole day', 'refuted', times((body) => (body['hours-ranges'][0].enabled = false))],
  ['a cleanup that drops', 'refuted', layer((body) => (body['implicit-cleanup-action'] = 'drop'))],
  ['no word of the cleanup, which drops', 'refuted', layer((body) => delete body['implicit-cleanup-action'])],
  ['reject for drop', 'equivalent', rule('no-ssh-6', (body) => (body.action = 'Reject'))],
  ['rules of one weight in another order', 'equivalent', moveUp('no-ssh-6')],
  [
    'a range for a network',
    'equivalent',
    object('edict_10.0.0.0_8', (body, call) => {
      call.command = 'add-address-range';
      call.body = { name: body.name, 'ip-address-first': '10.0.0.0', 'ip-address-last': '10.255.255.255' };
    }),
  ],
  ['what is logged', 'equivalent', rule('web', (body) => (body.track = { type: 'Log' }))],
  ['a color', 'equivalent', object('edict_10.2.0.5', (body) => (body.color = 'red'))],
  ['another time zone', 'unreadable', calls((_, value) => (value['time-zone'] = 'UTC'))],
  ['no time zone', 'unreadable', calls((_, value) => delete value['time-zone'])],
  ['a VPN', 'unreadable', rule('web', (body) => (body.vpn = 'Branches'))],
  ['a gateway', 'unreadable', rule('web', (body) => (body['install-on'] = ['gw-1']))],
  ['another layer below', 'unreadable', rule('web', (body) => Object.assign(body, { action: 'Apply Layer', 'inline-layer': 'x' }))],
  ['a rule at the top', 'unreadable', rule('web', (body) => (body.position = 'top'))],
  ['a rule of another layer', 'unreadable', rule('web', (body) => (body.layer = 'Network'))],
  ['a name that nothing defines', 'unreadable', rule('web', (body) => (body.service = ['edict_tcp_9']))],
  ['no service at all', 'unreadable', rule('web', (body) => (body.service = []))],
  ['a service with an inspection of its own', 'unreadable', object('edict_tcp_5432', (body) => (body.protocol = 'HTTP'))],
  ['an octal address', 'unreadable', object('edict_10.2.0.5', (body) => (body['ip-address'] = '012.2.0.5'))],
  ['a group that holds itself', 'unreadable', object('edict_service_payments', (body) => body.members.push('edict_service_payments'))],
  ['a group that leaves out', 'unreadable', object('edict_service_payments', (_, call) => (call.command = 'add-group-with-exclusion'))],
  ['a time that ends', 'unreadable', times((body) => Object.assign(body, { 'end-never': false, end: { date: '01-Jan-2027' } }))],
  ['an object said twice', 'unreadable', calls((list) => list.splice(0, 0, list[0]!))],
  ['a second layer', 'unreadable', calls((list) => list.push({ command: 'add-access-layer', body: { name: 'more' } }))],
  ['a call that deletes', 'unreadable', calls((list) => list.push({ command: 'delete-access-rule', body: { name: 'planted.web' } }))],
  [
    'a digest of something else',
    'unreadable',
    line(/edict artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['a key that is there twice', 'unreadable', line(/"action":"Accept"/, (found) => `${found},"action":"Drop"`)],
  ['no JSON', 'unreadable', remove(/^\{/)],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

export const checkPoint: Conformance = {
  target: 'check-point',
  file: 'edict.json',
  mutations,
  cases: sessionCases,
  slowEngine: ansibleSpecs(line(/"destination":/, () => '"destinations":')),
};
