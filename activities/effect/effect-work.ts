/** What an action says of its effect, and one attempt at it. */
import type { Inventory } from '../../domain/context/inventory.ts';
import type { ActionCall } from '../contract.ts';
import type { Observed } from '../../connectors/connector.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { Outlook } from '../../store/port.ts';
import type { Ports } from '../ports.ts';
import type { StoredDesired } from './desired-state.ts';

export type EffectSpec = {
  readonly action: ActionName;
  /** Enforcement points, without repetition. They are changed one after the other, in this order. */
  readonly targets: readonly string[];
  /** What should be in force at a point with the effect, from what should be in force now. Pure, and idempotent. */
  readonly desire: (desired: StoredDesired, key: string) => StoredDesired;
  /** Whether the point's own word shows the effect. */
  readonly landed: (observed: Observed, desired: StoredDesired, key: string) => boolean;
  /** What should be in force at the point without it: what a final failure leaves behind. */
  readonly without: (desired: StoredDesired, key: string, before: StoredDesired) => StoredDesired;
};

/** What there is: assets and zones, and enforcement points. */
export type Ground = { readonly inventory: Inventory; readonly points: Outlook['points'] };

/** What an action says of its effect; where it takes to know what there is to say it, once that is known. */
export type SaidEffect = EffectSpec | { readonly action: ActionName; readonly by: (ground: Ground) => EffectSpec };

export type EffectWork = { readonly ports: Ports; readonly call: ActionCall; readonly spec: EffectSpec; readonly key: string };
