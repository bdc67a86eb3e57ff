/** What compliance is judged by: rows as the store has them, reduced to what a need asks. Plain JSON; times are RFC 3339. */

/** Runs, approvals, incidents, effects and reports that are older than 90 days say nothing of now. The length is Edict's own. */
export const windowMs = 90 * 24 * 3_600_000;

export type PolicyFact = {
  readonly policy: string;
  readonly title: string;
  readonly state: string;
  /** The version in force. */
  readonly enforced: number | undefined;
  /** Of the version in force, else of the newest. */
  readonly controls: readonly string[];
  readonly digest: string | undefined;
  readonly author: string;
  /** Artifacts of the version in force, and whether the last proof of each found them equal. */
  readonly proofs: readonly { readonly target: string; readonly equal: boolean | undefined; readonly at: string | undefined }[];
  readonly approval: ApprovalFact | undefined;
};

export type ApprovalFact = {
  readonly id: string;
  readonly requester: string;
  readonly status: string;
  readonly closedAt: string | undefined;
  readonly quorum: number;
  /** Who approved, each once. */
  readonly approvers: readonly string[];
  /** `undefined` where the glass was not broken. */
  readonly review: 'open' | 'accepted' | 'rejected' | undefined;
};

export type PlaybookFact = {
  readonly playbook: string;
  readonly version: string;
  readonly title: string;
  readonly controls: readonly string[];
  readonly publishedAt: string;
  /** Published with tests: a version whose tests fail is not published. */
  readonly tested: boolean;
  /** The last that ended by itself, in the window. */
  readonly lastRun: { readonly run: string; readonly outcome: string; readonly endedAt: string } | undefined;
};

export type PointFact = {
  readonly name: string;
  readonly health: string;
  readonly seenAt: string;
  readonly policyVersions: readonly { readonly policy: string; readonly version: number }[];
};

export type IncidentFact = {
  readonly id: string;
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  readonly status: 'open' | 'contained' | 'closed';
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly signals: number;
};

export type EffectFact = { readonly key: string; readonly status: string; readonly decided: boolean; readonly at: string };

/** The newest rows of the window, and how many there are in all: what is left out is said, never taken for good. */
export type Sample<T> = { readonly rows: readonly T[]; readonly total: number };

export type ComplianceFacts = {
  readonly at: string;
  /** Where the window begins. */
  readonly since: string;
  readonly policies: readonly PolicyFact[];
  readonly playbooks: readonly PlaybookFact[];
  readonly points: readonly PointFact[];
  /** Decided in the window: approved. */
  readonly approvals: Sample<ApprovalFact>;
  readonly incidents: Sample<IncidentFact>;
  readonly effects: Sample<EffectFact>;
  readonly report: { readonly id: string; readonly at: string } | undefined;
  readonly assets: number;
  readonly chain: { readonly ok: boolean; readonly rows: number; readonly head: string; readonly at: string } | undefined;
};
