/** Enforcement points: what should be in force at each, and what was seen. */
import type { Digest } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TargetName } from '../../domain/policy/targets/target.ts';
import type { LastProbe, PointQuestions, SeenPermissions } from '../points/port-questions.ts';
import type { Actor } from './words.ts';

export type PointRow = {
  readonly name: string;
  readonly kind: string;
  readonly target: TargetName;
  readonly settings: JsonObject;
  /** What should be in force: artifact digest and isolations. Set when an effect is confirmed. */
  readonly desired: {
    readonly artifact: Digest | undefined;
    readonly policyVersions: readonly { readonly policy: string; readonly version: number }[];
    readonly isolations: readonly JsonObject[];
  };
  readonly observed: JsonObject | undefined;
  readonly health: 'unknown' | 'in-force' | 'drifted' | 'unreachable';
  readonly lastProbe?: LastProbe | undefined;
  /** As they were seen last, when somebody asked. */
  readonly permissions?: SeenPermissions | undefined;
  readonly updatedAt: string;
};

export type Points = PointQuestions & {
  readonly put: (
    point: { readonly name: string; readonly kind: string; readonly target: TargetName; readonly settings: JsonObject },
    by: Actor,
  ) => Promise<void>;
  readonly get: (name: string) => Promise<PointRow | undefined>;
  readonly list: () => Promise<readonly PointRow[]>;
  readonly setDesired: (name: string, desired: PointRow['desired'], by: Actor) => Promise<void>;
  /** Forgets the point and its bundle; `conflict` where something should be in force there. */
  readonly remove: (name: string, by: Actor) => Promise<void>;
  /** Writes an audit row only when the health changes. */
  readonly setObserved: (name: string, observed: JsonObject, health: PointRow['health']) => Promise<void>;
  /** Runs `work` while no one else changes this point (advisory lock held on one connection; survives nothing). */
  readonly locked: <T>(name: string, work: () => Promise<T>) => Promise<T>;
};
