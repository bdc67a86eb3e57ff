/**
 * Reads an access layer of Check Point back: which connections its rules accept. Written from Check Point's "Security Management
 * Administration Guide" (access control policy: rules are matched from the top, the first decides; the implicit cleanup rule of a
 * layer) and the "Management API Reference". A layer that accepts what no rule matches leaves that to others: "not applicable".
 */
import { anyAddress } from '../../addresses.ts';
import { everything } from '../../boxes.ts';
import { type IntervalSet, intersect, subtract } from '../../intervals.ts';
import { joinSets, type Named, namedReader } from '../rulebase-reading/named.ts';
import { onlyFile, type ReadOptions, Reporter, type Rulebook, unreadable, withSessions } from '../rulebase-reading/reading.ts';
import { everyService, joinParts, type ServicePart } from '../rulebase-reading/services.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { addressKinds, addressSet, groupMembers, serviceParts, timeMinutes } from './objects.ts';
import { type CheckPointLayer, type CheckPointObject, type CheckPointRule, onlyFields, parseCheckPoint, textsOf } from './parse.ts';

const file = 'edict.json';

export function readCheckPoint(artifact: Artifact): readonly ReadRule[] {
  const text = onlyFile(artifact, 'check-point', file);
  const reporter = new Reporter(file, {});
  const layer = reporter.strictly(() => parseCheckPoint(text));
  const { comments } = layer.layer;
  if (comments !== `edict artifact ${artifact.digest}`)
    throw unreadable(`the layer's comment \`${JSON.stringify(comments)}\``, `\`edict artifact ${artifact.digest}\``);
  return rulebookOf(layer, reporter).rules;
}

/** Calls, or the answer to `show-access-rulebase` with details "full", which says nothing of the cleanup rule: it drops unless told. */
export function readCheckPointLayer(text: string, name: string, options: ReadOptions = {}): Rulebook {
  const reporter = new Reporter(name, options);
  const layer = reporter.at({ line: 1, text: '' }, () => parseCheckPoint(text));
  return layer === undefined ? { rules: [], unread: reporter.unread } : rulebookOf(layer, reporter);
}

type Server = {
  readonly objects: CheckPointLayer['objects'];
  readonly addresses: (name: string) => IntervalSet;
  readonly services: (name: string) => readonly ServicePart[];
  readonly timezone: string | undefined;
};

function rulebookOf(layer: CheckPointLayer, reporter: Reporter): Rulebook {
  const server = serverOf(layer);
  const rules = layer.rules.flatMap((rule) => {
    const text = `rule ${titleOf(rule)}`;
    return reporter.at({ line: rule.line, text }, () => rulesOf(rule, server)) ?? [];
  });
  const end = reporter.at({ line: 1, text: 'add-access-layer' }, () => endOf(layer)) ?? 'deny';
  return { rules: withSessions(rules, end), unread: reporter.unread };
}

function endOf({ layer }: CheckPointLayer): 'deny' | 'not-applicable' {
  onlyFields(layer, ['name', 'firewall', 'add-default-rule', 'implicit-cleanup-action', 'comments', 'color', 'shared'], 'the layer');
  if (layer['add-default-rule'] === true) throw unreadable('a layer with a rule of its own', '`"add-default-rule": false`');
  if (layer['firewall'] === false) throw unreadable('a layer without the firewall', '`"firewall": true`');
  const action = layer['implicit-cleanup-action'] ?? 'drop';
  if (action !== 'accept' && action !== 'drop') throw unreadable('`implicit-cleanup-action`', '`accept` or `drop`');
  return action === 'accept' ? 'not-applicable' : 'deny';
}

function serverOf({ objects, timezone }: CheckPointLayer): Server {
  const of = <T>(wanted: (kind: string) => boolean, read: (object: CheckPointObject) => T) =>
    [...objects].filter(([, { kind }]) => wanted(kind)).map(([key, object]) => [key, read(object)] as const);
  return {
    objects,
    timezone,
    addresses: namedReader<IntervalSet>({
      kind: 'address',
      objects: new Map([
        ...of(
          (kind) => addressKinds.has(kind),
          (object) => named(() => addressSet(object)),
        ),
        ...of(
          (kind) => kind === 'CpmiAnyObject',
          () => ({ value: anyAddress }),
        ),
        ['Any', { value: anyAddress }],
      ]),
      groups: new Map(of((kind) => kind === 'group', groupMembers)),
      join: joinSets,
    }),
    services: namedReader<readonly ServicePart[]>({
      kind: 'service',
      objects: new Map([
        ...of(
          (kind) => kind.startsWith('service-') && kind !== 'service-group',
          (object) => named(() => serviceParts(object)),
        ),
        ...of(
          (kind) => kind === 'CpmiAnyObject',
          () => ({ value: everyService }),
        ),
        ['Any', { value: everyService }],
      ]),
      groups: new Map(of((kind) => kind === 'service-group', groupMembers)),
      join: joinParts,
    }),
  };
}

