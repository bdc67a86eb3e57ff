/**
 * Google Cloud's allow policies and roles (cloud.google.com/iam/docs/reference/rest/v1/Policy, …/v1/organizations.roles) as
 * statements: each binding allows its role to its members, under its condition. A role that is defined beside the bindings is its
 * permissions; any other is a name. `allUsers` is everybody, `allAuthenticatedUsers` everybody with a name, `domain:d` each user of d.
 */
import { EdictError } from '../../errors.ts';
import { celAlternatives } from './cel-condition.ts';
import type { IamCondition, IamDocument, IamStatement } from './document.ts';
import { escapeWildcards } from './template.ts';

type Fields = { readonly [key: string]: unknown };

/** A policy, a role, or a policy with `roles` beside its bindings. Throws `artifact-unreadable`. */
export function parseGcpPolicy(policy: unknown): IamDocument {
  const fields = fieldsOf(policy, '/');
  if (fields['bindings'] === undefined) return { version: '2012-10-17', statements: [roleStatement(fields)] };
  onlyKeys(fields, ['bindings', 'etag', 'version', 'roles', 'auditConfigs', 'kind', 'resourceId'], '/');
  const roles = new Map(listOf(fields['roles'] ?? [], '/roles').map((role, index) => namedRole(fieldsOf(role, `/roles/${index}`))));
  const statements = listOf(fields['bindings'], '/bindings').flatMap((binding, index) =>
    bindingStatements(fieldsOf(binding, `/bindings/${index}`), roles, `/bindings/${index}`),
  );
  return { version: '2012-10-17', statements };
}

export function isGcpPolicy(policy: unknown): boolean {
  return typeof policy === 'object' && policy !== null && ('bindings' in policy || 'includedPermissions' in policy);
}

function roleStatement(role: Fields): IamStatement {
  return { effect: 'allow', action: { not: false, values: permissionsOf(role) }, conditions: [], where: '/includedPermissions' };
}

function permissionsOf(role: Fields): readonly string[] {
  onlyKeys(role, ['name', 'title', 'description', 'includedPermissions', 'stage', 'etag', 'deleted'], '/includedPermissions');
  return textsOf(role['includedPermissions'], '/includedPermissions').map((permission) => `permission:${permission}`);
}

function namedRole(role: Fields): readonly [string, readonly string[]] {
  const { name } = role;
  if (typeof name !== 'string') throw unreadable('the role has no name', '/roles');
  return [name, permissionsOf(role)];
}

function bindingStatements(binding: Fields, roles: ReadonlyMap<string, readonly string[]>, where: string): readonly IamStatement[] {
  onlyKeys(binding, ['role', 'members', 'condition', 'bindingId'], where);
  const { role, condition } = binding;
  if (typeof role !== 'string') throw unreadable('the binding names no role', where);
  const members = membersCondition(textsOf(binding['members'] ?? [], `${where}/members`));
  if (members === 'nobody') return [];
  const expression = condition === undefined || condition === null ? undefined : fieldsOf(condition, `${where}/condition`)['expression'];
  if (expression !== undefined && typeof expression !== 'string') throw unreadable('the condition is no text', `${where}/condition`);
  const alternatives = expression === undefined ? [[]] : celAlternatives(expression, `${where}/condition`);
  const values = roles.get(role) ?? [`role:${role}`];
  return alternatives.map((conditions) => ({
    effect: 'allow',
    action: { not: false, values },
    conditions: [...members, ...conditions],
    where,
  }));
}

/** Somebody without a name is `allUsers`, which no pattern of a member holds. */
function membersCondition(members: readonly string[]): readonly IamCondition[] | 'nobody' {
  if (members.length === 0) return 'nobody';
  if (members.includes('allUsers')) return [];
  const values = members.map((member) => {
    if (member === 'allAuthenticatedUsers') return '*:*';
    const domain = /^domain:(.+)$/u.exec(member)?.[1];
    return domain === undefined ? escapeWildcards(member) : `user:*@${escapeWildcards(domain)}`;
  });
  return [{ operator: 'StringLike', ifExists: false, key: 'member', values }];
}

function onlyKeys(fields: Fields, known: readonly string[], where: string): void {
  const odd = Object.keys(fields).find((key) => !known.includes(key));
  if (odd !== undefined) throw unreadable(`unknown element \`${odd}\``, where);
}

function textsOf(value: unknown, where: string): readonly string[] {
  return listOf(value, where).map((each) => {
    if (typeof each === 'string') return each;
    throw unreadable('not a text', where);
  });
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable('not a list', where);
  return value;
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('not an object', where);
  return value as Fields;
}

function unreadable(message: string, where: string): EdictError {
  return new EdictError('artifact-unreadable', message, {
    where,
    expected: "Google Cloud's `bindings`, or a role's `includedPermissions`",
  });
}
