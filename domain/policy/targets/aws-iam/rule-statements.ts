/** The access rules of policies as statements with their effect, and what AWS cannot do as they say. */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { directoryOf } from '../../access/directory.ts';
import { type EntityStore, entityStore } from '../../access/entity-store.ts';
import type { AccessClause } from '../../access/interpret.ts';
import { accessRules } from '../../access/policies.ts';
import { type ReadRules, readRules } from '../../access/read-rule.ts';
import type { Policy } from '../../model.ts';
import type { NamedPiece } from './documents.ts';
import { claimPieces, erringPieces, type Piece, piecesOf, type Said } from './statements.ts';

export type RuleReasons = {
  readonly clause: AccessClause;
  /** What AWS does otherwise than the rule says. */
  readonly reasons: readonly string[];
};

export type RuleStatements = {
  readonly rules: ReadRules;
  readonly store: EntityStore;
  readonly pieces: readonly NamedPiece[];
  /** Of the rules that AWS cannot say whole. */
  readonly inexact: readonly RuleReasons[];
};

const idForm = /^[a-z0-9-]{1,64}$/u;

/** `grants`: an `allow` is a statement; else it is left to others. Throws what reading the rules does. */
export function ruleStatements(
  policies: readonly Policy[],
  inventory: Inventory,
  { grants }: { readonly grants: boolean },
): RuleStatements {
  for (const { policy, rules } of policies)
    for (const { id } of rules)
      if (!idForm.test(policy) || !idForm.test(id))
        throw new EdictError('policy-invalid', `\`${policy}/${id}\` is not a rule's id`, {
          expected: 'letters a–z, digits and `-`, at most 64',
        });
  const rules = readRules(accessRules(policies, 'access'), inventory);
  const store = entityStore(directoryOf(inventory));
  const allows = rules.clauses.filter(({ effect }) => effect === 'allow');
  const found = rules.clauses.map((clause) => statementsOf(clause, { allows, store, grants }));
  return {
    rules,
    store,
    pieces: found.flatMap(({ pieces }) => pieces),
    inexact: found.filter(({ reasons }) => reasons.length > 0),
  };
}

type Saying = { readonly allows: readonly AccessClause[]; readonly store: EntityStore; readonly grants: boolean };

function statementsOf(clause: AccessClause, saying: Saying): RuleReasons & { readonly pieces: readonly NamedPiece[] } {
  const said = sayingOf(clause, saying);
  const silent = clause.effect === 'allow' && !saying.grants;
  const erring = silent ? { pieces: [], left: [], widened: [] } : erringPieces(clause, saying.store);
  const widened = [...said.widened, ...erring.widened].map((what) => `${what}: it is said of what no policy speaks of too`);
  const reasons = [...said.left, ...erring.left, ...widened];
  const named =
    (effect: NamedPiece['effect']) =>
    (piece: Piece): NamedPiece => ({ rule: clause.id, effect, piece });
  return {
    clause,
    reasons: [...new Set(reasons)],
    pieces: [...said.pieces.map(named(clause.effect === 'allow' ? 'Allow' : 'Deny')), ...erring.pieces.map(named('Deny'))],
  };
}

function sayingOf(clause: AccessClause, { allows, store, grants }: Saying): Said {
  if (clause.effect === 'claim') return claimPieces(clause, allows, store);
  if (clause.effect === 'allow' && !grants) return { pieces: [], left: ['a service control policy grants nothing'], widened: [] };
  return piecesOf(clause, clause.excepts, { store, wide: clause.effect === 'deny' });
}
