/** The access rules of policies as statements with their effect, and what AWS cannot do as they say. */
import type { Inventory } from '../../../context/inventory.ts';
import { EdictError } from '../../../errors.ts';
import { directoryOf } from '../../access/directory.ts';
import { type EntityStore, entityStore } from '../../access/entity-store.ts';
import type { AccessClause } from '../../access/interpret.ts';
import type { AccessRequest } from '../../access/model.ts';
import { accessRules } from '../../access/policies.ts';
import { readRules } from '../../access/read-rule.ts';
import type { Selector } from '../../access/selector.ts';
import { printUid } from '../../access/entity.ts';
import type { Policy } from '../../model.ts';
import type { Loss } from '../target.ts';
import type { NamedPiece } from './documents.ts';
import { claimPieces, type Piece, piecesOf, type Said } from './statements.ts';

export type Told = Omit<Loss, 'target'>;

export type RuleStatements = { readonly pieces: readonly NamedPiece[]; readonly losses: readonly Told[] };

const idForm = /^[a-z0-9-]{1,64}$/u;

/** `grants`: an `allow` is a statement; else it is a loss. Throws what reading the rules does. */
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
  const { clauses } = readRules(accessRules(policies, 'access'), inventory);
  const store = entityStore(directoryOf(inventory));
  const allows = clauses.filter(({ effect }) => effect === 'allow');
  const found = clauses.map((clause) => ({ clause, said: sayingOf(clause, { allows, store, grants }) }));
  return {
    pieces: found.flatMap(({ clause, said }) => said.pieces.map((piece) => namedPiece(clause, piece))),
    losses: found.flatMap(({ clause, said }) => lossesOf(clause, said)),
  };
}

function namedPiece(clause: AccessClause, piece: Piece): NamedPiece {
  return { rule: clause.id, witness: witnessOf(clause), effect: clause.effect === 'allow' ? 'Allow' : 'Deny', piece };
}

type Saying = { readonly allows: readonly AccessClause[]; readonly store: EntityStore; readonly grants: boolean };

function sayingOf(clause: AccessClause, { allows, store, grants }: Saying): Said {
  if (clause.effect === 'claim') return claimPieces(clause, allows, store);
  if (clause.effect === 'allow' && !grants) return { pieces: [], left: ['a service control policy grants nothing'], widened: [] };
  return piecesOf(clause, clause.excepts, { store, wide: clause.effect === 'deny' });
}

/** At most one of each direction: what an `allow` leaves out under-permits, what a `deny` leaves out over-permits. */
function lossesOf(clause: AccessClause, { left, widened }: Said): readonly Told[] {
  const told = (reasons: readonly string[], direction: Told['direction']): readonly Told[] =>
    reasons.length === 0 ? [] : [{ rule: clause.id, reason: [...new Set(reasons)].join('; '), witness: witnessOf(clause), direction }];
  return [...told(left, clause.effect === 'allow' ? 'under-permits' : 'over-permits'), ...told(widened, 'under-permits')];
}

/** A request within the rule's scope. */
function witnessOf({ scope }: AccessClause): AccessRequest {
  return {
    kind: 'access',
    principal: sampleOf(scope.principals, 'user'),
    action: sampleOf(scope.actions, 'Action'),
    resource: sampleOf(scope.resources, 'arn'),
  };
}

function sampleOf(selectors: readonly Selector[], type: string): string {
  const [first = { kind: 'any' }] = selectors;
  const id = type === 'arn' ? 'aws:s3:::x' : type === 'Action' ? 's3:GetObject' : 'x';
  if (first.kind === 'any') return printUid({ type, id });
  if (first.kind === 'type') return printUid({ type: first.type, id });
  if (first.kind === 'pattern')
    return printUid({ type: first.type, id: first.pattern.map((part) => (typeof part === 'string' ? part : 'x')).join('') });
  return printUid(first.uid);
}
