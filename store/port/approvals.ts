/** The part of the port (../port.ts) that is about people in the loop: approvals and votes, rights passed on, and reviews of glass that was broken. */
import type { Digest } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type {
  ApprovalComment,
  ApprovalPlan,
  ApprovalRecord,
  ApprovalStatus,
  BreakGlass,
  Delegation,
  Review,
  Statement,
} from '../../domain/playbook/approval.ts';
import type { Rights, Voter } from '../../domain/playbook/approval/standing.ts';
import type { Page, PageRequest } from './words.ts';

export type OpenedApproval = {
  readonly plan: ApprovalPlan;
  readonly digest: Digest;
  readonly summary: string;
  readonly facts: JsonObject;
  readonly roles: readonly string[];
  readonly people?: readonly string[] | undefined;
  readonly quorum: number;
  readonly requester: string;
  readonly breakGlass?: BreakGlass | undefined;
  readonly expiresAt: string;
};

export type Approvals = {
  /** Idempotent by run, step and digest; an open approval of another digest of the same step is cancelled (superseded). */
  readonly open: (input: OpenedApproval) => Promise<ApprovalRecord>;
  readonly get: (id: string) => Promise<ApprovalRecord | undefined>;
  /** In no order. */
  readonly named: (ids: readonly string[]) => Promise<readonly ApprovalRecord[]>;
  readonly list: (
    filter: {
      readonly status?: ApprovalStatus | 'decided' | undefined;
      readonly run?: string | undefined;
      readonly runs?: readonly string[] | undefined;
      /** Minutes in which it expires. */
      readonly within?: number | undefined;
      readonly order?: 'newest' | 'expiring' | undefined;
    },
    page: PageRequest,
  ) => Promise<Page<ApprovalRecord>>;
  /**
   * One transaction with the row locked: refuses closed, expired (by the database's clock), a statement that is too old, another digest,
   * what is no narrower plan, the requester, missing rights (as they are now), a second vote, and a missing reason; otherwise records, and
   * closes on a denial or once votes for one plan, of people who may give them now, make the quorum. A refusal is recorded too.
   */
  readonly vote: (statement: Statement) => Promise<ApprovalRecord>;
  readonly close: (id: string, status: 'expired' | 'cancelled', by: string) => Promise<ApprovalRecord>;
  readonly escalate: (input: {
    readonly id: string;
    readonly to: readonly string[];
    readonly people?: readonly string[] | undefined;
    readonly kind: 'remind' | 'escalate';
  }) => Promise<void>;
  /** The rights of these voters, and of those on whose behalf they vote, now. */
  readonly rights: (voters: readonly Voter[]) => Promise<Rights>;
  /** The clock that decides: statements are dated by it. */
  readonly clock: () => Promise<string>;
  /** Also of one that is closed. */
  readonly comment: (id: string, text: string, by: string) => Promise<ApprovalComment>;
  /** The newest 500, oldest first. */
  readonly comments: (id: string) => Promise<readonly ApprovalComment[]>;
  /** Decided ones of the same step of the same playbook, then those that share an action; newest first. `outcome`: of their runs. */
  readonly similarTo: (
    id: string,
    limit: number,
  ) => Promise<readonly { readonly id: string; readonly sameStep: boolean; readonly outcome: string | undefined }[]>;
};

export type Delegations = {
  /** From now or from `since`, until then. Refuses roles that `from` does not have, a stranger, and a time that is over. */
  readonly give: (
    input: Pick<Delegation, 'from' | 'to' | 'roles' | 'until' | 'reason'> & { readonly since?: string | undefined },
  ) => Promise<Delegation>;
  readonly get: (id: string) => Promise<Delegation | undefined>;
  readonly list: (
    filter: { readonly person?: string | undefined; readonly inForce?: boolean | undefined },
    page: PageRequest,
  ) => Promise<Page<Delegation>>;
  /** Twice is the same as once. */
  readonly revoke: (id: string, by: string) => Promise<Delegation>;
};

export type Reviews = {
  readonly get: (id: string) => Promise<Review | undefined>;
  readonly list: (
    filter: { readonly status?: Review['status'] | undefined; readonly overdue?: boolean | undefined },
    page: PageRequest,
  ) => Promise<Page<Review>>;
  /** Refuses who broke the glass and who asked for the run, and one that is closed. */
  readonly close: (input: {
    readonly id: string;
    readonly verdict: 'accept' | 'reject';
    readonly comment: string;
    readonly by: string;
  }) => Promise<Review>;
  /** Open past their time, and nobody was told yet. */
  readonly unraised: () => Promise<readonly Review[]>;
  readonly raised: (id: string, incident: string) => Promise<void>;
};
