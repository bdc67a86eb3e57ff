/**
 * A target is a language that rules compile to. `compile` says what it cannot express as losses, never silently; `read` is
 * an independent reader of the artifact back into decisions, written from the language's own semantics and sharing no code
 * with `compile`, so that the proof (prove.ts) compares two different roads.
 */
import type { Inventory } from '../../context/inventory.ts';
import type { Digest } from '../../digest.ts';
import type { Box } from '../boxes.ts';
import type { AddressSelector, Decision, Policy, PortSelector, Request, RuleKind, ServiceSelector } from '../model.ts';

export type TargetName =
  | 'nftables'
  | 'iptables'
  | 'cisco-ios'
  | 'cisco-asa'
  | 'juniper-srx'
  | 'pan-os'
  | 'fortinet'
  | 'check-point'
  | 'aws-security-group'
  | 'aws-network-acl'
  | 'azure-nsg'
  | 'gcp-firewall'
  | 'kubernetes'
  | 'cilium'
  | 'openflow'
  | 'rfc8519'
  | 'rego'
  | 'rego-access'
  | 'cedar'
  | 'aws-iam'
  | 'aws-scp'
  | 'openfga'
  | 'postgresql';

/** Files by path, as text. Content-addressed: the digest covers target, paths and contents. */
export type Artifact = {
  readonly target: TargetName;
  readonly digest: Digest;
  readonly files: { readonly [path: string]: string };
  readonly sizeBytes: number;
};

/** A request on which the target cannot do what the rule says. */
export type Loss = {
  readonly target: TargetName;
  readonly rule: string;
  readonly reason: string;
  readonly witness: Request;
  /** `over-permits`: the target allows what the rules deny. `under-permits`: the reverse. */
  readonly direction: 'over-permits' | 'under-permits';
  /**
   * Where it may show. `rule`: between all places of the rule's match, whatever the service. A part: so too, for those services and
   * source ports. `unspoken`: on what no rule speaks of, where the target must decide all the same; `rule` then names one that makes the
   * target filter there. Absent: on the rule's timed exceptions, or all over its match.
   */
  readonly covers?: 'rule' | 'unspoken' | LossPart | undefined;
};

/** What is absent is any; `from` and `to` are parts of the rule's own places. */
export type LossPart = {
  readonly from?: AddressSelector | undefined;
  readonly to?: AddressSelector | undefined;
  readonly service?: ServiceSelector | undefined;
  readonly sourcePorts?: PortSelector | undefined;
};

export type Compilation = { readonly artifact: Artifact; readonly losses: readonly Loss[] };

/**
 * A line of what an artifact does, in a list of which the first match decides. Decisions are the target's own: what an nftables
 * chain accepts by its policy is `not-applicable`. What no line matches is `not-applicable` too; where the language refuses it, the
 * list ends with a deny of `everything`.
 */
export type ReadRule = {
  readonly box: Box;
  readonly decision: Decision;
  /** Of the box's minutes, where they are not all. */
  readonly timezone?: string | undefined;
  /** Where in the artifact. */
  readonly where?: { readonly line?: number | undefined; readonly text?: string | undefined } | undefined;
};

/** An interval of one family, as numbers within it. */
export type AddressInterval = { readonly family: 4 | 6; readonly low: bigint; readonly high: bigint };

/** `Line`: what the reader of this kind of rule reports. */
export type Target<Line = ReadRule> = {
  readonly name: TargetName;
  readonly kinds: readonly RuleKind[];
  /** Throws `policy-name-unknown` for a selector that the inventory does not know. Same input, same bytes. */
  readonly compile: (policies: readonly Policy[], inventory: Inventory) => Compilation;
  /** Throws `artifact-unreadable` for a construct that it does not know: never skipped. */
  readonly read: (artifact: Artifact) => readonly Line[];
  /** What it has no words for: for each, a sentence that says what is compiled instead. */
  readonly cannotSay: readonly string[];
  /** What the enforcement point itself takes at most. */
  readonly budget?: Budget | undefined;
};

export type Budget = {
  readonly rules?: number | undefined;
  /** In one list of addresses or ports. */
  readonly entries?: number | undefined;
  readonly sizeBytes?: number | undefined;
};
