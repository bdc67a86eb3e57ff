/**
 * A target is a language that rules compile to. `compile` says what it cannot express as losses, never silently; `read` is
 * an independent reader of the artifact back into decisions, written from the language's own semantics and sharing no code
 * with `compile`, so that the proof (prove.ts) compares two different roads.
 */
import type { Inventory } from '../../context/inventory.ts';
import type { Digest } from '../../digest.ts';
import type { NetworkRequest, Policy, Request } from '../model.ts';

export type TargetName = 'rego' | 'nftables';

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
};

export type Compilation = { readonly artifact: Artifact; readonly losses: readonly Loss[] };

/**
 * What an artifact does, as an ordered first-match list over address intervals (inclusive, numeric text avoided: bigint),
 * ports and protocols. Decisions are the target's own: an nftables `accept` by the chain's policy is `not-applicable`.
 */
export type ReadRule = {
  readonly source: readonly AddressInterval[];
  readonly destination: readonly AddressInterval[];
  readonly protocols: readonly NetworkRequest['protocol'][];
  readonly ports: readonly { readonly low: number; readonly high: number }[];
  /** Minutes of the week, Monday 00:00 = 0, inclusive, in `timezone`; absent means always. */
  readonly minutes?: { readonly timezone: string; readonly ranges: readonly { readonly low: number; readonly high: number }[] } | undefined;
  readonly decision: 'allow' | 'deny';
};

export type AddressInterval = { readonly family: 4 | 6; readonly low: bigint; readonly high: bigint };

export type Target = {
  readonly name: TargetName;
  /** Throws `policy-name-unknown` for a selector that the inventory does not know. Same input, same bytes. */
  readonly compile: (policies: readonly Policy[], inventory: Inventory) => Compilation;
  /** Throws `artifact-unreadable` for a construct that it does not know: never skipped. */
  readonly read: (artifact: Artifact) => readonly ReadRule[];
};
