/** Rego of access and AI rules in the conformance suite: checked and asked in OPA. */
import type { Request } from '../../../domain/policy/model.ts';
import { accessInventory } from '../access/arbitrary.ts';
import { checkRego, evalRego } from '../engines.ts';
import { access, accessPolicy, atNoon, modelUses, requestGrid } from './access-cases.ts';
import { type Conformance, type ConformanceCase, json, line, type Mutation } from './conformance.ts';

const policyOf = accessPolicy('planted');

const requests: readonly Request[] = requestGrid(
  {
    principals: ['user:ann', 'user:bob', 'user:eve', 'service:backup', 'robot:r2'],
    actions: ['read', 'write', 'list'],
    resources: ['document:plan', 'document:report-1', 'folder:hr', 'bucket:"*"'],
    contexts: [{}, { mfa: true, ticket: 'CHG-1' }, { mfa: false, ticket: 7 }],
  },
  atNoon,
);

const uses: readonly Request[] = modelUses([['internal'], ['secret'], ['internal', 'odd'], [], undefined]);

/** As a request of the other kind. */
const asUse = (request: any) => {
  const { principal, resource, context } = request;
  return { kind: 'ai', principal, model: resource, ...context };
};

const documents: ConformanceCase = {
  name: 'documents',
  inventory: accessInventory,
  policies: [
    policyOf([
      access('closed', 'claim', { principals: ['any'], actions: ['any'], resources: ['document:*', 'folder:*'] }),
      access('staff-read', 'allow', { principals: ['group:staff'], actions: ['reading'], resources: ['folder:root'] }),
      access('owners', 'allow', {
        principals: ['user:*'],
        actions: ['write'],
        resources: ['document:*'],
        when: { relationship: ['owner'] },
      }),
      access('bob', 'allow', {
        principals: ['=user:bob'],
        actions: ['read', 'list'],
        resources: ['document:plan'],
        when: { mfa: true, from: ['zone:office'], attributes: [{ attribute: 'context.ticket', like: 'CHG-*' }] },
      }),
      access('backup', 'allow', {
        principals: ['role:operator'],
        actions: ['read'],
        resources: ['any'],
        when: { during: 'daily 01:00-13:00 Europe/Zurich', attributes: [{ attribute: 'resource.department', is: ['hr', 'it'] }] },
      }),
      access('reports', 'allow', { principals: ['service:back*'], actions: ['l*'], resources: ['document:report-*'] }),
      access('no-secrets', 'deny', {
        principals: ['any'],
        actions: ['write'],
        resources: ['document:*'],
        when: { attributes: [{ attribute: 'resource.labels', contains: 'secret' }] },
      }),
      access('seniors', 'deny', { principals: ['group:everyone'], actions: ['list'], resources: ['document:*'] }, [
        { principals: ['user:ann'], when: { attributes: [{ attribute: 'principal.level', atLeast: 3 }] } },
      ]),
    ]),
  ],
};

const models: ConformanceCase = {
  name: 'models',
  inventory: accessInventory,
  policies: [
    policyOf([
      { kind: 'ai', id: 'closed', requirement: 'q1', effect: 'claim', match: { principals: ['any'], models: ['any'] } },
      {
        kind: 'ai',
        id: 'support',
        requirement: 'q1',
        effect: 'allow',
        match: {
          principals: ['group:staff'],
          models: ['small', 'large'],
          purposes: ['support', 'search'],
          dataClasses: ['public', 'internal'],
          tools: ['search'],
        },
      },
      {
        kind: 'ai',
        id: 'no-secrets',
        requirement: 'q1',
        effect: 'deny',
        match: { principals: ['any'], models: ['any'], dataClasses: ['secret'] },
      },
    ]),
  ],
};

/** Tests that the evaluator does not have. */
const lost: ConformanceCase = {
  name: 'what-is-lost',
  inventory: accessInventory,
  policies: [
    policyOf([
      access('open', 'allow', { principals: ['any'], actions: ['read'], resources: ['any'] }),
      access('deep', 'deny', {
        principals: ['user:*'],
        actions: ['list'],
        resources: ['document:*'],
        when: { attributes: [{ attribute: 'context.a.b.c.d', is: 'x' }] },
      }),
      access('tagged', 'deny', {
        principals: ['user:*'],
        actions: ['read'],
        resources: ['document:*'],
        when: {
          expression: {
            op: 'call',
            name: 'hasTag',
            arguments: [
              { op: 'variable', name: 'principal' },
              { op: 'literal', value: 'left' },
            ],
          },
        },
      }),
      access('sums', 'allow', {
        principals: ['user:*'],
        actions: ['write'],
        resources: ['document:*'],
        when: {
          expression: {
            op: 'less',
            left: {
              op: 'add',
              left: { op: 'get', of: { op: 'variable', name: 'context' }, attribute: 'risk' },
              right: { op: 'literal', value: 1 },
            },
            right: { op: 'literal', value: 10 },
          },
        },
      }),
    ]),
  ],
};

