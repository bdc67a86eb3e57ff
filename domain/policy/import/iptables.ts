/** iptables' configuration as people have it: iptables-save(8), lists of commands, sets of ipset(8). One text holds one address family. */
import { anyAddress, type Family, inFamily } from '../addresses.ts';
import type { Decision } from '../model.ts';
import { type Direction, flowSet } from '../request/flow.ts';
import { parseIptables } from '../targets/iptables/parse.ts';
import { walkChain } from '../targets/iptables/walk.ts';
import type { Filter, FilterRule, Unread } from './filter.ts';
import type { Region } from './region.ts';

const hooks: Readonly<Record<string, Direction>> = { INPUT: 'in', OUTPUT: 'out', FORWARD: 'forward' };

/** `accepted`: what a chain's policy to accept comes to. */
export type IptablesOptions = { readonly accepted: Decision; readonly family?: Family };

/** Where packets come in: the built-in chains, and of one's own those that nothing jumps to, for packets of every direction. */
export function readIptables(text: string, { accepted, family = guessFamily(text) }: IptablesOptions): Filter {
  const parsed = parseIptables(text);
  const unread: Unread[] = [...parsed.unread];
  const called = new Set([...parsed.chains.values()].flatMap(({ rules }) => rules.map(({ verdict }) => verdict?.target ?? '')));
  const entries = [...parsed.chains.keys()].filter((name) => hooks[name] !== undefined || !called.has(name));
  const rules = entries.flatMap((name): readonly FilterRule[] => {
    const hook = hooks[name];
    const set = inFamily(anyAddress, family);
    const region: Region = { source: set, destination: set, ...(hook === undefined ? {} : { flow: flowSet({ directions: [hook] }) }) };
    const walked = walkChain({ text: parsed, context: { family, sets: parsed.sets }, unread }, name, { regions: [region], path: [] });
    const policy = parsed.chains.get(name)?.policy;
    const fallback = policy === 'ACCEPT' ? accepted : policy === 'DROP' ? 'deny' : undefined;
    return fallback === undefined ? walked : [...walked, { region, decision: fallback }];
  });
  return { rules, unread: unread.filter((line) => !onlyWritesDown(line.text)) };
}

/** Such a rule decides nothing, whatever it matches, and whether or not the kernel takes it. */
function onlyWritesDown(text: string): boolean {
  return text.split(/\s(?:-[jg]|--jump|--goto)\s/).length === 2 && writing.test(text);
}

const writing = /\s(?:-j|--jump) (?:LOG|NFLOG|ULOG)(?: --(?:log|nflog|ulog)-[a-z-]+ (?:"[^"]*"|[^\s"]+))*\s*$/;

/** ip6tables speaks of IPv6 alone, iptables of IPv4: the first address or word of the one or the other tells. */
function guessFamily(text: string): Family {
  return /ip6tables|icmpv6|icmp6|ipv6-icmp|\s-[sd] \S*:/.test(text) ? 6 : 4;
}
