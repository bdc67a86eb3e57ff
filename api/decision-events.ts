/** OPA's decision log as our events: the network decisions in it; others, our own probes, and what cannot be read, are left out. Pure. */
import { z } from 'zod';
import { protocolSchema } from '../domain/policy/policy.schema.ts';
import type { DecisionEvent } from '../domain/context/event.ts';
import { unstorable } from './json-body.ts';

const connectionProtocols = ['tcp', 'udp', 'icmp'] as const;

const NetworkDecision = z.object({
  decision_id: z.string().min(1),
  timestamp: z.iso.datetime({ offset: true }),
  input: z.object({
    from: z.union([z.ipv4(), z.ipv6()]),
    to: z.union([z.ipv4(), z.ipv6()]),
    /** Connections are told apart by these alone. */
    protocol: protocolSchema.transform(
      (protocol) => connectionProtocols.find((each) => each === protocol) ?? (protocol === 'icmpv6' ? 'icmp' : 'other'),
    ),
    port: z.int().min(0).max(65_535),
    /** Asked by ourselves, to see what is in force: nobody wanted to go there. */
    probe: z.boolean().default(false),
  }),
  result: z.object({ decision: z.enum(['allow', 'deny', 'not-applicable']), determining: z.array(z.string()).default([]) }),
});

export function decisionEvents(point: string, log: readonly unknown[]): readonly DecisionEvent[] {
  return log.flatMap((entry) => {
    const { data } = NetworkDecision.safeParse(entry);
    if (data === undefined || data.input.probe || unstorable(data) !== undefined) return [];
    const { from, to, protocol, port } = data.input;
    const { decision, determining } = data.result;
    return [{ id: data.decision_id, at: new Date(data.timestamp).toISOString(), point, from, to, protocol, port, decision, determining }];
  });
}
