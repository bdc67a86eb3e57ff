/** Access policies with what OpenFGA can say, and requests about everything in them and about nothing in them. */
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { AccessRequest, AccessRule } from '../../../domain/policy/access/model.ts';
import type { NamedRule } from '../../../domain/policy/access/read-rule.ts';
import { uidFrom } from '../../../domain/policy/access/selector.ts';
import { printObject, printRelation } from '../../../domain/policy/targets/openfga/names.ts';
import { weekClock } from '../../../domain/policy/time-window.ts';
import type { Question } from './check.ts';

const entity = (type: string, id: string, ...parents: readonly (readonly [string, string])[]) => ({
  uid: { type, id },
  parents: parents.map(([parentType, parent]) => ({ type: parentType, id: parent })),
});

export const sampleInventory: Inventory = {
  assets: [],
  zones: [],
  entities: [
    entity('user', 'ada', ['group', 'engineering']),
    entity('user', 'bo', ['group', 'operations']),
    entity('user', '*'),
    entity('user', 'a b#c:d@e'),
    entity('group', 'engineering', ['group', 'staff']),
    entity('group', 'operations', ['group', 'staff']),
    entity('group', 'staff'),
    entity('folder', 'plans'),
    entity('folder', 'secret', ['folder', 'plans']),
    entity('document', 'roadmap', ['folder', 'plans']),
    entity('document', 'merger', ['folder', 'secret']),
    entity('document', 'menu'),
  ],
};

const rule = (id: string, effect: AccessRule['effect'], match: AccessRule['match'], except?: AccessRule['except']): NamedRule => ({
  id: `sample/${id}`,
  rule: { kind: 'access', id, requirement: 'q1', effect, match, ...(except === undefined ? {} : { except }) },
});

export const sampleRules: readonly NamedRule[] = [
  rule('nothing-else', 'claim', { principals: ['any'], actions: ['any'], resources: ['any'] }),
  rule('staff-reads', 'allow', {
    principals: ['group:staff'],
    actions: ['read'],
    resources: ['folder:plans'],
    when: { mfa: true, countries: ['CH', 'DE'] },
  }),
  rule('odd-names-read', 'allow', { principals: ['user:"*"', 'user:a b#c:d@e'], actions: ['read'], resources: ['folder:plans'] }),
  rule('not-bo', 'deny', { principals: ['user:bo'], actions: ['read', 'write'], resources: ['document:roadmap'] }),
  rule('secret', 'deny', { principals: ['group:staff'], actions: ['read'], resources: ['folder:secret'] }, [
    { principals: ['user:ada'], when: { device: { managed: true } } },
  ]),
  rule(
    'engineers-write',
    'allow',
    { principals: ['group:engineering'], actions: ['write'], resources: ['document:roadmap', 'document:menu'] },
    [{ principals: ['user:ada'], resources: ['document:menu'], when: { from: ['10.0.0.0/8', '2001:db8::/32'] } }],
  ),
  rule('lists', 'allow', {
    principals: ['user:*'],
    actions: ['list'],
    resources: ['=folder:plans'],
    when: { during: 'Mon-Fri 08:00-18:00 Europe/Zurich' },
  }),
  rule('tagged', 'allow', {
    principals: ['user:ada'],
    actions: ['delete'],
    resources: ['document:menu'],
    when: {
      attributes: [
        { attribute: 'context.ticket', is: ['A-1', 'A"2'] },
        { attribute: 'context.risk', atMost: 3 },
      ],
    },
  }),
];

const contexts = [
  { mfa: true, country: 'CH', deviceManaged: true, ticket: 'A"2', risk: 3 },
  { mfa: false, country: 'CH', deviceManaged: false, ticket: 'A-1', risk: 4 },
  { mfa: true, country: 'US', deviceManaged: true, ticket: 'A', risk: -1 },
];
const times = ['2026-01-05T09:00:00Z', '2026-01-04T09:00:00Z'];
const places = ['10.1.1.1', '192.0.2.1', '2001:db8::7'];

export const sampleRequests: readonly AccessRequest[] = [
  'user:ada',
  'user:bo',
  'user:stranger',
  'user:"*"',
  'user:a b#c:d@e',
  'group:engineering',
  'group:staff',
  'folder:plans',
].flatMap((principal) =>
  ['read', 'write', 'list', 'delete'].flatMap((action) =>
    ['document:roadmap', 'document:merger', 'document:menu', 'document:lost', 'folder:plans', 'folder:secret'].flatMap((resource) =>
      contexts.map((context, index): AccessRequest => ({
        kind: 'access',
        principal,
        action,
        resource,
        context,
        from: places[index % places.length]!,
        at: times[(index + principal.length) % times.length]!,
      })),
    ),
  ),
);

const clock = weekClock('Europe/Zurich');

/** As an enforcement point puts it. */
export function questionOf({ principal, action, resource, context, from, at }: AccessRequest): Question {
  return {
    user: printObject(uidFrom(principal)),
    relation: printRelation('can', uidFrom(action, 'Action')),
    object: printObject(uidFrom(resource)),
    context: {
      ...context,
      ...(from === undefined ? {} : { address: from }),
      ...(at === undefined ? {} : { minuteOfWeek: clock(Date.parse(at)) }),
    },
  };
}