/** Reads an object, or keeps why it cannot be read for where it is used. */
function named<T>(read: () => T): Named<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { unread: error instanceof Error ? error.message : 'it is not understood' };
  }
}

const idle = [
  'uid',
  'type',
  'domain',
  'layer',
  'position',
  'name',
  'rule-number',
  'track',
  'comments',
  'custom-fields',
  'meta-info',
  'action-settings',
  'tags',
];
const decisive = ['source', 'source-negate', 'destination', 'destination-negate', 'service', 'service-negate', 'time', 'action', 'enabled'];
const unasked = ['vpn', 'content', 'content-negate', 'content-direction', 'install-on', 'service-resource'];

function rulesOf({ fields, line }: CheckPointRule, server: Server): readonly ReadRule[] {
  onlyFields(fields, [...idle, ...decisive, ...unasked], 'a rule');
  if (!isTrue(fields, 'enabled', true)) return [];
  checkUnasked(fields, server);
  const action = wordOf(fields['action'], server);
  if (!['Accept', 'Drop', 'Reject'].includes(action)) throw unreadable(`the action \`${action}\``, 'Accept, Drop or Reject');
  const times = textsOf(fields['time'] ?? [], '`time`').filter((name) => wordOf(name, server) !== 'Any');
  const minutes = times.length === 0 ? undefined : joinSets(times.map((name) => timeOf(name, server)));
  const sides = { source: sideOf(fields, 'source', server), destination: sideOf(fields, 'destination', server) };
  return partsOf(fields, server).map((part) => ({
    box: { ...everything, ...sides, ...part, ...(minutes === undefined ? {} : { minute: minutes }) },
    decision: action === 'Accept' ? 'allow' : 'deny',
    ...(minutes === undefined || server.timezone === undefined ? {} : { timezone: server.timezone }),
    where: { line, text: titleOf({ fields, line }) },
  }));
}

function titleOf({ fields }: CheckPointRule): string {
  const title = fields['name'] ?? fields['rule-number'];
  return typeof title === 'string' || typeof title === 'number' ? `${title}` : '';
}

/** An object's name, where it is given by its uid. */
function wordOf(value: unknown, { objects }: Server): string {
  const [word = '', ...more] = textsOf(value, 'a word');
  if (more.length > 0) throw unreadable('several words', 'one');
  return objects.get(word)?.name ?? word;
}

function isTrue(fields: CheckPointRule['fields'], key: string, otherwise: boolean): boolean {
  const value = fields[key] ?? otherwise;
  if (typeof value !== 'boolean') throw unreadable(`\`${key}\``, '`true` or `false`');
  return value;
}

function checkUnasked(fields: CheckPointRule['fields'], server: Server): void {
  for (const key of unasked) {
    const value = fields[key];
    if (value === undefined || value === '' || value === false || (key === 'content-direction' && value === 'any')) continue;
    if (!textsOf(value, `\`${key}\``).every((each) => ['Any', 'Policy Targets'].includes(wordOf(each, server))))
      throw unreadable(`\`${key}\``, '`Any`');
  }
}

function timeOf(name: string, { objects, timezone }: Server): IntervalSet {
  const object = objects.get(name);
  if (object === undefined) throw unreadable(`time \`${name}\``, 'a time that is defined');
  if (timezone === undefined) throw unreadable(`time \`${name}\` on a clock of no zone`, '`time-zone`');
  return timeMinutes(object);
}

function sideOf(fields: CheckPointRule['fields'], side: 'source' | 'destination', { addresses }: Server): IntervalSet {
  const names = textsOf(fields[side] ?? 'Any', `\`${side}\``);
  if (names.length === 0) throw unreadable(`an empty \`${side}\``, '`Any` at least');
  const set = joinSets(names.map(addresses));
  return isTrue(fields, `${side}-negate`, false) ? subtract(anyAddress, set) : set;
}

function partsOf(fields: CheckPointRule['fields'], { services }: Server): readonly ServicePart[] {
  const names = textsOf(fields['service'] ?? 'Any', '`service`');
  if (names.length === 0) throw unreadable('an empty `service`', '`Any` at least');
  const parts = joinParts(names.map(services));
  if (!isTrue(fields, 'service-negate', false)) return parts;
  return parts.reduce<readonly ServicePart[]>((left, part) => left.flatMap((each) => allBut(each, part)), everyService);
}

function allBut(from: ServicePart, part: ServicePart): readonly ServicePart[] {
  const outside = { ...from, service: subtract(from.service, part.service) };
  const beside = { service: intersect(from.service, part.service), sourcePort: subtract(from.sourcePort, part.sourcePort) };
  return [outside, beside].filter(({ service, sourcePort }) => service.length > 0 && sourcePort.length > 0);
}