const data = (change: (access: any, all: any) => void) =>
  json(({ edict: { authorization } }) => change(authorization.access, authorization));
const rule = (id: string, change: (rule: any) => void) => data(({ rules }) => change(rules[`planted/${id}`]));
const node = (id: string, condition: number, change: (node: any) => void, of = '0') =>
  rule(id, ({ when }) => change(when[condition].nodes[of]));
/** The first node of the rule that has such a test. */
const test = (id: string, name: string, change: (test: any) => void) =>
  rule(id, (each) => change(findTest([each, ...each.except], (found) => found.test === name)));
const findTest = (parts: readonly any[], is: (test: any) => boolean): any =>
  parts
    .flatMap(({ when }) => when.flatMap(({ nodes }: any) => Object.values<any>(nodes)))
    .map((found) => found.test)
    .find(is);

const mutations: readonly Mutation[] = [
  ['an allow that denies', 'refuted', rule('staff-read', (each) => (each.effect = 'deny'))],
  ['a deny that allows', 'refuted', rule('no-secrets', (each) => (each.effect = 'allow'))],
  ['a claim that denies', 'refuted', rule('closed', (each) => (each.effect = 'deny'))],
  ['another group', 'refuted', rule('staff-read', (each) => (each.principals = [{ in: 'group contractors' }]))],
  ['a larger group', 'refuted', rule('staff-read', (each) => (each.principals = [{ in: 'group everyone' }]))],
  ['a group for its members', 'refuted', rule('staff-read', (each) => (each.principals = [{ is: 'group staff' }]))],
  ['nobody', 'refuted', rule('staff-read', (each) => (each.principals = []))],
  ['one that was named already', 'equivalent', rule('staff-read', (each) => each.principals.push({ is: 'user ann' }))],
  ['another person', 'refuted', rule('bob', (each) => (each.principals = [{ is: 'user eve' }]))],
  ['a person for all of a type', 'refuted', rule('bob', (each) => (each.principals = [{ all: 'user' }]))],
  ['another pattern of ids', 'refuted', rule('reports', (each) => (each.principals[0].id = '^(?s:back.*p)$'))],
  ['a star that is a letter', 'refuted', rule('reports', (each) => (each.principals[0].id = '^(?s:back\\*)$'))],
  ['two stars for one', 'equivalent', rule('reports', (each) => (each.principals[0].id = '^(?s:back.*.*)$'))],
  [
    'a pattern that the index does not know of',
    'refuted',
    rule('reports', (each) => (each.resources = [{ type: 'document', id: '^(?s:report.*)$' }])),
  ],
  ['an index that leads past a rule', 'refuted', data(({ index }) => delete index['Action reading']['folder root'])],
  ['an index that leads to half of a rule', 'refuted', data(({ index }) => delete index['Action read']['document plan'])],
  [
    'an index that leads to a rule twice',
    'equivalent',
    data(({ index }) => index['Action reading']['folder root'].push('planted/staff-read')),
  ],
  [
    'a rule under a place that is not its own',
    'unreadable',
    data(({ index }) => (index['Action reading']['document plan'] = ['planted/staff-read'])),
  ],
  ['a place of no rule', 'equivalent', data(({ index }) => (index['Action purge'] = {}))],
  ['a rule that is gone', 'unreadable', data(({ rules }) => delete rules['planted/bob'])],
  ['without a second factor', 'refuted', node('bob', 0, (each) => ([each.true, each.false] = [each.false, each.true]))],
  ['no second factor is needed', 'refuted', rule('bob', (each) => each.when.shift())],
  ['another flag', 'refuted', test('bob', 'holds', (each) => (each.path = ['context', 'deviceManaged']))],
  ['a flag that is missing lets pass', 'refuted', node('bob', 0, (each) => (each.error = 'true'))],
  ['a flag that is missing is no, where that denies too', 'equivalent', node('bob', 0, (each) => (each.error = 'false'))],
  [
    'an attribute that is missing is no',
    'refuted',
    rule('backup', ({ when }) => Object.values<any>(when[1].nodes).forEach((each) => (each.error = 'false'))),
  ],
  ['another network', 'refuted', test('bob', 'in-range', (each) => (each.value = '10.2.0.0/16'))],
  ['a wider network', 'refuted', test('bob', 'in-range', (each) => (each.value = '10.0.0.0/15'))],
  ['another pattern', 'refuted', test('bob', 'like', (each) => (each.value = '^(?s:CHG.*)$'))],
  ['a window that ends a minute later', 'refuted', test('backup', 'at-most', (each) => (each.value += 1))],
  ['a constant more', 'refuted', rule('backup', (each) => (findTest([each], ({ value }) => value === 'it').value = 'ops'))],
  ['another label', 'refuted', test('no-secrets', 'holds-any', (each) => (each.values = ['public']))],
  ['a label more', 'refuted', test('no-secrets', 'holds-any', (each) => each.values.push('public'))],
  ['a label said twice', 'equivalent', test('no-secrets', 'holds-any', (each) => each.values.push('secret'))],
  ['all labels for any', 'equivalent', test('no-secrets', 'holds-any', (each) => (each.test = 'holds-all'))],
  ['no label but this', 'refuted', test('no-secrets', 'holds-any', (each) => (each.test = 'holds-only'))],
  ['another relationship', 'refuted', test('owners', 'named', (each) => (each.path = ['resource', 'editor']))],
  ['the resource for who asks', 'refuted', test('owners', 'named', (each) => (each.slot = 'resource'))],
  ['another limit', 'refuted', test('seniors', 'below', (each) => (each.value += 1))],
  ['an exception for everybody', 'refuted', rule('seniors', (each) => (each.except[0].principals = [{ any: true }]))],
  ['an exception that is forgotten', 'refuted', rule('seniors', (each) => (each.except = []))],
  ['conditions in another order', 'equivalent', rule('bob', (each) => (each.when = each.when.toReversed()))],
  ['a node that nothing leads to', 'equivalent', rule('bob', ({ when }) => (when[0].nodes.other = {}))],
  ['a condition that always holds', 'refuted', rule('no-secrets', ({ when }) => (when[0].root = 'true'))],
  ['a condition that goes in circles', 'unreadable', node('bob', 0, (each) => (each.true = '0'))],
  ['a way to nowhere', 'unreadable', node('bob', 0, (each) => (each.true = 'nowhere'))],
  ['a node that is called as an end is', 'unreadable', rule('bob', ({ when }) => (when[0].nodes.true = when[0].nodes['0']))],
  ['an unknown test', 'unreadable', test('bob', 'holds', (each) => (each.test = 'matches'))],
  ['a test of more than it takes', 'unreadable', test('bob', 'holds', (each) => (each.value = true))],
  ['a path that is too long', 'unreadable', test('bob', 'holds', (each) => (each.path = ['context', 'a', 'b', 'c', 'd']))],
  ['a regular expression', 'unreadable', test('bob', 'like', (each) => (each.value = '^(?s:CHG-[0-9])$'))],
  ['a pattern that is not of the whole', 'unreadable', test('bob', 'like', (each) => (each.value = 'CHG-'))],
  ['half a number', 'unreadable', test('backup', 'at-most', (each) => (each.value = 779.5))],
  ['an effect of its own', 'unreadable', rule('bob', (each) => (each.effect = 'audit'))],
  ['another time zone', 'unreadable', data((access) => (access.timezone = 'UTC'))],
  ['no time zone', 'unreadable', data((access) => (access.timezone = null))],
  [
    'a member more',
    'unreadable',
    data((_, { entities }) => {
      entities['user eve'].parents.push('group staff');
      Object.assign(entities['user eve'].above, { 'group staff': true, 'group everyone': true });
    }),
  ],
  [
    'a member that its parents know nothing of',
    'unreadable',
    data((_, { entities }) => (entities['user eve'].above['group staff'] = true)),
  ],
  ['another attribute', 'unreadable', data((_, { entities }) => (entities['user ann'].attrs.level = 1))],
  ['a person that is gone', 'unreadable', data((_, { entities }) => delete entities['user eve'])],
  ['no rules of models', 'unreadable', data((_, all) => delete all.ai)],
  ['no JSON', 'unreadable', (text) => text.slice(1)],
  ['the policy itself changed, however little', 'unreadable', line(/"claim": "deny"/, () => '"claim": "allow"'), 'policy.rego'],
];

