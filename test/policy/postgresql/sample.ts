/** Access policies over the rows of two tables, the rows, and the roles that ask. `mark` keeps the roles of one test apart: they belong to the whole server. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { Entity } from '../../../domain/policy/access/entity.ts';
import type { AccessRequest, AccessRule } from '../../../domain/policy/access/model.ts';
import type { NamedRule } from '../../../domain/policy/access/read-rule.ts';

export type Row = {
  readonly id: number;
  readonly region: string | null;
  readonly amount: number;
  readonly closed: boolean;
  readonly seller: string;
};

export const rows: readonly Row[] = [
  { id: 1, region: 'eu', amount: 10, closed: false, seller: 'ann' },
  { id: 2, region: 'eu', amount: 5_000, closed: true, seller: 'ben' },
  { id: 3, region: "d'accord", amount: -5, closed: false, seller: 'ann' },
  { id: 4, region: 'us', amount: 999, closed: false, seller: 'us' },
  { id: 5, region: null, amount: 1, closed: false, seller: 'ben' },
];

export const tables = ['orders', 'odd "name" 100%'] as const;

export type Sample = { readonly inventory: Inventory; readonly rules: readonly NamedRule[]; readonly roles: readonly string[] };

export function sampleOf(mark: string): Sample {
  const role = (name: string) => `${mark}${name}`;
  const entity = (name: string, ...parents: readonly string[]): Entity => ({
    uid: { type: 'role', id: role(name) },
    parents: parents.map((parent) => ({ type: 'role', id: role(parent) })),
  });
  const rule = (id: string, effect: AccessRule['effect'], match: AccessRule['match'], except?: AccessRule['except']): NamedRule => ({
    id: `sample/${id}`,
    rule: { kind: 'access', id, requirement: 'q1', effect, match, ...(except === undefined ? {} : { except }) },
  });
  const orders = ['table:public.orders'];
  const is = (attribute: string, ...values: readonly string[]) => ({ attributes: [{ attribute, is: values }] });
  return {
    inventory: {
      assets: [],
      zones: [],
      entities: [
        entity('staff'),
        entity('sales', 'staff'),
        entity('ann', 'sales'),
        entity('ben', 'staff'),
        entity('it"s'),
        entity('stranger'),
      ],
    },
    roles: ['staff', 'sales', 'ann', 'ben', 'it"s', 'stranger'].map(role),
    rules: [
      rule('nothing-else', 'claim', { principals: ['any'], actions: ['any'], resources: ['any'] }),
      rule('staff-reads-europe', 'allow', {
        principals: [`role:${role('staff')}`],
        actions: ['select'],
        resources: orders,
        when: is('resource.region', 'eu', "d'accord"),
      }),
      rule('sales-change-small', 'allow', {
        principals: [`role:${role('sales')}`],
        actions: ['update', 'insert'],
        resources: orders,
        when: {
          attributes: [
            { attribute: 'resource.amount', atMost: 1_000 },
            { attribute: 'resource.region', isNot: 'us' },
          ],
        },
      }),
      rule('closed-stays', 'deny', {
        principals: ['role:*'],
        actions: ['update', 'delete'],
        resources: orders,
        when: { attributes: [{ attribute: 'resource.closed', is: true }] },
      }),
      rule('ben-deletes', 'allow', { principals: [`role:${role('ben')}`], actions: ['delete'], resources: orders }, [
        { when: { attributes: [{ attribute: 'resource.amount', atMost: -1 }] } },
      ]),
      rule(
        'not-for-sales',
        'deny',
        {
          principals: [`role:${role('staff')}`],
          actions: ['select'],
          resources: orders,
          when: { attributes: [{ attribute: 'resource.amount', atLeast: 5_000 }] },
        },
        [{ principals: [`role:${role('sales')}`] }],
      ),
      rule('own-rows', 'allow', {
        principals: [`role:${role('it"s')}`],
        actions: ['select'],
        resources: orders,
        when: { attributes: [{ attribute: 'resource.region', equals: 'resource.seller' }] },
      }),
      rule('from-here', 'allow', {
        principals: [`role:${role('stranger')}`],
        actions: ['select'],
        resources: [`table:public.${tables[1]}`],
        when: { from: ['127.0.0.0/8', '::1/128'], during: 'Mon-Sun 00:00-24:00 Europe/Zurich' },
      }),
      rule('not-from-there', 'allow', {
        principals: [`role:${role('ann')}`],
        actions: ['select'],
        resources: [`table:public.${tables[1]}`],
        when: { from: ['192.0.2.0/24'] },
      }),
    ],
  };
}

export function requestOf(role: string, action: string, table: string, row: Row): AccessRequest {
  const { region, ...columns } = row;
  return {
    kind: 'access',
    principal: `role:${role}`,
    action,
    resource: `row:${table}-${row.id}`,
    from: '127.0.0.1',
    at: '2026-01-05T09:00:00Z',
    entities: [
      {
        uid: { type: 'row', id: `${table}-${row.id}` },
        // A column without a value is an attribute that is not there.
        attrs: { ...columns, ...(region === null ? {} : { region }) },
        parents: [{ type: 'table', id: `public.${table}` }],
      },
    ],
  };
}
