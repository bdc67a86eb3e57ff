import { describe, expect, it } from '@jest/globals';
import { compareCloudPolicies } from '../../../domain/policy/iam/compare-policies.ts';

const relation = (first: unknown, second: unknown) => compareCloudPolicies(first, second).relation;

const role = (Actions: readonly string[], rest: { readonly [key: string]: unknown } = {}) => ({
  Name: 'r',
  Actions,
  AssignableScopes: ['/subscriptions/s1'],
  ...rest,
});

describe('two roles of Azure', () => {
  const vm = 'Microsoft.Compute/virtualMachines';
  it.each([
    ['one in other cases', role([`${vm}/read`]), role([`${vm.toUpperCase()}/READ`]), 'equivalent'],
    ['a wildcard', role([`${vm}/read`]), role([`${vm}/*`]), 'second-more'],
    ['less what it is not', role([`${vm}/*`]), role([`${vm}/*`], { NotActions: [`${vm}/delete`] }), 'first-more'],
    ['data actions apart', role(['*']), role([], { DataActions: ['*'] }), 'incomparable'],
    [
      'what one role does not, another may',
      {
        permissions: [{ actions: ['*'], notActions: [`${vm}/delete`] }, { actions: [`${vm}/delete`] }],
        assignableScopes: ['/subscriptions/s1'],
      },
      role(['*']),
      'equivalent',
    ],
    ['a scope below', role(['*']), role(['*'], { AssignableScopes: ['/subscriptions/S1/resourceGroups/g'] }), 'first-more'],
    ['another scope that begins alike', role(['*']), role(['*'], { AssignableScopes: ['/subscriptions/s12'] }), 'incomparable'],
    [
      'in the form of the resource manager',
      { properties: { roleName: 'r', permissions: [{ actions: ['*/read'], notActions: [] }], assignableScopes: ['/'] } },
      role(['*/read'], { AssignableScopes: ['/'] }),
      'equivalent',
    ],
    [
      'assigned to one and to another',
      { roleDefinitions: [role(['*'])], roleAssignments: [{ roleDefinitionName: 'r', scope: '/subscriptions/s1', principalId: 'a' }] },
      { roleDefinitions: [role(['*'])], roleAssignments: [{ roleDefinitionName: 'r', scope: '/subscriptions/s1', principalId: 'b' }] },
      'incomparable',
    ],
  ])('%s', (_, first, second, expected) => expect(relation(first, second)).toBe(expected));
});

const binding = (members: readonly string[], condition?: string, role = 'roles/viewer') => ({
  bindings: [{ role, members, ...(condition === undefined ? {} : { condition: { title: 't', expression: condition } }) }],
});

describe('two policies of Google Cloud', () => {
  const bert = binding(['user:bert@example.com']);
  it.each([
    ['a member more', bert, binding(['user:bert@example.com', 'user:ann@example.com']), 'second-more'],
    ['a user and the domain', bert, binding(['domain:example.com']), 'second-more'],
    ['everybody with a name, and everybody', binding(['allAuthenticatedUsers']), binding(['allUsers']), 'second-more'],
    ['nobody', binding([]), bert, 'second-more'],
    ['another role', bert, binding(['user:bert@example.com'], undefined, 'roles/editor'), 'incomparable'],
    ['a condition', bert, binding(['user:bert@example.com'], 'request.time < timestamp("2026-01-01T00:00:00Z")'), 'first-more'],
    [
      'a name that begins longer',
      binding(['allUsers'], 'resource.name.startsWith("a/b")'),
      binding(['allUsers'], "resource.name.startsWith('a/')"),
      'second-more',
    ],
    [
      'a condition in other words',
      binding(['allUsers'], '!(resource.type == "x" || resource.service != "y")'),
      binding(['allUsers'], 'resource.service == "y" && resource.type != "x"'),
      'equivalent',
    ],
    [
      'a part that nobody knows',
      binding(['allUsers'], 'api.getAttribute("x", []).hasOnly(["a && b"])'),
      binding(['allUsers']),
      'second-more',
    ],
    [
      'that part and its contrary',
      { bindings: [...binding(['allUsers'], 'f(x)').bindings, ...binding(['allUsers'], '!f(x)').bindings] },
      binding(['allUsers']),
      'equivalent',
    ],
    ['roles by their permissions', { includedPermissions: ['a.b.get'] }, { includedPermissions: ['a.b.get', 'a.b.list'] }, 'second-more'],
    [
      'a role that is defined beside',
      { ...bert, roles: [{ name: 'roles/viewer', includedPermissions: ['a.b.get', 'a.b.list'] }] },
      { ...bert, roles: [{ name: 'roles/viewer', includedPermissions: ['a.b.list', 'a.b.get'] }] },
      'equivalent',
    ],
  ])('%s', (_, first, second, expected) => expect(relation(first, second)).toBe(expected));
});

describe('a cloud policy is refused', () => {
  it.each([
    ['of no cloud', {}, {}],
    ['of two clouds', role(['*']), binding([])],
    ['with an unknown element of a role', role(['*'], { Actoins: [] }), role(['*'])],
    ['with an unknown element of a binding', { bindings: [{ role: 'r', member: [] }] }, binding([])],
    ['with a condition that does not close', binding(['allUsers'], 'f("x'), binding([])],
    ['with a role that is not defined', { roleDefinitions: [], roleAssignments: [{ roleDefinitionName: 'r' }] }, role(['*'])],
  ])('%s', (_, first, second) => expect(() => relation(first, second)).toThrow(expect.objectContaining({ code: 'artifact-unreadable' })));
});
