/** What the decision point is asked before an effect, and what it answers. Plain JSON: it is kept with the intent. */
import type { Asset } from '../context/inventory.ts';
import type { Digest } from '../digest.ts';
import type { JsonObject } from '../json.ts';
import type { Criticality, ReadWindow } from './settings.ts';

/** What the effect is about, as the inventory knows it. */
export type GuardSubject = Partial<Pick<Asset, 'zone' | 'groups' | 'owner'>> & {
  readonly name: string;
  readonly known: boolean;
  readonly criticality: Criticality;
};

/** How much of a budget is taken by others than the subjects asked about. `limit` is the setting's. */
export type BudgetUse = {
  readonly budget: string;
  readonly scope: 'playbook' | 'overall';
  readonly used: number;
  readonly limit: number;
  readonly per: string;
};

export type GuardQuestion = {
  readonly actor: {
    readonly requester: string;
    readonly run: string;
    readonly playbook: string;
    readonly version: string;
    readonly incident?: string | undefined;
  };
  readonly approval?:
    | { readonly id: string; readonly approvedBy: readonly string[]; readonly roles: readonly string[]; readonly breakGlass: boolean }
    | undefined;
  readonly step: string;
  readonly action: string;
  readonly undo?: string | undefined;
  readonly targets: readonly string[];
  readonly subjects: readonly GuardSubject[];
  /** Shortened: what a decision may depend on, not the effect's content. */
  readonly params: JsonObject;
  /** The store's clock. */
  readonly now: string;
  readonly usage: readonly BudgetUse[];
  readonly settings: {
    readonly version: number;
    readonly windows: readonly ReadWindow[];
    readonly protected: readonly JsonObject[];
    readonly criticality: { readonly approvalFrom: Criticality; readonly unknownAs: Criticality };
  };
};

/** OPA's answer. */
export type GuardAnswer = {
  readonly allow: boolean;
  /** In words that a person understands; empty where it allows. */
  readonly reasons: readonly string[];
  /** SHA-256 of the Rego that decided. */
  readonly policy: Digest;
  /** OPA's own id of the decision, where it logs decisions. */
  readonly id?: string | undefined;
};

/** As it is recorded with the intent, and in the audit chain. */
export type GuardDecision = {
  readonly id: string;
  readonly allow: boolean;
  readonly reasons: readonly string[];
  readonly policy: Digest;
  readonly settings: { readonly version: number; readonly digest: Digest };
  /** Digest of the question. */
  readonly question: Digest;
  readonly at: string;
};

/** A place in a budget that an intent takes, checked again where it is taken. */
export type BudgetClaim = {
  readonly budget: string;
  readonly scope: 'playbook' | 'overall';
  readonly limit: number;
  readonly perMs: number;
  readonly per: string;
  /** Patterns of the actions that count. */
  readonly actions: readonly string[];
};

/** The same words whether OPA saw that the budget was spent, or another effect was faster. */
export function spent({ budget, scope, limit, per }: Pick<BudgetClaim, 'budget' | 'scope' | 'limit' | 'per'>, playbook: string): string {
  const whose = scope === 'playbook' ? `playbook ${playbook}` : 'all playbooks together';
  return `the budget \`${budget}\` is spent: ${whose} may touch ${limit} within ${per}`;
}
