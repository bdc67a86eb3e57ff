/** What a report is made of: rows as the store has them, reduced to what is told. Plain JSON. */
import type { WhatIf } from '../policy/replay/what-if.ts';
import type { JsonObject } from '../json.ts';
import type { Policy } from '../policy/model.ts';
import type { ComplianceFacts } from './facts.ts';

export type ReportPolicy = {
  readonly row: { readonly policy: string; readonly state: string; readonly enforced: number | undefined; readonly author: string };
  readonly version:
    | { readonly version: number; readonly document: Policy; readonly digest: string; readonly author: string; readonly createdAt: string }
    | undefined;
  readonly proofs: readonly {
    readonly target: string;
    readonly artifact: string;
    readonly equal: boolean;
    readonly at: string;
    readonly detail: JsonObject;
  }[];
  readonly whatIf: Pick<WhatIf, 'connections' | 'wouldBlock'> | undefined;
};

export type ReportPoint = {
  readonly name: string;
  readonly kind: string;
  readonly health: string;
  readonly desired: {
    readonly artifact: string | undefined;
    readonly policyVersions: readonly { readonly policy: string; readonly version: number }[];
  };
};

export type ReportEffect = {
  readonly key: string;
  readonly run: string;
  readonly action: string;
  readonly targets: readonly string[];
  readonly status: string;
  readonly approval: string | undefined;
  readonly attempts: number;
  readonly entries: readonly number[];
};

export type ReportIncident = {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly severity: string;
  readonly status: string;
  readonly signals: readonly string[];
  readonly openedAt?: string | undefined;
  readonly updatedAt?: string | undefined;
};

export type ReportRun = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  readonly requester: string;
  readonly incident?: string | undefined;
  readonly outcome: string | undefined;
};

export type ReportApproval = {
  readonly id: string;
  readonly run: string;
  readonly digest: string;
  readonly summary: string;
  readonly requester: string;
  readonly status: string;
  readonly openedAt?: string | undefined;
  readonly closedAt?: string | undefined;
  readonly votes: readonly { readonly by: string; readonly decision: string; readonly reason?: string | undefined }[];
};

/** A row of the audit chain. */
export type ReportEntry = {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly detail: JsonObject;
};

export type ReportInput = {
  readonly title: string;
  /** RFC 3339: when the facts were read. */
  readonly at: string;
  readonly policies: readonly ReportPolicy[];
  readonly points: readonly ReportPoint[];
  readonly effects: readonly ReportEffect[];
  readonly incidents: readonly ReportIncident[];
  readonly runs: readonly ReportRun[];
  readonly approvals: readonly ReportApproval[];
  /** The chain's rows, in order. */
  readonly entries: readonly ReportEntry[];
  readonly chain?: { readonly ok: boolean; readonly rows: number; readonly head: string } | undefined;
  /** Of the policies that are told of; with it, the report has its tables. */
  readonly compliance?: ComplianceFacts | undefined;
};
