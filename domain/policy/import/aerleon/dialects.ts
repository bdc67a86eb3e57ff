/**
 * What a target's header says about all of its terms, platform by platform: families, direction, whether connections are tracked, and
 * what becomes of packets that no term matches. From aerleon's documentation of each generator and from the platforms' own manuals.
 */
import type { Family } from '../../addresses.ts';
import type { ConnectionState, Direction } from '../../request/flow.ts';
import type { Decision } from '../../model.ts';

export type Dialect = {
  readonly families: (options: readonly string[]) => readonly Family[];
  /** Absent: every direction. */
  readonly directions?: (options: readonly string[]) => readonly Direction[] | undefined;
  /**
   * How a term tells packets that open a connection from those that belong to one. `states`: by connection tracking. `opening`: as
   * pf does, TCP that is tracked is matched by the packet that opens it. `none`: every packet by itself.
   */
  readonly tracking: (options: readonly string[]) => 'states' | 'opening' | 'none';
  /** `established` without tracking adds the unprivileged ports to the destination's, of these protocols. */
  readonly highPorts: readonly ('tcp' | 'udp')[];
  /** What belongs to an allowed connection is accepted before any term. */
  readonly answersFirst?: boolean;
  /** What no term matches; absent: it is left to others. */
  readonly fallback?: (options: readonly string[]) => Decision | undefined;
  /** Nothing falls to the fallback where no term is left. */
  readonly fallbackOfTerms?: boolean;
  /** The fallback is that of every direction, also of those that the header does not name. */
  readonly fallbackAnyway?: boolean;
  /** `next` goes on with the next term, or leaves the whole list to others. */
  readonly next: 'continue' | 'leave';
  /** `address` without a side: either side, or the source where the platform knows no other. */
  readonly address: (options: readonly string[]) => 'either' | 'source';
  /** The order is that of `priority`, 1,000 where none is given; a refusal of everything comes last. */
  readonly byPriority?: boolean;
  readonly hasTags?: boolean;
  /** Each filter decides by itself, and a packet must get through all of them. */
  readonly filtersMeet?: boolean;
  /** Of what comes in, source tags are sources beside the source addresses, not conditions on them. */
  readonly tagsAreSources?: boolean;
  /** An interface also tells the direction. */
  readonly interfaceDirects?: boolean;
  /** A term also speaks of the packets that answer those that it matches. */
  readonly mirrors?: boolean;
  /** Connection states that the platform's language speaks of. */
  readonly states: readonly ConnectionState[];
};

const tracked: readonly ConnectionState[] = ['new', 'established', 'related'];

function familiesIn(options: readonly string[]): readonly Family[] {
  if (options.includes('mixed')) return [4, 6];
  return options.includes('inet6') ? [6] : [4];
}

const list: Dialect = {
  families: familiesIn,
  tracking: () => 'none',
  highPorts: ['tcp', 'udp'],
  fallback: () => 'deny',
  next: 'continue',
  address: (options) => (options.includes('standard') ? 'source' : 'either'),
  states: tracked,
};

const chains: Readonly<Record<string, Direction>> = { INPUT: 'in', OUTPUT: 'out', FORWARD: 'forward' };

function chainOf([name = '']: readonly string[]): readonly Direction[] | undefined {
  const direction = chains[name.toUpperCase()];
  return direction === undefined ? undefined : [direction];
}

const iptables: Dialect = {
  families: familiesIn,
  directions: chainOf,
  tracking: (options) => (options.includes('nostate') ? 'none' : 'states'),
  highPorts: ['tcp', 'udp'],
  fallback: (options) => {
    if (chainOf(options) === undefined) return undefined;
    if (options.includes('ACCEPT')) return 'allow';
    return options.includes('DROP') || options[0] === 'FORWARD' ? 'deny' : undefined;
  },
  next: 'continue',
  address: () => 'either',
  states: tracked,
};

const cloud: Dialect = {
  families: familiesIn,
  directions: (options) => [options.includes('EGRESS') ? 'out' : 'in'],
  tracking: () => 'states',
  highPorts: [],
  next: 'continue',
  address: () => 'either',
  states: ['new'],
};

const dialects: Readonly<Record<string, Dialect>> = {
  cisco: list,
  ciscoasa: list,
  cisconx: list,
  ciscoxr: list,
  iptables,
  ipset: iptables,
  speedway: {
    ...iptables,
    fallback: (options) => iptables.fallback?.(options) ?? (chainOf(options) === undefined ? undefined : 'deny'),
  },
  nftables: {
    families: familiesIn,
    directions: ([, hook = '']) => chainOf([hook]),
    tracking: () => 'states',
    highPorts: [],
    answersFirst: true,
    filtersMeet: true,
    fallback: (options) => (options.includes('ACCEPT') ? 'allow' : 'deny'),
    next: 'continue',
    address: () => 'either',
    states: tracked,
  },
  packetfilter: {
    families: familiesIn,
    directions: (options) => (options.includes('in') ? ['in'] : options.includes('out') ? ['out'] : undefined),
    tracking: (options) => (options.includes('nostate') ? 'none' : 'opening'),
    highPorts: ['udp'],
    fallback: () => 'allow',
    fallbackAnyway: true,
    next: 'continue',
    address: () => 'either',
    interfaceDirects: true,
    states: tracked,
  },
  openconfig: { ...list, fallback: () => undefined },
  windows_advfirewall: {
    ...cloud,
    directions: ([name = '']) => [name.toLowerCase() === 'in' ? 'in' : 'out'],
  },
  windows_ipsec: {
    families: () => [4],
    tracking: () => 'states',
    highPorts: [],
    next: 'continue',
    address: () => 'either',
    mirrors: true,
    states: ['new'],
  },
  gce: { ...cloud, byPriority: true, hasTags: true, tagsAreSources: true },
  gcp_hf: { ...cloud, next: 'leave' },
  k8s: { ...cloud, families: () => [4, 6], fallback: () => 'deny', fallbackOfTerms: true },
};

export function dialectOf(platform: string): Dialect | undefined {
  return Object.hasOwn(dialects, platform) ? dialects[platform] : undefined;
}
