/**
 * The policy model: plain readonly data. A policy is a set of rules; rules are a closed union by `kind`, and every table over
 * kinds is a `Record` over the union, so that a forgotten kind does not compile.
 *
 * Meaning (see decide.ts): an erring rule denies; then a matching `deny` denies; then a matching `allow` allows; then a matching
 * `claim` denies (it claims a scope: what nothing allows there is denied); else the policy is not applicable.
 */

import type { AccessRequest, AccessRule, AiRequest, AiRule } from './access/model.ts';
import type { ConnectionState, Direction } from './request/flow.ts';
import type { ProtocolName } from './service-selector.ts';

/** `claim` is the default deny of a scope: "only … may" becomes an `allow` and a `claim`. */
export type RuleEffect = 'allow' | 'deny' | 'claim';

/**
 * Names a set of addresses: `any`, `zone:<name>`, `service:<name>`, `group:<name>`, `asset:<name>`, or an address, CIDR or
 * range in text (`10.0.0.0/8`, `2001:db8::/32`, `10.0.0.1-10.0.0.9`). Names are resolved by the inventory.
 */
export type AddressSelector = string;

/**
 * `any`, `tcp/5432`, `udp/53`, `tcp/8000-8099`, `sctp/2905`, `tcp`, `icmp` (ICMP and ICMPv6), `icmp/8` and `icmp/3/4` (ICMP's type, and code),
 * `icmpv6/135`, a protocol by name (`esp`, `gre`, …) or by IANA's number (`proto/50`), or several of them by comma.
 */
export type ServiceSelector = string;

/** `Sun 02:00-06:00 Europe/Zurich`; days `Mon`…`Sun`, ranges `Mon-Fri`, `daily`; IANA time zone, required. */
export type TimeWindow = string;

/** `1024-65535`, `53`, or several by comma. */
export type PortSelector = string;

export type NetworkMatch = {
  readonly from: AddressSelector;
  readonly to: AddressSelector;
  readonly service: ServiceSelector;
  /** Absent: any. Given: only messages of protocols that have ports. */
  readonly sourcePorts?: PortSelector | undefined;
  /** Absent: whichever way the message goes. */
  readonly direction?: Direction | undefined;
  /** Absent: `new` alone. What belongs to a connection that was let in follows it, at points that keep state. */
  readonly state?: readonly ConnectionState[] | undefined;
};

/** A carve-out: a request that it matches is not matched by the rule. Absent fields match everything. */
export type RuleExcept = {
  readonly from?: AddressSelector | undefined;
  readonly to?: AddressSelector | undefined;
  readonly service?: ServiceSelector | undefined;
  readonly during?: TimeWindow | undefined;
  /** The carve-out itself is an exception with an end. */
  readonly exception?: Exception | undefined;
};

/** What was allowed, or refused, for a while: from `until` on, the rule or carve-out that bears it is as if it had never been. */
export type Exception = {
  readonly owner: string;
  readonly reason: string;
  /** RFC 3339 instant. */
  readonly until: string;
};

type RuleBase = {
  /** Unique in the policy; `[a-z0-9-]{1,64}`. */
  readonly id: string;
  /** Id of the requirement that it came from. */
  readonly requirement: string;
  readonly effect: RuleEffect;
};

export type NetworkRule = RuleBase & {
  readonly kind: 'network';
  readonly match: NetworkMatch;
  readonly except?: readonly RuleExcept[] | undefined;
  readonly exception?: Exception | undefined;
};

export type Rule = NetworkRule | AccessRule | AiRule;

export type RuleKind = Rule['kind'];

/** `icmp` is the address family's own: ICMPv6 between IPv6 addresses. `other`: none that a rule can name. Else IANA's number. */
export type RequestProtocol = ProtocolName | 'other' | `proto/${number}`;

/** A message between two hosts, as one point sees it. Addresses in text, IPv4 or IPv6, both of the same family. */
export type NetworkRequest = {
  readonly kind: 'network';
  readonly from: string;
  readonly to: string;
  readonly protocol: RequestProtocol;
  /** Destination port 0–65535; 0 where the protocol has none. */
  readonly port: number;
  /** 0–65535; needed only where a rule asks for it. */
  readonly sourcePort?: number | undefined;
  /** Of ICMP and ICMPv6; an echo request (8, or 128 in ICMPv6) unless told. */
  readonly icmpType?: number | undefined;
  /** 0 unless told. */
  readonly icmpCode?: number | undefined;
  /** `forward` unless told. */
  readonly direction?: Direction | undefined;
  /** `new` unless told. */
  readonly state?: ConnectionState | undefined;
  /** RFC 3339 instant; needed only where a rule has a time window. */
  readonly at?: string | undefined;
};

export type Request = NetworkRequest | AccessRequest | AiRequest;

export type Decision = 'allow' | 'deny' | 'not-applicable';

export type DecisionResult = {
  readonly decision: Decision;
  /** `policy/rule` ids that determined it, in a stable order. Empty when nothing applies. */
  readonly determining: readonly string[];
  /** Rules that could not be evaluated, and why. Not empty means `deny`. */
  readonly erring: readonly { readonly rule: string; readonly reason: string }[];
};

export type Requirement = { readonly id: string; readonly text: string };

/** What the sentence leaves open: two readings that differ on one request. */
export type Question<R = Rule, Q = Request> = {
  readonly id: string;
  /** The requirement it is about. */
  readonly about: string;
  readonly text: string;
  /** The word or phrase of the requirement that is unclear, as half-open UTF-16 offsets into its text. */
  readonly span?: { readonly start: number; readonly end: number } | undefined;
  readonly readings: readonly QuestionReading<R, Q>[];
  readonly answered?: { readonly answer: string; readonly by: string; readonly at: string } | undefined;
};

/** One reading. `rules` replace the rules of the same id and are added otherwise when the reading is chosen. */
export type QuestionReading<R = Rule, Q = Request> = {
  readonly answer: string;
  readonly meaning: string;
  readonly request?: Q | undefined;
  readonly decision?: Decision | undefined;
  readonly rules?: readonly R[] | undefined;
};

export type PolicyTest<Q = Request> = {
  readonly name: string;
  readonly request: Q;
  readonly decision: Decision;
  /** Rule ids that must determine it. */
  readonly by?: readonly string[] | undefined;
};

export type Policy<R = Rule, Q = Request> = {
  /** `[a-z0-9-]{1,64}`. */
  readonly policy: string;
  readonly title: string;
  readonly owner: string;
  /** `<catalogue>:<control>`, for example `nist-800-53r5:ac-4`. */
  readonly controls: readonly string[];
  readonly requirements: readonly Requirement[];
  readonly rules: readonly R[];
  readonly questions: readonly Question<R, Q>[];
  readonly tests: readonly PolicyTest<Q>[];
  readonly budget?: PolicyBudget | undefined;
};

/** The most that the rules may allow together. Absent: no limit. */
export type PolicyBudget = {
  /** Of the network: logarithms to base 2, as analysis/size.ts counts. */
  readonly ipv4?: number | undefined;
  readonly ipv6?: number | undefined;
  /** Grants of access, and of models, as analysis/grants/size.ts counts. */
  readonly access?: number | undefined;
  readonly ai?: number | undefined;
};

/** A policy that speaks of the network alone. */
export type NetworkPolicy = Policy<NetworkRule, NetworkRequest>;

export type NetworkQuestion = Question<NetworkRule, NetworkRequest>;

export function isNetworkRule(rule: Rule): rule is NetworkRule {
  return rule.kind === 'network';
}
