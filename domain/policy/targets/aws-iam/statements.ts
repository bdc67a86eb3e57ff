/**
 * A rule as statements of AWS, each a scope under one block of conditions. AWS has no exceptions: what is left of a scope without another
 * is one statement for each way of being outside of it: other actions, other resources, other principals, a condition that does not hold.
 */
import type { EntityStore } from '../../access/entity-store.ts';
import { allOf } from '../../access/expression.ts';
import type { AccessClause, ReadPart } from '../../access/interpret.ts';
import { type Block, blocksOf, both, someErring, someNotHolding } from './conditions.ts';
import { type Attachment, intersection, meet, type Scope, scopeOf, without } from './scope.ts';

export type Piece = { readonly scope: Scope; readonly block: Block };

/** What could be said, and what could not. */
export type Said = {
  readonly pieces: readonly Piece[];
  /** What of the rule is left out. */
  readonly left: readonly string[];
  /** What is said of more than the rule is about. */
  readonly widened: readonly string[];
};

const mostPieces = 64;

/**
 * `wide`: what has no words is said of more requests rather than of none. Selectors that AWS has no name for are left out in any case:
 * there are no requests to AWS on them.
 */
export function piecesOf(
  part: ReadPart,
  excepts: readonly ReadPart[],
  { store, wide }: { readonly store: EntityStore; readonly wide: boolean },
): Said {
  const { scope, unnamed } = scopeOf(part.scope, store);
  const left: string[] = unnamed.map((selector) => `AWS has no name for \`${selector}\``);
  const widened: string[] = [];
  const missed = (what: string): void => void (wide ? widened : left).push(what);
  const blocks = blocksOf(allOf(part.conditions));
  if (blocks === undefined) missed('AWS has no condition for what the rule asks');
  const start = (blocks ?? (wide ? [[]] : [])).map((block) => ({ scope, block }));
  return { pieces: outsideAll(start, excepts, { store, wide, missed, widened }), left, widened };
}

type Taking = {
  readonly store: EntityStore;
  readonly wide: boolean;
  readonly missed: (what: string) => void;
  /** What is said of more than the rule is about. */
  readonly widened: string[];
};

function outsideAll(start: readonly Piece[], excepts: readonly ReadPart[], { store, wide, missed, widened }: Taking): readonly Piece[] {
  let pieces = start;
  for (const except of excepts) {
    for (const selector of scopeOf(except.scope, store).unnamed) widened.push(`AWS has no name for \`${selector}\`, which is excepted`);
    const rest = pieces.flatMap((piece) => {
      const found = outside(piece, except, store);
      for (const what of found.missed) missed(what);
      return wide && found.missed.length > 0 ? [piece] : found.pieces;
    });
    if (rest.length > mostPieces) missed('the exceptions take too many statements');
    pieces = rest.length <= mostPieces ? rest : wide ? pieces : [];
  }
  return pieces.filter(({ scope: { actions, resources } }) => actions.held?.length !== 0 && resources.held?.length !== 0);
}

/** Where the rule errs, and so denies: it would match, but for an attribute that it or an exception needs and that is not there. */
export function erringPieces({ scope: part, conditions, excepts }: AccessClause, store: EntityStore): Said {
  const left: string[] = [];
  const widened: string[] = [];
  const missed = (what: string): void => void left.push(what);
  const { scope } = scopeOf(part, store);
  const own = someErring(conditions);
  if (own === undefined) missed('AWS cannot tell where the rule has no answer');
  const matching = blocksOf(allOf(conditions));
  const pieces = [
    ...outsideAll(
      (own ?? []).map((block) => ({ scope, block })),
      excepts,
      { store, wide: false, missed, widened },
    ),
    ...excepts.flatMap((except) => {
      const errs = someErring(except.conditions);
      if (errs?.length === 0) return [];
      const blocks = errs === undefined || matching === undefined ? undefined : both(matching, errs);
      const shared = sharedScope(scope, scopeOf(except.scope, store).scope);
      if (blocks === undefined || shared === undefined) missed('AWS cannot tell where an exception has no answer');
      const start = blocks === undefined || shared === undefined ? [] : blocks.map((block) => ({ scope: shared, block }));
      const others = excepts.filter((other) => other !== except);
      return outsideAll(start, others, { store, wide: false, missed, widened });
    }),
  ];
  return { pieces, left, widened };
}

