/**
 * Proves that an artifact decides as the rules say, over the whole request space: the rules and what the target's independent reader
 * makes of the artifact become two decision diagrams in one store, which are equal exactly when they decide alike. A difference that
 * no declared loss covers is a counter-example.
 */
import { element } from './element.ts';
import type { Inventory } from '../context/inventory.ts';
import type { Digest } from '../digest.ts';
import { EdictError } from '../errors.ts';
import { type Field, networkDimensions } from './boxes.ts';
import { clausesOf, type NetworkClause } from './clauses.ts';
import { comparedBox, completeClauses, countClasses, firstMatch, ruleReading } from './compare.ts';
import { decide, type Decider, prepare } from './decide.ts';
import { buildDiagram, newStore, type Roots, type Store } from './diagram.ts';
import { coversOf, findDifferences, type Leaf } from './losses.ts';
import type { Decision, Policy, Request } from './model.ts';
import { printRequest, requestMaker, type RequestMaker } from './request-text.ts';
import { resolver } from './resolve.ts';
import { spaceOf } from './space.ts';
import { proveAccess } from './access/prove.ts';
import { isNetworkTarget, targetOf } from './targets/index.ts';
import type { Artifact, Loss, ReadRule, TargetName } from './targets/target.ts';

export type Difference = {
  readonly request: Request;
  readonly expected: Decision;
  readonly actual: Decision;
  readonly text: string;
};

export type Proof = {
  readonly target: TargetName;
  readonly artifact: Digest;
  /** The artifact decides as the rules say on every complete request, but for what `withinLosses` names. */
  readonly equal: boolean;
  /** Boxes of requests that were compared. */
  readonly classes: number;
  /** Present exactly when not equal. */
  readonly counterExample?: Difference | undefined;
  /** For each declared loss that really shows: one request on which the target does otherwise. Empty: there is no difference at all. */
  readonly withinLosses: readonly (Difference & { readonly rule: string; readonly direction: Loss['direction'] })[];
};

/** Throws `artifact-unreadable`, and what `prepare` throws. */
export function prove(policies: readonly Policy[], inventory: Inventory, artifact: Artifact, losses: readonly Loss[]): Proof {
  const target = targetOf(artifact.target);
  if (!isNetworkTarget(target)) return proveAccess(target, { policies, inventory, artifact, losses });
  const resolve = resolver(inventory);
  const rules = clausesOf(policies, resolve);
  const read = target.read(artifact);
  const actual = readClauses(read, rules.timezone);
  const covers = coversOf(losses, policies, resolve);
  const expected = completeClauses(rules);
  const store = newStore(
    spaceOf(
      networkDimensions,
      [...expected, ...actual, ...covers.clauses].map(({ box }) => box),
      comparedBox(rules),
    ),
  );
  const roots: [Roots, Roots, Roots] = [
    buildDiagram(store, expected, ruleReading(rules.rules)),
    buildDiagram(
      store,
      actual,
      firstMatch((index) => element(read, index).decision),
    ),
    buildDiagram(store, covers.clauses, covers.reading),
  ];
  const found = findDifferences(store, roots, losses);
  const describe = describer({ policies, inventory, store, timezone: rules.timezone, target: artifact.target });
  const counterExample = found.uncovered === undefined ? {} : { counterExample: describe(found.uncovered) };
  return {
    target: artifact.target,
    artifact: artifact.digest,
    equal: found.uncovered === undefined,
    classes: countClasses(store, roots[0]),
    ...counterExample,
    withinLosses: [...found.covered].map(([loss, leaf]) => ({
      rule: element(losses, loss).rule,
      direction: element(losses, loss).direction,
      ...describe(leaf),
    })),
  };
}

/** What a reader found, as clauses. */
function readClauses(read: readonly ReadRule[], timezone: string | undefined): readonly NetworkClause[] {
  return read.map((rule, index) => {
    if (rule.timezone !== undefined && rule.timezone !== timezone) {
      throw new EdictError('artifact-unreadable', `the artifact speaks of time zone \`${rule.timezone}\``, {
        expected: timezone ?? 'no time window at all',
      });
    }
    return { role: 'match', rule: index, box: rule.box };
  });
}

type Telling = {
  readonly policies: readonly Policy[];
  readonly inventory: Inventory;
  readonly store: Store<Field>;
  readonly timezone: string | undefined;
  readonly target: TargetName;
};

function describer({ policies, inventory, store, timezone, target }: Telling): (leaf: Leaf) => Difference {
  // Most proofs have nothing to describe.
  let make: RequestMaker | undefined;
  let decider: Decider | undefined;
  return ({ path, expected, actual }) => {
    make ??= requestMaker(store.space, inventory, timezone);
    const request = make(path);
    decider ??= prepare(policies, inventory);
    const { determining } = decide(decider, request);
    const why = determining.length === 0 ? '' : ` (${determining.join(', ')})`;
    return {
      request,
      expected,
      actual,
      text: `${printRequest(request, inventory)}: the rules say ${expected}${why}, the ${target} artifact says ${actual}`,
    };
  };
}
