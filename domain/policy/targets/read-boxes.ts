/** Boxes to what a reader reports: one entry for each protocol, since ports mean nothing to the others. */
import { toAddressIntervals } from '../addresses.ts';
import { type Box, isEmpty } from '../boxes.ts';
import { protocols, servicesOf } from '../service-selector.ts';
import { anyMinute, minutesOfWeek } from '../time-window.ts';
import { isSubset } from '../intervals.ts';
import type { ReadRule } from './target.ts';

export function readRulesOf(box: Box, decision: ReadRule['decision'], timezone?: string): readonly ReadRule[] {
  if (isEmpty(box)) return [];
  const services = servicesOf(box.service);
  return protocols.flatMap((protocol) => {
    const ports = services.filter((service) => service.protocol === protocol).map(({ low, high }) => ({ low, high }));
    if (ports.length === 0) return [];
    return [
      {
        source: toAddressIntervals(box.source),
        destination: toAddressIntervals(box.destination),
        protocols: [protocol],
        ports,
        ...minutesOf(box, timezone),
        decision,
      },
    ];
  });
}

function minutesOf({ minute }: Box, timezone: string | undefined): Pick<ReadRule, 'minutes'> {
  if (timezone === undefined || isSubset(anyMinute, minute)) return {};
  const ranges = minute.map(({ low, high }) => ({ low: Number(low), high: Math.min(Number(high), minutesOfWeek - 1) }));
  return { minutes: { timezone, ranges } };
}
