/**
 * The port to an outside system: a directory, a mail service, a cloud. What it is told is idempotent by key, and performed means observed:
 * `perform` returns only after the system itself shows the change. Every kind passes test/connectors/systems.
 */
import type { JsonObject } from '../domain/json.ts';
import type { ChangeName, ReadingName, SystemKind } from '../domain/systems/catalogue.ts';
import type { CallOptions } from './connector.ts';

/**
 * A change of one object, with all that is needed to see whether it is in force and to take it back. Plain JSON: it is recorded before
 * anything is changed, because what was before cannot be asked for afterwards.
 */
export type Prepared = {
  readonly change: ChangeName;
  /** What is changed, as in `user/ann@example.com`: changes of the same target are made one after the other. */
  readonly target: string;
  readonly params: JsonObject;
  /** The object's state before, and its ids. */
  readonly before: JsonObject;
  /** It was so already: there is nothing to do, and nothing to take back. */
  readonly already: boolean;
};

/**
 * `partial`: of several objects, some. `pending`: the system has taken it on, and does not show it yet. `gone`: what it was about is no
 * more, so that there is nothing to do and nothing to take back.
 */
export type SystemObservation = { readonly state: 'landed' | 'partial' | 'absent' | 'pending' | 'gone'; readonly facts: JsonObject };

/**
 * Errors of every operation: `system-unreachable` and `rate-limited` (may succeed later; a change may have happened), `timeout`,
 * `system-refused` (it said no), `system-object-missing`, `cancelled`, and `system-missing` for what the kind cannot do.
 */
export type OutsideSystem = {
  readonly kind: SystemKind;
  /** The system's name, unique. */
  readonly system: string;
  /** Whether it is reached and takes our credentials: what it says of who we are. */
  readonly check: (options?: CallOptions) => Promise<JsonObject>;
  readonly read: (reading: ReadingName, params: JsonObject, options?: CallOptions) => Promise<JsonObject>;
  /** The target of a change by the system's own name for it; `input-invalid` for parameters that are none. */
  readonly target: (change: ChangeName, params: JsonObject, options?: CallOptions) => Promise<string>;
  /** Looks, and changes nothing. */
  readonly prepare: (change: ChangeName, params: JsonObject, options?: CallOptions) => Promise<Prepared>;
  readonly perform: (prepared: Prepared, key: string, options?: CallOptions) => Promise<SystemObservation>;
  readonly observe: (prepared: Prepared, key: string, options?: CallOptions) => Promise<SystemObservation>;
  /** Puts back what was before; twice is the same as once. `system-missing` for a change that cannot be taken back. */
  readonly undo: (prepared: Prepared, key: string, options?: CallOptions) => Promise<SystemObservation>;
  readonly close: () => Promise<void>;
};

/** How a system is reached, as stored. `secrets`: the name under which each is stored, by its role. */
export type SystemConfig = {
  readonly name: string;
  readonly kind: SystemKind;
  readonly settings: JsonObject;
  readonly secrets: { readonly [role: string]: string };
};
