/** OPA's decision log as our events: decisions on connections, on access and on the use of models; our own probes, and what cannot be read, are left out. Pure. */
import { z } from 'zod';
import { accessRequestSchema, aiRequestSchema } from '../domain/policy/access/access.schema.ts';
import { protocolSchema } from '../domain/policy/policy.schema.ts';
import type { AccessDecisionEvent, DecisionEvent } from '../domain/context/event.ts';
import { unstorable } from './json-body.ts';

const connectionProtocols = ['tcp', 'udp', 'icmp'] as const;

const head = { decision_id: z.string().min(1), timestamp: z.iso.datetime({ offset: true }) };
const result = z.object({ decision: z.enum(['allow', 'deny', 'not-applicable']), determining: z.array(z.string()).default([]) });
/** Asked by ourselves, to see what is in force: nobody wanted to go there. */
const probe = z.boolean().default(false);

const NetworkDecision = z.object({
  ...head,
  input: z.object({
    from: z.union([z.ipv4(), z.ipv6()]),
    to: z.union([z.ipv4(), z.ipv6()]),
    /** Connections are told apart by these alone. */
    protocol: protocolSchema.transform(
      (protocol) => connectionProtocols.find((each) => each === protocol) ?? (protocol === 'icmpv6' ? 'icmp' : 'other'),
    ),
    port: z.int().min(0).max(65_535),
    probe,
  }),
  result,
});

/** Who asked for what; what else was told of them stays where it was asked. */
const AccessDecision = z.object({
  ...head,
  input: z.discriminatedUnion('kind', [
    z.object({ ...accessRequestSchema.pick({ kind: true, principal: true, action: true, resource: true, from: true }).shape, probe }),
    z.object({ ...aiRequestSchema.pick({ kind: true, principal: true, model: true, from: true }).shape, probe }),
  ]),
  result,
});

export function decisionEvents(point: string, log: readonly unknown[]): readonly (DecisionEvent | AccessDecisionEvent)[] {
  return log.flatMap((entry): readonly (DecisionEvent | AccessDecisionEvent)[] => {
    const event = connectionEvent(point, entry) ?? accessEvent(point, entry);
    return event === undefined || unstorable(event) !== undefined ? [] : [event];
  });
}

function connectionEvent(point: string, entry: unknown): DecisionEvent | undefined {
  const { data } = NetworkDecision.safeParse(entry);
  if (data === undefined || data.input.probe) return undefined;
  const { from, to, protocol, port } = data.input;
  return { ...decided(point, data), from, to, protocol, port };
}

function accessEvent(point: string, entry: unknown): AccessDecisionEvent | undefined {
  const { data } = AccessDecision.safeParse(entry);
  if (data === undefined || data.input.probe) return undefined;
  const { kind, principal, from } = data.input;
  const asked =
    data.input.kind === 'ai' ? { action: 'use', resource: data.input.model } : { action: data.input.action, resource: data.input.resource };
  return { ...decided(point, data), kind, principal, ...asked, ...(from === undefined ? {} : { from }) };
}

type Decided = z.infer<typeof NetworkDecision> | z.infer<typeof AccessDecision>;

function decided(point: string, { decision_id: id, timestamp, result: { decision, determining } }: Decided) {
  return { id, at: new Date(timestamp).toISOString(), point, decision, determining };
}