export const regoAccess: Conformance = {
  target: 'rego-access',
  file: 'data.json',
  planted: documents,
  cases: [documents, models, lost],
  hostile: (name) => ({
    name: 'hostile',
    inventory: {
      ...accessInventory,
      entities: [...(accessInventory.entities ?? []), { uid: { type: 'user', id: name }, attrs: { [name]: name } }],
    },
    policies: [
      policyOf([
        access('closed', 'claim', { principals: ['any'], actions: ['any'], resources: ['any'] }),
        access('hostile', 'allow', {
          principals: [`=user:${JSON.stringify(name)}`],
          actions: ['read'],
          resources: [`folder:${JSON.stringify(name)}`],
          when: {
            attributes: [
              { attribute: 'principal.department', is: name },
              { attribute: 'context.ticket', like: `${name}*` },
            ],
          },
        }),
      ]),
    ],
  }),
  mutations,
  engine: {
    needs: ['opa'],
    validate: checkRego,
    spoil: (text) => text.replace(/^package .*$/m, 'packet edict'),
    requests: ({ name }) => (name === 'models' ? uses : requests),
    decide: (artifact, asked) => {
      const isUse = (request: any) => request.action === 'use';
      return evalRego(
        artifact,
        asked.map((request) => (isUse(request) ? asUse(request) : request)),
      ).map(({ decision }) => decision);
    },
  },
};
