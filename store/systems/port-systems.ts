/** The part of the port (port.ts) that is about outside systems. */
import type { JsonObject } from '../../domain/json.ts';
import type { SystemKind } from '../../domain/systems/catalogue.ts';

export type SystemRow = {
  readonly name: string;
  readonly kind: SystemKind;
  readonly settings: JsonObject;
  /** Role → the name under which the secret is stored. */
  readonly secrets: { readonly [role: string]: string };
  readonly updatedAt: string;
};

export type Systems = {
  /** Adds or changes a system. The same again is a no-op. */
  readonly put: (system: Omit<SystemRow, 'updatedAt'>, by: string) => Promise<SystemRow>;
  readonly get: (name: string) => Promise<SystemRow | undefined>;
  readonly list: () => Promise<readonly SystemRow[]>;
  /** `not-found` where there is none. What was done there stays done. */
  readonly remove: (name: string, by: string) => Promise<void>;
  /**
   * Records what an effect found before it acts: what its undo puts back. The first record stays; returns the one that holds. `target` is
   * `<system>/<its own name for what is changed>`.
   */
  readonly prepare: (effect: string, target: string, prepared: JsonObject) => Promise<JsonObject>;
  readonly prepared: (effect: string) => Promise<JsonObject | undefined>;
  /** What other effects on the target found that may be in force, oldest first. */
  readonly holding: (target: string, except: string) => Promise<readonly JsonObject[]>;
  /** Runs `work` while no one else changes this target, over all processes. */
  readonly locked: <T>(target: string, work: () => Promise<T>) => Promise<T>;
};
