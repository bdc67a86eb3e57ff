/**
 * The port to an enforcement point. All operations are idempotent by key, and applied means observed: `apply` returns only
 * after the point itself reports the change. Every connector passes test/connectors/conformance.
 */
import type { PointPermission, Probe } from '../domain/enforcement/question.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Request } from '../domain/policy/model.ts';
import type { Artifact, TargetName } from '../domain/policy/targets/target.ts';

export type ConnectorKind = 'opa' | 'nftables';

/** All that should be in force at the point: the policy's artifact, and the hosts that are isolated, each by its effect key. */
export type Desired = {
  readonly artifact: Artifact | undefined;
  readonly isolations: readonly Isolation[];
};

export type Isolation = {
  /** The effect key `<run>/<step>/<invocation>` that asked for it. */
  readonly key: string;
  /** The isolated host's addresses. */
  readonly addresses: readonly string[];
  /** Addresses or CIDRs that the host may still talk to. */
  readonly allow: readonly string[];
};

/** What the point itself says is in force. `drifted` names what differs from what was last applied, in words. */
export type Observed = {
  readonly artifactDigest: string | undefined;
  readonly isolationKeys: readonly string[];
  /** True when the point's content is byte for byte (or structurally, where it has no bytes) what the digest stands for. */
  readonly intact: boolean;
  /** Counters and versions, for people. */
  readonly facts: JsonObject;
};

/** What `apply` would do. Empty `steps` means that the point is already as desired. */
export type Change = { readonly steps: readonly string[] };

/** Proof of an application, enough to undo it: the desired state before. */
export type Receipt = { readonly key: string; readonly before: Desired; readonly after: Desired; readonly observed: Observed };

export type { Probe };

/** `probe` absent: the request could not be tried here (port 0, a multicast address, …), and `reason` says why. */
export type ProbeOutcome = { readonly request: Request; readonly probe?: Probe | undefined; readonly reason?: string | undefined };

export type CallOptions = { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined };

export type Connector = {
  readonly kind: ConnectorKind;
  /** The enforcement point's name, unique. */
  readonly point: string;
  readonly plan: (desired: Desired, options?: CallOptions) => Promise<Change>;
  /** Whole state, atomically: after it the point is as `desired`, or as before. */
  readonly apply: (desired: Desired, key: string, options?: CallOptions) => Promise<Receipt>;
  readonly observe: (options?: CallOptions) => Promise<Observed>;
  readonly probe: (request: Request, options?: CallOptions) => Promise<Probe>;
  /** Many probes at once, answers in the order of the requests; one that could not be tried says why. */
  readonly probeMany?: (requests: readonly Request[], options?: CallOptions) => Promise<readonly ProbeOutcome[]>;
  /** What the account by which the point is reached may do there, as far as that can be seen without changing anything. */
  readonly permissions: (options?: CallOptions) => Promise<readonly PointPermission[]>;
  /** Puts back `receipt.before`. Undoing twice is the same as once. */
  readonly undo: (receipt: Receipt, options?: CallOptions) => Promise<Observed>;
  readonly close: () => Promise<void>;
};

/** How a point is reached, as stored; parsed by the connector's own schema. `target`: what it takes, where its kind takes several. */
export type PointConfig = {
  readonly name: string;
  readonly kind: ConnectorKind;
  readonly target?: TargetName | undefined;
  readonly settings: { readonly [key: string]: Json };
};
