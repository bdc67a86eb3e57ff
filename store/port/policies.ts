/** Policies, their versions, what they compile to, and what was proved of that. */
import type { Digest } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Policy } from '../../domain/policy/model.ts';
import type { Artifact, Loss, TargetName } from '../../domain/policy/targets/target.ts';
import type { Actor, Page, PageRequest } from './words.ts';

export type PolicyState = 'draft' | 'in-review' | 'approved' | 'distributing' | 'enforced' | 'revising' | 'retired';

export type PolicyRow = {
  readonly policy: string;
  readonly state: PolicyState;
  /** The version that is being worked on. */
  readonly draft: number | undefined;
  /** The version in force. */
  readonly enforced: number | undefined;
  readonly author: Actor;
  /** Why review sent it back, where it did. */
  readonly reason: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type PolicyVersionRow = {
  readonly policy: string;
  readonly version: number;
  readonly document: Policy;
  readonly digest: Digest;
  readonly status: 'draft' | 'approved' | 'superseded';
  readonly author: Actor;
  readonly createdAt: string;
};

export type ProofRow = {
  readonly policy: string;
  readonly version: number;
  readonly target: TargetName;
  readonly artifact: Digest;
  readonly equal: boolean;
  /** Classes compared, witnesses tried, by which engine, counter-example, as prove.ts returns it. */
  readonly detail: JsonObject;
  readonly at: string;
};

export type Policies = {
  /** A new policy with version 1 as draft, or a new draft version of one (state `revising` when a version is enforced). `conflict` when a draft is in review. */
  readonly saveDraft: (document: Policy, author: Actor) => Promise<PolicyVersionRow>;
  /** Replaces the document of a version that is still a draft; `policy-state-wrong` otherwise. */
  readonly replaceDraft: (document: Policy, version: number, by: Actor) => Promise<PolicyVersionRow>;
  readonly get: (policy: string) => Promise<PolicyRow | undefined>;
  readonly version: (policy: string, version: number) => Promise<PolicyVersionRow | undefined>;
  readonly versions: (policy: string) => Promise<readonly PolicyVersionRow[]>;
  readonly list: (page: PageRequest, state?: PolicyState | 'live' | 'in-force') => Promise<Page<PolicyRow>>;
  /** Moves the state machine of DESIGN §5; `policy-state-wrong` where there is no such edge. */
  readonly transition: (input: {
    readonly policy: string;
    readonly to: PolicyState;
    readonly by: Actor;
    readonly reason?: string | undefined;
  }) => Promise<PolicyRow>;
  /** Freezes the version. */
  readonly approve: (input: {
    readonly policy: string;
    readonly version: number;
    readonly by: Actor;
    readonly approval: string;
  }) => Promise<PolicyVersionRow>;
  /** Records that the version is the one in force. */
  readonly enforce: (input: { readonly policy: string; readonly version: number; readonly by: Actor }) => Promise<void>;
  /** Every policy in its enforced version. */
  readonly inForce: () => Promise<readonly PolicyVersionRow[]>;
  readonly saveCompilation: (input: {
    readonly policy: string;
    readonly version: number;
    readonly artifact: Artifact;
    readonly losses: readonly Loss[];
    readonly by: Actor;
  }) => Promise<void>;
  readonly compilations: (
    policy: string,
    version: number,
  ) => Promise<readonly { readonly target: TargetName; readonly artifact: Digest; readonly losses: readonly Loss[] }[]>;
  readonly artifact: (digest: Digest) => Promise<Artifact | undefined>;
  readonly saveProof: (proof: Omit<ProofRow, 'at'>, by: Actor) => Promise<ProofRow>;
  readonly proofs: (policy: string, version: number) => Promise<readonly ProofRow[]>;
  readonly saveWhatIf: (input: {
    readonly policy: string;
    readonly version: number;
    readonly result: JsonObject;
    readonly by: Actor;
  }) => Promise<void>;
  readonly whatIf: (policy: string, version: number) => Promise<JsonObject | undefined>;
};
