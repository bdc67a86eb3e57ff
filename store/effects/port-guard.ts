/** The guard's part of the store: its settings, each version kept, and what an intent of now would find. */
import type { Inventory } from '../../domain/context/inventory.ts';
import type { BudgetUse } from '../../domain/guard/decision.ts';
import type { GuardSettings, GuardSettingsVersion } from '../../domain/guard/settings.ts';

export type GuardSituation = {
  /** By the database's clock. */
  readonly now: string;
  readonly inventory: Inventory;
  readonly subjects: readonly string[];
  readonly settings: GuardSettingsVersion;
  /** Of the budgets that count the action. Only a look: the intent decides. */
  readonly usage: readonly BudgetUse[];
};

export type Guard = {
  /** The version in force: the newest, or the defaults where none was saved. */
  readonly settings: () => Promise<GuardSettingsVersion>;
  /** Newest first, at most 100. */
  readonly history: () => Promise<readonly GuardSettingsVersion[]>;
  /** A new version; `conflict` where another than `replaces` is in force meanwhile. The same content again is a no-op. */
  readonly save: (input: {
    readonly settings: GuardSettings;
    readonly replaces?: number | undefined;
    readonly reason?: string | undefined;
    readonly by: string;
  }) => Promise<GuardSettingsVersion>;
  readonly situation: (input: {
    readonly action: string;
    /** The playbook itself, or a run of it. */
    readonly playbook: string | { readonly run: string };
    /** What the effect is about, by the inventory in force. */
    readonly subjects: (inventory: Inventory) => readonly string[];
    /** Count by the budgets of these instead. */
    readonly settings?: GuardSettings | undefined;
  }) => Promise<GuardSituation>;
};
