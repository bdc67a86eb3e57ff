/**
 * Azure's role definitions and assignments (learn.microsoft.com/azure/role-based-access-control/role-definitions and
 * role-assignments) as statements: a role allows its actions but its `notActions`, which deny nothing that another role allows, on the
 * scope that it is assigned at and all below; without assignments, wherever it may be assigned. Actions are `control:…` and `data:…`.
 * Text is compared without case.
 */
import { EdictError } from '../../errors.ts';
import type { IamDocument, IamStatement } from './document.ts';

type Fields = { readonly [key: string]: unknown };

/** A definition, a list of them, or `{ roleDefinitions, roleAssignments }`. Throws `artifact-unreadable`. */
export function parseAzurePolicy(policy: unknown): IamDocument {
  const listed = Array.isArray(policy) ? (policy as readonly unknown[]) : undefined;
  const fields = listed === undefined ? fieldsOf(policy, '') : {};
  const definitions = listed ?? listAt(fields, 'roledefinitions', 'roledefinition') ?? [policy];
  const assignments = listAt(fields, 'roleassignments', 'roleassignment');
  const roles = definitions.map((each, index) => roleOf(each, `/${index}`));
  const statements =
    assignments === undefined
      ? roles.flatMap((role) => statementsOf(role, role.scopes, undefined))
      : assignments.flatMap((each, index) => assigned(fieldsOf(each, `/roleAssignments/${index}`), roles));
  return { version: '2008-10-17', statements };
}

export function isAzurePolicy(policy: unknown): boolean {
  const [first] = Array.isArray(policy) ? (policy as readonly unknown[]) : [policy];
  if (typeof first !== 'object' || first === null) return false;
  const flat = flatten(first as Fields);
  return ['actions', 'permissions', 'assignablescopes', 'roledefinitions', 'roledefinition'].some((key) => Object.hasOwn(flat, key));
}

type Permission = { readonly actions: readonly string[]; readonly but: readonly string[] };

type Role = {
  readonly names: readonly string[];
  readonly permissions: readonly Permission[];
  readonly scopes: readonly string[];
  readonly where: string;
};

const known =
  'actions notactions dataactions notdataactions permissions assignablescopes name rolename id type iscustom roletype description createdon createdby updatedon updatedby roledefinitionid'.split(
    ' ',
  );

function roleOf(value: unknown, where: string): Role {
  const fields = flatten(fieldsOf(value, where));
  const odd = Object.keys(fields).find((key) => !known.includes(key));
  if (odd !== undefined) throw unreadable(`unknown element \`${odd}\` of a role definition`, where);
  const permissions = Array.isArray(fields['permissions']) ? (fields['permissions'] as readonly unknown[]) : [value];
  return {
    names: ['name', 'rolename', 'id', 'roledefinitionid'].flatMap((key) =>
      typeof fields[key] === 'string' ? [fields[key].toLowerCase()] : [],
    ),
    permissions: permissions.map((each) => permissionOf(flatten(fieldsOf(each, where)), where)),
    scopes: textsAt(fields, 'assignablescopes', where) ?? ['/'],
    where,
  };
}

function permissionOf(fields: Fields, where: string): Permission {
  const of = (plane: 'control' | 'data', key: string): readonly string[] =>
    (textsAt(fields, key, where) ?? []).map((action) => `${plane}:${action.toLowerCase()}`);
  return {
    actions: [...of('control', 'actions'), ...of('data', 'dataactions')],
    but: [...of('control', 'notactions'), ...of('data', 'notdataactions')],
  };
}

function assigned(assignment: Fields, roles: readonly Role[]): readonly IamStatement[] {
  const fields = flatten(assignment);
  const name = (textAt(fields, 'roledefinitionid') ?? textAt(fields, 'roledefinitionname') ?? '').toLowerCase();
  const role = roles.find(({ names }) => names.some((each) => each === name || name.endsWith(`/${each}`)));
  if (role === undefined) throw unreadable(`no definition of the assigned role \`${name}\``, '/roleAssignments');
  return statementsOf(role, [textAt(fields, 'scope') ?? '/'], textAt(fields, 'principalid'));
}

function statementsOf({ permissions, where }: Role, scopes: readonly string[], principal: string | undefined): readonly IamStatement[] {
  return permissions
    .filter(({ actions }) => actions.length > 0)
    .map(({ actions, but }) => ({
      effect: 'allow',
      action: { not: false, values: actions, but },
      resource: { not: false, values: scopes.flatMap(scopePatterns) },
      conditions: principal === undefined ? [] : [{ operator: 'StringEquals', ifExists: false, key: 'principalid', values: [principal] }],
      where,
    }));
}

function scopePatterns(scope: string): readonly string[] {
  const path = scope.toLowerCase().replace(/\/+$/u, '');
  return path === '' ? ['/*'] : [path, `${path}/*`];
}

/** Keys in lower case, with what stands under `properties` beside the rest. */
function flatten(fields: Fields): Fields {
  const lower = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value]));
  const { properties, ...rest } = lower;
  return typeof properties === 'object' && properties !== null ? { ...rest, ...flatten(properties as Fields) } : rest;
}

function listAt(fields: Fields, ...keys: readonly string[]): readonly unknown[] | undefined {
  const flat = flatten(fields);
  const found = keys.map((key) => flat[key]).find((value) => value !== undefined);
  if (found === undefined) return undefined;
  return Array.isArray(found) ? (found as readonly unknown[]) : [found];
}

function textAt(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  return typeof value === 'string' ? value : undefined;
}

function textsAt(fields: Fields, key: string, where: string): readonly string[] | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw unreadable(`\`${key}\` is not a list of texts`, where);
  return value;
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('not an object', where);
  return value as Fields;
}

function unreadable(message: string, where: string): EdictError {
  return new EdictError('artifact-unreadable', message, {
    where: where === '' ? '/' : where,
    expected: "Azure's role definitions or assignments",
  });
}
