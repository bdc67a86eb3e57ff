/**
 * What a network security group does with new connections (learn.microsoft.com/azure/virtual-network/network-security-groups-overview):
 * rules of a direction are asked by priority, the lowest number first, and the first that matches decides; no two have one priority.
 * What none of them matches is left to the default rules, which every group has at 65000–65500: "not applicable". Answers pass.
 * A rule for any protocol that asks for ports is about TCP and UDP, which have them.
 */
import { everything } from '../../boxes.ts';
import { type IntervalSet, union } from '../../intervals.ts';
import { flowSet } from '../../request/flow.ts';
import { anyService, hasPorts, protocolSet, serviceSet } from '../../service-selector.ts';
import { unreadable } from '../cloud/reading.ts';
import { followers } from '../cloud/sessions.ts';
import { agreeing, bothWays } from '../cloud/two-ways.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { type NsgOptions, type NsgRule, parseNsg } from './parse.ts';

const file = 'network-security-group.json';

export function readNsg({ target, files }: Artifact): readonly ReadRule[] {
  const { [file]: text, ...others } = files;
  if (target !== 'azure-nsg' || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, `${file} alone`, { file, line: 1 });
  const rules = parseNsg(text, file);
  return [followers, ...agreeing(directionRules(rules, 'Inbound'), directionRules(rules, 'Outbound'), file)];
}

/** A group that is in use: both of its directions hold for what it is attached to. */
export function readSecurityGroupOfAzure(text: string, options: NsgOptions = {}): readonly ReadRule[] {
  const rules = parseNsg(text, file, options);
  return bothWays(directionRules(rules, 'Inbound'), directionRules(rules, 'Outbound'));
}

function directionRules(rules: readonly NsgRule[], direction: NsgRule['direction']): readonly ReadRule[] {
  const asked = rules.filter((rule) => rule.direction === direction).toSorted((a, b) => a.priority - b.priority);
  const twice = asked.find(({ priority }, index) => asked[index - 1]?.priority === priority);
  if (twice !== undefined)
    throw unreadable(`priority ${twice.priority}, which is there twice`, 'each priority once in a direction', twice.place);
  const names = new Set(asked.map(({ name }) => name));
  if (names.size < asked.length) throw unreadable('a name that is there twice', 'each name once', { file, line: 1 });
  return asked.map(readRule);
}

function readRule(rule: NsgRule): ReadRule {
  const asksPorts = rule.ports !== undefined || rule.sourcePorts !== undefined;
  const protocols = rule.protocol === undefined ? (asksPorts ? [6, 17] : undefined) : [rule.protocol];
  if (asksPorts && protocols?.some((protocol) => !hasPorts(protocol)) === true)
    throw unreadable('ports of a protocol that has none', '`*`', rule.place);
  return {
    box: {
      ...everything,
      source: rule.source,
      destination: rule.destination,
      service: protocols === undefined ? anyService : union(...protocols.map((protocol) => servicesAt(protocol, rule.ports))),
      sourcePort: rule.sourcePorts ?? everything.sourcePort,
      flow: flowSet({ states: ['new'] }),
    },
    decision: rule.access,
    where: { line: rule.place.line, text: rule.name },
  };
}

function servicesAt(protocol: number, ports: IntervalSet | undefined): IntervalSet {
  if (ports === undefined) return protocolSet(protocol);
  return union(...ports.map(({ low, high }) => serviceSet({ protocol, low: Number(low), high: Number(high) })));
}
