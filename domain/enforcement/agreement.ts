/** Whether what a point did with a request is what the policies in force say of it; and, where it is not, what is known that explains it. */
import type { Decision, Request } from '../policy/model.ts';
import type { Probe } from './question.ts';

export type Tested = {
  readonly request: Request;
  readonly probe: Pick<Probe, 'decision' | 'method'>;
  /** What the policies in force say, and the rules (`<policy>/<rule>`) that determined it. */
  readonly expected: { readonly decision: Decision; readonly determining: readonly string[] };
  readonly point: {
    /** Policies that are wanted there. */
    readonly policies: readonly string[];
    /** Addresses of hosts that are isolated there. */
    readonly isolated: readonly string[];
    readonly drift: readonly string[];
  };
};

export type Agreement = { readonly agrees: boolean; readonly because: readonly string[] };

/** A packet shows only whether it passes, so that `allow` and `not-applicable` look alike; a decision must be the very one. */
export function agreementOf(tested: Tested): Agreement {
  const { probe, expected } = tested;
  const agrees =
    probe.method === 'packet' ? (probe.decision === 'deny') === (expected.decision === 'deny') : probe.decision === expected.decision;
  return { agrees, because: agrees ? [] : explanations(tested) };
}

function explanations({ request, expected, point }: Tested): readonly string[] {
  const hosts = request.kind === 'network' ? [request.from, request.to].filter((address) => point.isolated.includes(address)) : [];
  const elsewhere = new Set(expected.determining.map(policyOf).filter((policy) => !point.policies.includes(policy)));
  return [
    ...hosts.map((host) => `${host} is isolated at this point`),
    ...[...elsewhere].map((policy) => `policy ${policy} is in force, but not wanted at this point`),
    ...point.drift.map((difference) => `seen at the point: ${difference}`),
  ];
}

function policyOf(rule: string): string {
  return rule.split('/', 1)[0] ?? rule;
}
