/**
 * Reads grants and row policies back into access rules, as PostgreSQL applies them ("CREATE POLICY"): a row is seen or changed where the role has the
 * command's privilege, at least one permissive policy that applies to it is true, and no restrictive one is untrue. A policy applies to the
 * roles that it names and to their members. Everything else is refused. Shares no code with compile.ts.
 */
import type { Expression } from '../../access/expression.ts';
import type { AccessClause } from '../../access/interpret.ts';
import type { AccessRead } from '../../access/prove.ts';
import type { Selector } from '../../access/selector.ts';
import type { Artifact } from '../target.ts';
import { type Grantee, parseScript, type ReadTable, type RowPolicy, type Script } from './parse.ts';
import { unreadable } from './tokens.ts';
import { type Command, roleType, tableType } from './words.ts';

export function readPostgresql(artifact: Artifact): readonly AccessRead[] {
  const { 'edict.sql': text, ...others } = artifact.files;
  if (artifact.target !== 'postgresql' || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, 0, '`edict.sql` alone');
  const script = parseScript(text);
  if (!script.comments.includes(`edict artifact ${artifact.digest}`))
    throw unreadable('the heading', 1, `\`edict artifact ${artifact.digest}\``);
  const clauses = script.tables.flatMap((table) => table.policies.flatMap((policy) => clauseOf(script, table, policy)));
  const rest: AccessClause = {
    id: 'rest',
    effect: 'claim',
    scope: { principals: any, actions: any, resources: any },
    conditions: [],
    excepts: [],
  };
  return [{ kind: 'access', clauses: [...clauses, rest], timezone: script.timezone }];
}

const any: readonly Selector[] = [{ kind: 'any' }];

function clauseOf(script: Script, table: ReadTable, { name, isPermissive, command, to, condition }: RowPolicy): readonly AccessClause[] {
  const applies = rolesOf(script, to);
  const principals = isPermissive ? common(applies, privileged(script, table, command)) : applies;
  if (principals !== 'everybody' && principals.length === 0) return [];
  const { schema, table: id } = table.name;
  const scope: AccessClause['scope'] = {
    principals: principals === 'everybody' ? [{ kind: 'type', type: roleType }] : principals.map(exactly),
    actions: [{ kind: 'exactly', uid: { type: 'Action', id: command } }],
    resources: [{ kind: 'within', uid: { type: tableType, id: `${schema}.${id}` } }],
  };
  const parts = conjuncts(isPermissive ? condition : negated(condition));
  return [
    {
      id: `${schema}.${id}: ${name}`,
      effect: isPermissive ? 'allow' : 'deny',
      scope,
      conditions: parts.filter(({ op }) => op !== 'not'),
      excepts: parts.flatMap((part) => (part.op === 'not' ? [{ scope, conditions: conjuncts(part.of) }] : [])),
    },
  ];
}

function exactly(role: string): Selector {
  return { kind: 'exactly', uid: { type: roleType, id: role } };
}

/** What all must be true. NULL in one of them is of no account where another is false: as with a rule's conditions. */
function conjuncts(condition: Expression): readonly Expression[] {
  if (condition.op === 'and') return [...conjuncts(condition.left), ...conjuncts(condition.right)];
  return condition.op === 'literal' && condition.value === true ? [] : [condition];
}

type Roles = 'everybody' | readonly string[];

function rolesOf({ members }: Script, grantees: readonly Grantee[]): Roles {
  const named = grantees.filter((each) => each !== undefined);
  return named.length < grantees.length ? 'everybody' : [...new Set(named.flatMap(members))];
}

function privileged(script: Script, { grants }: ReadTable, command: Command): Roles {
  return rolesOf(
    script,
    grants.filter((grant) => grant.command === command).map(({ to }) => to),
  );
}

function common(one: Roles, other: Roles): Roles {
  if (one === 'everybody') return other;
  return other === 'everybody' ? one : one.filter((role) => other.includes(role));
}

function negated(condition: Expression): Expression {
  return condition.op === 'not' ? condition.of : { op: 'not', of: condition };
}
