/**
 * Compares AWS policy documents over all requests: equivalent, one allows more, or each allows something that the other does not, with
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
import type { IamDocument, IamRequest, IamStatement } from './document.ts';
import { allowing } from './evaluate.ts';
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
export type Sided = { readonly side: 'first' | 'second'; readonly statement: IamStatement; readonly version: IamDocument['version'] };

/** Each side is the documents of one kind that are in force together. Throws `input-too-large`. */
export function compareDocuments(
  first: readonly IamDocument[],
  second: readonly IamDocument[],
  { types }: ComparisonOptions = {},
): Comparison {
  const all = [...sided('first', first), ...sided('second', second)];
  const classes = actionClasses(
    all.map(({ statement }) => statement.action),
    types,
  ).filter((each) => mayDiffer(each, all));
  const found: { first?: IamRequest; second?: IamRequest } = {};
  const allows = { first: allowing(first), second: allowing(second) };
  for (const each of classes) {
    const statements = each.statements.map((index) => element(all, index));
    for (const bindings of variableCases(statements)) {
      const differences = compareClass({ statements, patterns: each.patterns, bindings });
      record(found, differences, { each, allows });
      if (found.first !== undefined && found.second !== undefined) return { relation: 'incomparable', ...found };
    }
  }
  return { relation: relationOf(found), ...found };
}

function sided(side: Sided['side'], documents: readonly IamDocument[]): readonly Sided[] {
  return documents.flatMap(({ version, statements }) => statements.map((statement) => ({ side, statement, version })));
}

/** Where nothing is allowed, or both sides say the same word for word, there is nothing to look for. */
function mayDiffer({ statements }: ActionClass, all: readonly Sided[]): boolean {
  const alive = statements.map((index) => element(all, index));
  if (!alive.some(({ statement }) => statement.effect === 'allow')) return false;
  const said = (side: Sided['side']): string =>
    alive
      .filter((each) => each.side === side)
      .map(({ statement: { effect, resource, principal, conditions }, version }) =>
        JSON.stringify([
          effect,
          resource,
          principal,
          conditions.map(({ operator, quantifier, ifExists, key, values }) => [operator, quantifier, ifExists, key, values]),
          version,
        ]),
      )
      .toSorted()
      .join('\n');
  return said('first') !== said('second');
}

type Recording = {
  readonly each: ActionClass;
  readonly allows: Readonly<Record<Sided['side'], (request: IamRequest) => boolean>>;
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
