/**
 * Access rules as AWS service control policies, which only deny: a `deny` denies, a `claim` denies what no rule allows, and an `allow` is
 * for identity policies to grant. They hold for every principal of the accounts that they are attached to; a rule of some users or roles
 * asks for their ARN.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { parseSelector, type Selector } from '../../access/selector.ts';
import type { Policy } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import type { Test } from '../aws-iam/conditions.ts';
import { documentFiles, type Limits, type NamedPiece } from '../aws-iam/documents.ts';
import { awsLosses } from '../aws-iam/losses.ts';
import { ruleStatements } from '../aws-iam/rule-statements.ts';
import { escaped } from '../aws-iam/texts.ts';
import type { Compilation } from '../target.ts';
import { readAwsScp } from './read.ts';

/** Of one policy, and of those on one account beside `FullAWSAccess` ("Quotas for AWS Organizations"). */
export const scpLimits: Limits = { characters: 5_120, documents: 4 };

export function compileAwsScp(policies: readonly Policy[], inventory: Inventory): Compilation {
  const statements = ruleStatements(policies, inventory, { grants: false });
  const said = statements.pieces.map((piece) => ({ rule: piece.rule, everybody: forEverybody(piece) }));
  const pieces = said.flatMap(({ everybody }) => everybody ?? []);
  const groups = new Set(said.flatMap(({ rule, everybody }) => (everybody === undefined ? [rule] : [])));
  const artifact = artifactOf('aws-scp', documentFiles(pieces, scpLimits));
  const inexact = statements.rules.clauses.flatMap((clause) => {
    const known = statements.inexact.find((each) => each.clause === clause)?.reasons ?? [];
    const reasons = groups.has(clause.id) ? [...known, 'a service control policy knows users and roles, no groups'] : known;
    return reasons.length === 0 ? [] : [{ clause, reasons }];
  });
  return { artifact, losses: awsLosses('aws-scp', { ...statements, inexact }, readAwsScp(artifact)) };
}

/** The statement with its principals as conditions; `undefined` where AWS has none for them. */
function forEverybody(named: NamedPiece): NamedPiece | undefined {
  const { scope, block } = named.piece;
  const { to, except } = scope.principals;
  const tests = [
    to === undefined ? [] : principalTest('StringLike', to),
    except.length === 0 ? [] : principalTest('StringNotLike', except),
  ];
  if (tests.includes(undefined)) return undefined;
  const piece = { scope: { ...scope, principals: { except: [] } }, block: [...tests.flatMap((test) => test ?? []), ...block] };
  return { ...named, piece };
}

function principalTest(operator: string, selectors: readonly string[]): readonly Test[] | undefined {
  const values = selectors.map((text) => arnOf(parseSelector(text)));
  return values.includes(undefined) ? undefined : [{ operator, key: 'aws:PrincipalArn', values: values.flatMap((value) => value ?? []) }];
}

function arnOf(selector: Selector): string | undefined {
  if (selector.kind === 'any') return undefined;
  const type = 'uid' in selector ? selector.uid.type : selector.type;
  const name = nameOf(selector);
  if (type === 'arn') return `arn:${name}`;
  return type === 'user' || type === 'role' ? `arn:aws:iam::*:${type}/${name}` : undefined;
}

function nameOf(selector: Exclude<Selector, { readonly kind: 'any' }>): string {
  if (selector.kind === 'type') return '*';
  if (selector.kind !== 'pattern') return escaped(selector.uid.id, '*?$');
  return selector.pattern.map((part) => (typeof part === 'string' ? escaped(part, '*?$') : '*')).join('');
}
