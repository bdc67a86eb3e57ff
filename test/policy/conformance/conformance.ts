/**
 * What a target brings to the conformance suite (suite.test.ts, suite.real.test.ts): `<target>.ts` in this folder exports one
 * `Conformance`, and index.ts lists it. The suite itself brings the shared cases of the target's rule kinds, hostile names, order,
 * idempotence and stability.
 */
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { Decision, Policy, Request } from '../../../domain/policy/model.ts';
import type { Artifact, TargetName } from '../../../domain/policy/targets/target.ts';
import type { TestEngine } from '../../engines/engines.ts';

export type ConformanceCase = {
  /** Kebab-case where it has a golden of its own: `test/golden/policy/<target>/<name>/`. */
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly inventory: Inventory;
};

/**
 * `refuted`: a counter-example. `unreadable`: the reader will not vouch for it. `equivalent`: it decides the same all the same.
 */
export type Fate = 'refuted' | 'unreadable' | 'equivalent';

/** A planted change of the artifact's text; it must change it. The fourth names the file, where it is not `Conformance.file`. */
export type Mutation = readonly [name: string, fate: Fate, change: (text: string) => string, file?: string];

export type Conformance = {
  readonly target: TargetName;
  /** The file of the artifact that mutations change. */
  readonly file: string;
  /** At least 20 that are refuted or equivalent. */
  readonly mutations: readonly Mutation[];
  /** What mutants are made of; for network rules the shared case `a policy with something of everything` unless told. */
  readonly planted?: ConformanceCase;
  /** More cases than the shared ones: each is proved, and has a golden. */
  readonly cases?: readonly ConformanceCase[];
  /** A policy that speaks of a thing of this name, said with no loss; network rules have a shared one: an asset. */
  readonly hostile?: (name: string) => ConformanceCase;
  /** A policy beyond what the target holds (its `budget`), which compile must refuse, and what the refusal's message says. */
  readonly tooLarge?: { readonly of: ConformanceCase; readonly says: RegExp };
  readonly engine?: ConformanceEngine;
  /** One that takes minutes to build: `npm run test:engines`. */
  readonly slowEngine?: ConformanceEngine;
};

/** The language's own validator, and where there is one its engine. Runs in suite.real.test.ts. */
export type ConformanceEngine = {
  /** What test/engines/engines.ts must find: missing, the tests are skipped by name, and fail where CI is set. */
  readonly needs: readonly TestEngine[];
  /** What the validator complains of; empty where it accepts. */
  readonly validate: (artifact: Artifact) => string | Promise<string>;
  /** An artifact that the validator must refuse: a validator that accepts everything checks nothing. */
  readonly spoil: (text: string) => string;
  /** What it is asked; network rules have the witnesses of the case unless told. */
  readonly requests?: (of: ConformanceCase) => readonly Request[];
  /** The engine's own decision on each request, in order: must be what the target's reader says. `undefined`: cannot be asked. */
  readonly decide?: (
    artifact: Artifact,
    requests: readonly Request[],
  ) => readonly (Decision | undefined)[] | Promise<readonly (Decision | undefined)[]>;
  /** Ends what `decide` started. */
  readonly stop?: () => void | Promise<void>;
};

/** A change of the first place that the pattern finds. */
export const line =
  (pattern: RegExp, change: (found: string) => string) =>
  (text: string): string =>
    text.replace(pattern, change);

export const remove = (pattern: RegExp): ((text: string) => string) => line(pattern, () => '');

/** A change of a JSON file's value in place. */
export const json =
  (change: (value: any) => void) =>
  (text: string): string => {
    const value = JSON.parse(text);
    change(value);
    return JSON.stringify(value);
  };
