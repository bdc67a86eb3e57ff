/** An approval: a request to named roles to accept one exact plan, bound to the plan's digest. */
import type { Digest } from '../digest.ts';
import type { JsonObject } from '../json.ts';

/** One effect as it will be performed: what is approved is exactly this. */
export type PlannedEffect = {
  readonly step: string;
  readonly action: string;
  readonly params: JsonObject;
  readonly lease?: string | undefined;
  readonly undo?: string | undefined;
};

export type ApprovalPlan = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  readonly step: string;
  readonly effects: readonly PlannedEffect[];
};

export type ApprovalStatus = 'open' | 'approved' | 'denied' | 'expired' | 'cancelled';

export type Vote = {
  readonly approval: string;
  /** Digest of the ApprovalPlan that the voter saw. */
  readonly digest: Digest;
  readonly decision: 'approve' | 'deny';
  readonly by: string;
  /** RFC 3339, by the clock of the door that the vote came through. */
  readonly at: string;
  readonly reason?: string | undefined;
};

/** A vote as it travels through Temporal: signed by the door, so that Temporal carries but does not authorise (HMAC-SHA-256 over the canonical JSON of `vote`, base64url). */
export type SignedVote = { readonly vote: Vote; readonly signature: string };

export type ApprovalRecord = {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly digest: Digest;
  readonly plan: ApprovalPlan;
  /** What the voters read: title, requester, why, facts. */
  readonly summary: string;
  readonly facts: JsonObject;
  readonly roles: readonly string[];
  readonly quorum: number;
  readonly requester: string;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly status: ApprovalStatus;
  readonly votes: readonly Vote[];
  readonly closedAt?: string | undefined;
};
