/** Policies of a size to measure on, made by a seeded generator: an estate of zones, services and hosts, and rules as teams write them. */
import type { Inventory } from '../../domain/context/inventory.ts';
import type { NetworkRequest, NetworkRule, Policy } from '../../domain/policy/model.ts';

export type Corpus = { readonly policies: readonly Policy[]; readonly inventory: Inventory; readonly requests: readonly NetworkRequest[] };

/** A tenth as many services as rules (at least twenty), three hosts each in one of forty zones; each rule set: some allows, one claim, now and then a deny. */
export function policyCorpus(ruleCount: number): Corpus {
  const random = seeded(ruleCount);
  const services = Math.max(20, Math.round(ruleCount / 10));
  const inventory = estate(services);
  const rules: NetworkRule[] = [];
  while (rules.length < ruleCount) rules.push(ruleOf(rules.length, services, random));
  const policies = chunks(rules, 50).map((list, index): Policy => ({
    policy: `p${index}`,
    title: '',
    owner: 'security',
    controls: [],
    requirements: [],
    rules: list,
    questions: [],
    tests: [],
  }));
  return { policies, inventory, requests: Array.from({ length: 2_048 }, () => requestOf(inventory, random)) };
}

type Random = (below: number) => number;

/** Mulberry32. */
function seeded(seed: number): Random {
  let state = seed + 0x6d2b79f5;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const zoneCount = 40;

function estate(services: number): Inventory {
  const zones = Array.from({ length: zoneCount }, (_, zone) => ({
    name: `zone-${zone}`,
    cidrs: [`10.${zone}.0.0/16`, `2001:db8:${zone.toString(16)}::/48`],
  }));
  const assets = Array.from({ length: services * 3 }, (_, host) => {
    const zone = Math.floor(host / 3) % zoneCount;
    const place = Math.floor(host / 3 / zoneCount) * 3 + (host % 3) + 1;
    return {
      name: `host-${host}`,
      addresses: [`10.${zone}.${place >> 8}.${place & 255}`, `2001:db8:${zone.toString(16)}::${place.toString(16)}`],
      zone: `zone-${zone}`,
      services: [`service-${Math.floor(host / 3)}`],
      groups: [`group-${host % 50}`],
      owner: 'platform',
      criticality: 'medium' as const,
    };
  });
  return { zones, assets };
}

const ports = [22, 53, 80, 443, 3306, 5432, 6379, 8080, 8443, 9092, 9187, 27017];

function ruleOf(number: number, services: number, random: Random): NetworkRule {
  const to = `service:service-${Math.floor(number / 10) % services}`;
  const base = { kind: 'network' as const, id: `r${number}`, requirement: 'r' };
  if (number % 10 === 9) return { ...base, effect: 'claim', match: { from: 'any', to, service: 'any' } };
  const port = `tcp/${ports[random(ports.length)]}`;
  if (number % 100 === 8)
    return {
      ...base,
      effect: 'deny',
      match: { from: 'zone:internet', to: `zone:zone-${random(zoneCount)}`, service: port },
      except: [{ to }],
    };
  if (number % 20 === 7) return { ...base, effect: 'allow', match: { from: `zone:zone-${random(zoneCount)}`, to, service: port } };
  if (number % 20 === 5)
    return {
      ...base,
      effect: 'allow',
      match: { from: `group:group-${random(50)}`, to, service: 'tcp/8000-8999' },
      except: [{ from: `10.${random(zoneCount)}.0.0/24` }],
    };
  return { ...base, effect: 'allow', match: { from: `service:service-${random(services)}`, to, service: port } };
}

function requestOf({ assets }: Inventory, random: Random): NetworkRequest {
  const family = random(8) === 0 ? 1 : 0;
  const [from, to] = [assets[random(assets.length)]!, assets[random(assets.length)]!];
  return { kind: 'network', from: from.addresses[family]!, to: to.addresses[family]!, protocol: 'tcp', port: ports[random(ports.length)]! };
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}
