/** Random access rules, people and requests that meet: few names, few values, so that rules overlap, hold, fail and err. */
import * as fc from 'fast-check';
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { Entity } from '../../../domain/policy/access/entity.ts';
import type { AccessCondition, AccessRequest, AccessRule, AttributeTest } from '../../../domain/policy/access/model.ts';

const uid = (text: string) => {
  const [type = '', id = ''] = text.split(':');
  return { type, id };
};

const entity = (text: string, parents: readonly string[], attrs: Entity['attrs'] = {}): Entity => ({
  uid: uid(text),
  attrs,
  parents: parents.map(uid),
});

export const people: readonly Entity[] = [
  entity('user:ann', ['group:staff'], { department: 'hr', level: 3 }),
  entity('user:bob', ['group:contractors'], { department: 'it' }),
  entity('user:eve', []),
  entity('group:staff', ['group:everyone']),
  entity('group:contractors', ['group:everyone']),
  entity('service:backup', ['role:operator']),
  entity('folder:hr', ['folder:root']),
  entity('document:plan', ['folder:hr'], { owner: { __entity: uid('user:ann') }, department: 'hr', labels: ['internal'] }),
  entity('document:report-1', ['folder:root'], {
    owner: { __entity: uid('group:staff') },
    department: 'it',
    labels: ['internal', 'secret'],
  }),
  entity('Action:read', ['Action:reading']),
  entity('Action:list', ['Action:reading']),
];

export const accessInventory: Inventory = {
  assets: [],
  zones: [
    { name: 'office', cidrs: ['10.1.0.0/16', '2001:db8:1::/48'] },
    { name: 'vpn', cidrs: ['10.9.0.0/24'] },
  ],
  entities: people,
};

const some = <T>(...of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 2 });

const principals = some(
  'any',
  'user:ann',
  '=user:bob',
  'group:staff',
  'group:everyone',
  'role:operator',
  'user:*',
  'service:back*',
  'group:*',
);
const actions = some('any', 'read', 'write', 'reading', 'l*', 'Action:*');
const resources = some(
  'any',
  'document:plan',
  'folder:root',
  '=folder:root',
  'document:*',
  'document:report-*',
  'document:*-1',
  'bucket:"*"',
);

export const attributeTest: fc.Arbitrary<AttributeTest> = fc.oneof(
  fc.constantFrom<AttributeTest>(
    { attribute: 'principal.department', is: 'hr' },
    { attribute: 'principal.department', isNot: ['it', 'ops'] },
    { attribute: 'principal.level', atLeast: 2 },
    { attribute: 'principal.level', atMost: 2 },
    { attribute: 'context.risk', atMost: -1 },
    { attribute: 'context.ticket', like: 'CHG-*' },
    { attribute: 'context.ticket', like: '*-9' },
    { attribute: 'context.ticket', is: ['CHG-1', true, 7] },
    { attribute: 'context.ticket', present: true },
    { attribute: 'context.ticket', present: false },
    { attribute: 'resource.department', equals: 'principal.department' },
    { attribute: 'resource.labels', contains: 'secret' },
    { attribute: 'resource.owner', is: { entity: 'user:ann' } },
    { attribute: 'context.session.kind', is: 'shell' },
    { attribute: 'context.session.kind', present: false },
  ),
);

export const condition: fc.Arbitrary<AccessCondition> = fc.record(
  {
    mfa: fc.boolean(),
    device: fc.record({ managed: fc.boolean(), compliant: fc.boolean() }, { requiredKeys: [] }),
    countries: some('CH', 'DE', 'US'),
    from: some('zone:office', 'zone:vpn', '10.0.0.0/8', '::/0'),
    during: fc.constantFrom('Mon-Fri 08:00-18:00 Europe/Zurich', 'Sun 22:00-04:00 Europe/Zurich'),
    purposes: some('audit', 'support'),
    relationship: some('owner', 'member'),
    attributes: fc.array(attributeTest, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

/** Mostly one part, so that conditions hold now and then. */
const small = condition.map((whole) => Object.fromEntries(Object.entries(whole).slice(0, 2)) as AccessCondition);

const except = fc.record({ principals, actions, resources, when: small }, { requiredKeys: [] });

export const accessRules: fc.Arbitrary<readonly AccessRule[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const, 'claim' as const),
      match: fc.oneof(fc.record({ principals, actions, resources }), fc.record({ principals, actions, resources, when: small })),
      except: fc.array(except, { maxLength: 1 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) => list.map((each, at): AccessRule => ({ kind: 'access', id: `r${at}`, requirement: 'q', ...each })));

const context = fc.record(
  {
    mfa: fc.constantFrom(true, false, 'yes'),
    deviceManaged: fc.boolean(),
    deviceCompliant: fc.boolean(),
    country: fc.constantFrom('CH', 'DE', 'FR', ''),
    purpose: fc.constantFrom('audit', 'support', 'fun'),
    ticket: fc.constantFrom('CHG-1', 'CHG-9', 'X-9', '', true, 7),
    risk: fc.constantFrom(-1, 0, -5),
    session: fc.constantFrom({ kind: 'shell' }, { kind: 'web' }, {}, 'none'),
  },
  { requiredKeys: ['mfa', 'country', 'purpose', 'deviceManaged'] },
);

export const accessRequest: fc.Arbitrary<AccessRequest> = fc
  .record(
    {
      principal: fc.constantFrom(
        'user:ann',
        'user:bob',
        'user:eve',
        'user:new',
        'group:staff',
        'service:backup',
        'service:backlog',
        'robot:r2',
      ),
      action: fc.constantFrom('read', 'list', 'write', 'purge', 'reading'),
      resource: fc.constantFrom(
        'document:plan',
        'document:report-1',
        'document:report-2',
        'document:x-1',
        'folder:root',
        'bucket:"*"',
        'bucket:b',
      ),
      context,
      from: fc.constantFrom('10.1.2.3', '10.9.0.7', '192.0.2.1', '2001:db8:1::5'),
      at: fc.constantFrom('2026-11-25T12:00:00+01:00', '2026-11-29T23:00:00Z', '2026-11-28T03:00:00Z'),
      entities: fc.constantFrom<readonly Entity[]>(
        [entity('user:eve', ['group:staff'], { level: 9, department: 'it' })],
        [{ uid: uid('user:bob'), attrs: { level: 1 } }],
      ),
    },
    { requiredKeys: ['principal', 'action', 'resource'] },
  )
  .map((request) => ({ kind: 'access', ...request }));
