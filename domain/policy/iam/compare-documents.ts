/**
 * Compares AWS policy documents, and sets of them, over all requests: equivalent, one allows more, or each allows something that the other does not, with
 * a request for each. Every statement is a box over actions, resources, principals and condition keys; requests are cut into classes
 * (../strings/classes.ts, key-axis.ts) and compared by decision diagrams (relation.ts), apart for each class of actions, so that only
 * the statements that speak of it are cut against each other. What a diagram finds is decided once more by evaluate.ts.
 *
 * A policy variable in a resource or a condition stands for one value of each class of its key, and for each value that a text beside
 * it suggests (variables.ts).
 */
import { element } from '../element.ts';
import { EdictError } from '../../errors.ts';
import { type ActionClass, actionClasses } from './action-classes.ts';
import type { IamDocument, IamRequest } from './document.ts';
import { decideIam, type IamPolicies } from './evaluate.ts';
import { isEnough, type Layered, layered, type LayeredStatement } from './layers.ts';
import { type Differences, relationOf, type Relation } from './relation.ts';
import type { ResourceTypes } from './resource-types.ts';
import { compareClass } from './statement-space.ts';
import { variableCases } from './variables.ts';

export type Comparison = {
  readonly relation: Relation;
  /** A request that the first alone allows. */
  readonly first?: IamRequest | undefined;
  readonly second?: IamRequest | undefined;
};

export type ComparisonOptions = {
  /** Look only at resources that the action has; every text is a resource unless told. */
  readonly types?: ResourceTypes | undefined;
};

/** A statement of one of the two sides. */
export type Sided = LayeredStatement & { readonly side: 'first' | 'second' };

export type Sides<T> = Readonly<Record<Sided['side'], T>>;

/** Each side is the documents of one kind that are in force together. Throws `input-too-large`. */
export function compareDocuments(
  first: readonly IamDocument[],
  second: readonly IamDocument[],
  options: ComparisonOptions = {},
): Comparison {
  return compareSets({ identity: first }, { identity: second }, options);
}

/** Each side is all that is in force together: policies of a principal, its boundary, service control policies by level. Throws `input-too-large`. */
export function compareSets(first: IamPolicies, second: IamPolicies, { types }: ComparisonOptions = {}): Comparison {
  const sets: Sides<Layered> = { first: layered(first), second: layered(second) };
  const all = [...sided('first', sets.first), ...sided('second', sets.second)];
  const classes = actionClasses(
    all.map(({ statement }) => statement.action),
    types,
  ).filter((each) => mayDiffer(each, all, sets));
  const found: { first?: IamRequest; second?: IamRequest } = {};
  const allows = { first: allowedIn(first), second: allowedIn(second) };
  for (const each of classes) {
    const statements = each.statements.map((index) => element(all, index));
    for (const bindings of variableCases(statements)) {
      const differences = compareClass({ statements, patterns: each.patterns, bindings, sets });
      record(found, differences, { each, allows });
      if (found.first !== undefined && found.second !== undefined) return { relation: 'incomparable', ...found };
    }
  }
  return { relation: relationOf(found), ...found };
}

function sided(side: Sided['side'], { statements }: Layered): readonly Sided[] {
  return statements.map((each) => ({ ...each, side }));
}

function allowedIn(policies: IamPolicies): (request: IamRequest) => boolean {
  return (request) => decideIam(policies, request).decision === 'allow';
}

/** Where neither side can allow anything, or both say the same word for word, there is nothing to look for. */
function mayDiffer({ statements }: ActionClass, all: readonly Sided[], sets: Sides<Layered>): boolean {
  const alive = statements.map((index) => element(all, index));
  const of = (side: Sided['side']): readonly Sided[] => alive.filter((each) => each.side === side);
  const mayAllow = (side: Sided['side']): boolean =>
    isEnough(sets[side], new Set(of(side).flatMap(({ layer, statement }) => (statement.effect === 'allow' ? [layer] : []))));
  if (!mayAllow('first') && !mayAllow('second')) return false;
  const said = (side: Sided['side']): string => [JSON.stringify(sets[side].alternatives), ...of(side).map(wordsOf).toSorted()].join('\n');
  return said('first') !== said('second');
}

function wordsOf({ layer, statement: { effect, resource, principal, conditions }, version }: Sided): string {
  return JSON.stringify([
    layer,
    effect,
    resource,
    principal,
    conditions.map(({ operator, quantifier, ifExists, key, values }) => [operator, quantifier, ifExists, key, values]),
    version,
  ]);
}

type Recording = {
  readonly each: ActionClass;
  readonly allows: Sides<(request: IamRequest) => boolean>;
};

function record(
  found: { first?: IamRequest; second?: IamRequest },
  differences: { readonly [side in keyof Differences]?: Omit<IamRequest, 'action'> | undefined },
  { each, allows }: Recording,
): void {
  for (const side of ['first', 'second'] as const) {
    const partial = differences[side];
    if (partial === undefined || found[side] !== undefined) continue;
    const request = { action: each.action, ...partial };
    if (!allows[side](request) || allows[side === 'first' ? 'second' : 'first'](request))
      throw new EdictError('defect', `a difference that the diagram found is none: \`${JSON.stringify(request)}\``);
    found[side] = request;
  }
}
