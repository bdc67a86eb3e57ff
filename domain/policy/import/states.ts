/**
 * TCP flags as states of a connection: a SYN without an ACK begins one, and what has ACK or RST belongs to one (RFC 9293). The model
 * speaks of connections, filters that look at each packet by itself of flags.
 */
import { isEqual } from '../intervals.ts';
import { type ConnectionState, flowSet } from '../request/flow.ts';
import { establishedFlags, flagsWith } from './protocols.ts';
import { meet, type Region } from './region.ts';

const syn = 2;
const ack = 16;
const finSynRstAck = 23;

const meant: readonly (readonly [flags: Region[string], states: readonly ConnectionState[]])[] = [
  [establishedFlags, ['established', 'related']],
  [flagsWith(ack, ack), ['established', 'related']],
  [flagsWith(syn | ack, syn), ['new']],
  [flagsWith(finSynRstAck, syn), ['new']],
];

/** Other combinations of flags stay what they are. */
export function byState(region: Region): Region {
  const { 'tcp-flags': flags, ...rest } = region;
  const found = flags === undefined ? undefined : meant.find(([set]) => set !== undefined && isEqual(set, flags));
  return found === undefined ? region : meet(rest, { flow: flowSet({ states: found[1] }) });
}