function sharedScope(one: Scope, other: Scope): Scope | undefined {
  const [actions, resources] = [intersection(one.actions, other.actions), intersection(one.resources, other.resources)];
  const principals = sharedPrincipals(one.principals, other.principals);
  return actions === undefined || resources === undefined || principals === undefined ? undefined : { actions, resources, principals };
}

function sharedPrincipals(one: Attachment, other: Attachment): Attachment | undefined {
  const except = [...new Set([...one.except, ...other.except])].toSorted();
  if (one.to === undefined) return { ...other, except };
  return other.to === undefined || other.to.join('\n') === one.to.join('\n') ? { ...one, except } : undefined;
}

type Outside = { readonly pieces: readonly Piece[]; readonly missed: readonly string[] };

/** The piece's requests that the other part does not hold. */
function outside(piece: Piece, other: ReadPart, store: EntityStore): Outside {
  const { scope: hole } = scopeOf(other.scope, store);
  if (!meet(piece.scope.actions, hole.actions) || !meet(piece.scope.resources, hole.resources)) return { pieces: [piece], missed: [] };
  const named = [
    { name: 'actions', left: without(piece.scope.actions, hole.actions) },
    { name: 'resources', left: without(piece.scope.resources, hole.resources) },
  ] as const;
  const contrary = someNotHolding(other.conditions);
  const blocks = contrary === undefined ? undefined : both([piece.block], contrary);
  return {
    pieces: [
      ...named.flatMap(({ name, left }) =>
        left === undefined || left.held?.length === 0 ? [] : [{ ...piece, scope: { ...piece.scope, [name]: left } }],
      ),
      ...otherPrincipals(piece, hole.principals.to),
      ...(blocks ?? []).map((block) => ({ ...piece, block })),
    ],
    missed: [
      ...named.flatMap(({ name, left }) => (left === undefined ? [`AWS cannot take some ${name} out of others`] : [])),
      ...(blocks === undefined ? ['AWS has no condition for the contrary of what is asked'] : []),
    ],
  };
}

function otherPrincipals(piece: Piece, to: readonly string[] | undefined): readonly Piece[] {
  const { principals } = piece.scope;
  if (to === undefined || to.join('\n') === principals.to?.join('\n')) return [];
  const except = [...new Set([...principals.except, ...to])].toSorted();
  return [{ ...piece, scope: { ...piece.scope, principals: { ...principals, except } } }];
}

/** The part that a claim denies: what it is about, without what is allowed. */
export function claimPieces(claim: AccessClause, allows: readonly AccessClause[], store: EntityStore): Said {
  const whole = piecesOf(claim, [...claim.excepts, ...allows], { store, wide: false });
  const carved = allows.flatMap((allow) => allow.excepts.map((except) => ({ allow, except })));
  const found = carved.map((each) => carvedPieces(claim, { ...each, allows, store }));
  return {
    pieces: [...whole.pieces, ...found.flatMap(({ pieces }) => pieces)],
    left: [...whole.left, ...found.flatMap(({ left }) => left)],
    widened: [...whole.widened, ...found.flatMap(({ widened }) => widened)],
  };
}

type Carved = {
  readonly allow: AccessClause;
  readonly except: ReadPart;
  readonly allows: readonly AccessClause[];
  readonly store: EntityStore;
};

/** What an exception takes out of an `allow` is claimed all the same, where no other allows it. */
function carvedPieces(claim: AccessClause, { allow, except, allows, store }: Carved): Said {
  const left: string[] = [];
  const widened: string[] = [];
  const missed = (what: string): void => void left.push(what);
  const parts = [claim, allow, except];
  const [first, second, third] = parts.map((part) => scopeOf(part.scope, store).scope);
  const between = first === undefined || second === undefined ? undefined : sharedScope(first, second);
  const scope = between === undefined || third === undefined ? undefined : sharedScope(between, third);
  const blocks = blocksOf(allOf(parts.flatMap(({ conditions }) => conditions)));
  if (scope === undefined || blocks === undefined) missed('AWS cannot say what an exception takes out of a permission');
  const start = scope === undefined || blocks === undefined ? [] : blocks.map((block) => ({ scope, block }));
  const others = [...claim.excepts, ...allows.filter((other) => other !== allow)];
  return { pieces: outsideAll(start, others, { store, wide: false, missed, widened }), left, widened };
}
