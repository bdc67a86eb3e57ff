/** What a message is to the point that sees it: which way it goes, and what the point knows of its connection. And its source port. */
import { EdictError } from '../../errors.ts';
import { type IntervalSet, intervalSet } from '../intervals.ts';

/** As the point sees it: to itself, from itself, through it. */
export const directions = ['in', 'out', 'forward'] as const;
export type Direction = (typeof directions)[number];

/** As connection tracking has them (conntrack(8), nft(8) "ct state"). */
export const states = ['new', 'established', 'related', 'invalid'] as const;
export type ConnectionState = (typeof states)[number];

export const anyFlow: IntervalSet = [{ low: 0n, high: BigInt(directions.length * states.length - 1) }];

export function flowPoint(direction: Direction, state: ConnectionState): number {
  return directions.indexOf(direction) * states.length + states.indexOf(state);
}

export function flowAt(point: bigint): { readonly direction: Direction; readonly state: ConnectionState } {
  const number = Number(point);
  return {
    direction: directions[Math.floor(number / states.length)] ?? 'forward',
    state: states[number % states.length] ?? 'new',
  };
}

/** Every combination of the directions and states that are given; what is not given is any. */
export function flowSet(given: {
  readonly directions?: readonly Direction[] | undefined;
  readonly states?: readonly ConnectionState[] | undefined;
}): IntervalSet {
  const points = (given.directions ?? directions).flatMap((direction) =>
    (given.states ?? states).map((state) => BigInt(flowPoint(direction, state))),
  );
  return intervalSet(points.map((point) => ({ low: point, high: point })));
}

/** What a rule speaks of that names neither direction nor state. */
export const newFlow: IntervalSet = flowSet({ states: ['new'] });

/** The place of "not told, or the protocol has none" on the line of source ports, behind the ports. */
export const noSourcePort = 65_536;

export const anySourcePort: IntervalSet = [{ low: 0n, high: BigInt(noSourcePort) }];

/** `1024-65535`, `53`, or several by comma. Throws `policy-invalid`. */
export function parsePorts(text: string): IntervalSet {
  return intervalSet(text.split(',').map((part) => portRange(part.trim(), text)));
}

function portRange(part: string, text: string): { readonly low: bigint; readonly high: bigint } {
  const [, from = '', to = from] = /^(0|[1-9][0-9]{0,4})(?:-(0|[1-9][0-9]{0,4}))?$/.exec(part) ?? [];
  if (from === '' || Number(from) > Number(to) || Number(to) >= noSourcePort)
    throw new EdictError('policy-invalid', `\`${text}\` are not ports`, { expected: '`1024-65535`, `53` or `53,1024-65535`' });
  return { low: BigInt(from), high: BigInt(to) };
}
