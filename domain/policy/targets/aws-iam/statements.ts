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
  return pieces.filter(({ scope }) => holdsSome(scope));
}

function holdsSome({ actions, resources }: Scope): boolean {
  return actions.held?.length !== 0 && resources.held?.length !== 0;
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

/**
 * The part that a claim denies: what it is about, without what is allowed. Not allowed by one `allow` is what lies outside of it, and what
 * one of its exceptions takes out; what is denied lies so to each of them.
 */
export function claimPieces(claim: AccessClause, allows: readonly AccessClause[], store: EntityStore): Said {
  const own = piecesOf(claim, claim.excepts, { store, wide: false });
  const left = [...own.left];
  const widened = [...own.widened];
  const missed = (what: string): void => void left.push(what);
  let { pieces } = own;
  for (const allow of allows) {
    const takenOut = pieces.flatMap((piece) => (meets(piece, allow, store) ? inside(piece, allow.excepts, { store, missed }) : []));
    pieces = [...outsideAll(pieces, [allow], { store, wide: false, missed, widened }), ...takenOut];
    if (pieces.length > mostPieces) {
      missed('the permissions and their exceptions take too many statements');
      pieces = [];
    }
  }
  return { pieces, left, widened };
}

function meets({ scope }: Piece, other: ReadPart, store: EntityStore): boolean {
  const { scope: part } = scopeOf(other.scope, store);
  return meet(scope.actions, part.actions) && meet(scope.resources, part.resources);
}

/** The piece's requests that one of the exceptions holds. */
function inside(piece: Piece, excepts: readonly ReadPart[], { store, missed }: Pick<Taking, 'store' | 'missed'>): readonly Piece[] {
  return excepts.flatMap((except) => {
    const { scope: part, unnamed } = scopeOf(except.scope, store);
    for (const selector of unnamed) missed(`AWS has no name for \`${selector}\`, which is excepted`);
    const scope = sharedScope(piece.scope, part);
    const conditions = blocksOf(allOf(except.conditions));
    const blocks = conditions === undefined ? undefined : both([piece.block], conditions);
    if (scope === undefined || blocks === undefined) missed('AWS cannot say what an exception takes out of a permission');
    return scope === undefined || blocks === undefined || !holdsSome(scope) ? [] : blocks.map((block) => ({ scope, block }));
  });
}
