/** An approval: a request to roles or named people to accept one exact plan, bound to the plan's digest. */
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

/** What a step of the run found out about who would feel it. */
export type BlastRadius = { readonly step: string; readonly critical: number; readonly peers: number; readonly hosts: readonly string[] };
/** `high`: nobody approves it without a reason. The rule is in approval/shown.ts. */
export type Risk = 'normal' | 'high';
export type Irreversible = { readonly step: string; readonly reason: string };

/** What is shown beside the effects, and bound with them. */
export type Shown = {
  readonly expiresAtMs: number;
  readonly risk: Risk;
  readonly irreversible: readonly Irreversible[];
  readonly blastRadius: readonly BlastRadius[];
};

export type ApprovalPlan = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  readonly step: string;
  readonly effects: readonly PlannedEffect[];
  /** Absent in requests of plans that were compiled before it was bound. */
  readonly shown?: Shown | undefined;
};

export type ApprovalStatus = 'open' | 'approved' | 'denied' | 'expired' | 'cancelled';

/** Less than what was asked for: some of the covered steps, or a shorter lease on what can be undone. */
export type Narrow = { readonly steps?: readonly string[] | undefined; readonly lease?: string | undefined };

export type Vote = {
  readonly approval: string;
  /** Of the ApprovalPlan that the voter decides on: the whole one, or the one that `narrow` leaves of it. */
  readonly digest: Digest;
  readonly decision: 'approve' | 'deny';
  readonly by: string;
  /** RFC 3339, by the database's clock when the door signed it. */
  readonly at: string;
  readonly reason?: string | undefined;
  /** Who passed the right on to the voter. */
  readonly onBehalfOf?: string | undefined;
  readonly narrow?: Narrow | undefined;
};

/** What a person states at a door: a vote, or that the plan runs now without the votes. */
export type Statement = Omit<Vote, 'decision'> & { readonly decision: Vote['decision'] | 'break-glass' };

/** A statement as it travels through Temporal: signed by the door, so that Temporal carries but does not authorise (HMAC-SHA-256 over the canonical JSON of `vote`, base64url). */
export type SignedVote = { readonly vote: Statement; readonly signature: string };

/** Who may let the plan run without the quorum, and how long others have to look at it afterwards. */
export type BreakGlass = { readonly roles: readonly string[]; readonly reviewMs: number };

/** What may be done by now: the whole plan or a narrower one. */
export type Granted = { readonly digest: Digest; readonly plan: ApprovalPlan; readonly by: 'quorum' | 'break-glass' };

export type Review = {
  readonly id: string;
  readonly approval: string;
  readonly run: string;
  /** Who broke the glass, and why. */
  readonly by: string;
  readonly reason: string;
  readonly openedAt: string;
  readonly dueAt: string;
  readonly status: 'open' | 'accepted' | 'rejected';
  readonly overdue: boolean;
  readonly closedBy?: string | undefined;
  readonly comment?: string | undefined;
  readonly closedAt?: string | undefined;
};

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
  /** Asked by name. */
  readonly people: readonly string[];
  readonly quorum: number;
  readonly requester: string;
  /** The requester, and those of the runs that this one is a part of: none of them votes. */
  readonly excluded: readonly string[];
  readonly breakGlass?: BreakGlass | undefined;
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly status: ApprovalStatus;
  readonly votes: readonly Vote[];
  readonly granted?: Granted | undefined;
  readonly review?: Review | undefined;
  readonly closedAt?: string | undefined;
};

/** A right to vote, passed on for a time. */
export type Delegation = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly roles: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly reason?: string | undefined;
  readonly madeAt: string;
  readonly revokedAt?: string | undefined;
};

/** What somebody asked or answered beside the votes. */
export type ApprovalComment = { readonly id: number; readonly by: string; readonly text: string; readonly at: string };
