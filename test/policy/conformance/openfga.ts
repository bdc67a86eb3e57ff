/** OpenFGA in the conformance suite: asked through a stand-in written from its documentation; the server itself in suite.engines.test.ts. */
import { EdictError } from '../../../domain/errors.ts';
import type { Decision, Request } from '../../../domain/policy/model.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { check, openStore, type Verdict } from '../openfga/check.ts';
import { questionOf, sampleInventory, sampleRequests, sampleRules } from '../openfga/sample.ts';
import { type OpenFga, startOpenFga } from '../openfga/server.ts';
import { access, accessPolicy } from './access-cases.ts';
import { type Conformance, type ConformanceCase, json, line, type Mutation } from './conformance.ts';

const policyOf = accessPolicy('sample');

/** What OpenFGA cannot say, each in a rule of its own, and nothing said of the rest. */
const lost: ConformanceCase = {
  name: 'what-is-lost',
  policies: [
    policyOf([
      access('pattern', 'allow', { principals: ['user:a*'], actions: ['read'], resources: ['document:menu'] }),
      access('whole-type', 'allow', { principals: ['group:operations'], actions: ['read'], resources: ['document:*'] }),
      access('any-action', 'allow', { principals: ['group:engineering'], actions: ['any'], resources: ['document:menu'] }),
      access('owner', 'allow', {
        principals: ['user:*'],
        actions: ['write'],
        resources: ['document:*'],
        when: { relationship: ['owner'] },
      }),
      access('not-interns', 'deny', {
        principals: ['any'],
        actions: ['write'],
        resources: ['document:roadmap'],
        when: { attributes: [{ attribute: 'principal.intern', is: true }] },
      }),
      access('with-mfa', 'allow', { principals: ['user:ada'], actions: ['read'], resources: ['document:roadmap'], when: { mfa: true } }),
      access('at-home', 'allow', {
        principals: ['user:ada'],
        actions: ['read'],
        resources: ['document:roadmap'],
        when: { from: ['10.0.0.0/8'] },
      }),
    ]),
  ],
  inventory: sampleInventory,
};

type Fields = { [key: string]: any };

const sample: ConformanceCase = {
  name: 'documents',
  policies: [policyOf(sampleRules.map(({ rule }) => rule))],
  inventory: sampleInventory,
};

const tuples = (change: (list: Fields[]) => void) => json(({ tuple_keys }) => change(tuple_keys));
const of = (list: Fields[], object: string, relation: string) =>
  list.find((each) => each['object'] === object && each['relation'].startsWith(relation))!;
const edit = (object: string, relation: string, change: (tuple: Fields) => void) => tuples((list) => change(of(list, object, relation)));
const drop = (object: string, relation: string) => tuples((list) => list.splice(list.indexOf(of(list, object, relation)), 1));
const dropUser = (user: string, relation: string) =>
  tuples((list) =>
    list.splice(
      list.findIndex((each) => each['user'] === user && each['relation'] === relation),
      1,
    ),
  );

const model = (change: (types: { [type: string]: Fields }, conditions: Fields) => void) =>
  json(({ type_definitions: types, conditions }) =>
    change(Object.fromEntries(types.map((each: Fields) => [each['type'], each['relations']])), conditions),
  );
const condition = (part: string, change: (text: string) => string) =>
  model((_, conditions) => {
    const found = Object.values<Fields>(conditions).find(({ expression }) => expression.includes(part))!;
    found['expression'] = change(found['expression']);
  });
const inModel = (name: string, fate: Mutation[1], change: Mutation[2]): Mutation => [name, fate, change, 'model.json'];

const mutations: readonly Mutation[] = [
  ['another user', 'refuted', edit('document:roadmap', 'deny_read', (tuple) => (tuple['user'] = 'user:ada'))],
  ['a deny for everybody', 'refuted', edit('document:roadmap', 'deny_read', (tuple) => (tuple['user'] = 'user:*'))],
  ['a lost deny', 'refuted', drop('document:roadmap', 'deny_read')],
  ['a lost allow', 'refuted', drop('folder:plans', 'allow_in_read')],
  ['an allow for everybody', 'refuted', edit('document:menu', 'allow_delete', (tuple) => (tuple['user'] = 'user:*'))],
  ['an allow without its condition', 'refuted', edit('folder:plans', 'allow_list', (tuple) => delete tuple['condition'])],
  [
    'an allow under another condition',
    'refuted',
    tuples((list) => (of(list, 'folder:plans', 'allow_list')['condition'] = of(list, 'document:menu', 'allow_delete')['condition'])),
  ],
  ['an allow on another object', 'refuted', edit('document:menu', 'allow_delete', (tuple) => (tuple['object'] = 'document:roadmap'))],
  ['a lost exception', 'refuted', drop('document:menu', 'except_')],
  ['an exception without its condition', 'refuted', edit('document:menu', 'except_', (tuple) => delete tuple['condition'])],
  ['a lost member', 'refuted', dropUser('user:ada', 'member')],
  ['a member more', 'refuted', tuples((list) => list.push({ user: 'user:bo', relation: 'member', object: 'group:engineering' }))],
  ['a group that is no longer in a group', 'refuted', dropUser('group:engineering#member', 'member')],
  ['a document in no folder', 'refuted', dropUser('folder:secret', 'parent')],
  inModel(
    'nothing denied any more',
    'refuted',
    model(({ document }) => (document!['can_read'] = document!['can_read'].difference.base)),
  ),
  inModel(
    'what is denied allowed',
    'refuted',
    model(({ document }) => (document!['can_write'] = document!['can_write'].difference.subtract)),
  ),
  inModel(
    'exceptions forgotten',
    'refuted',
    model(({ document }) => (document!['can_write'].difference.base = document!['can_write'].difference.base.difference.base)),
  ),
  inModel(
    'nothing handed on from folders',
    'refuted',
    model(({ folder }) => (folder!['allow_in_read'] = { this: {} })),
  ),
  inModel(
    'an action by another name',
    'refuted',
    model(({ document }) => {
      document!['can_erase'] = document!['can_delete'];
      delete document!['can_delete'];
    }),
  ),
  inModel(
    'another country',
    'refuted',
    condition('country', (text) => text.replace('"CH"', '"FR"')),
  ),
  inModel(
    'one of two conditions',
    'refuted',
    condition('country', (text) => text.replace('&&', '||')),
  ),
  inModel(
    'MFA not asked for',
    'refuted',
    condition('mfa', (text) => text.replace(' && (mfa == true)', '')),
  ),
  inModel(
    'MFA refused',
    'refuted',
    condition('mfa', (text) => text.replace('mfa == true', 'mfa == false')),
  ),
  inModel(
    'a wider network',
    'refuted',
    condition('in_cidr', (text) => text.replace('10.0.0.0/8', '10.0.0.0/7')),
  ),
  inModel(
    'a minute later',
    'refuted',
    condition('minuteOfWeek', (text) => text.replace('>= 480', '>= 481')),
  ),
  inModel(
    'a higher risk',
    'refuted',
    condition('risk', (text) => text.replace('risk <= 3', 'risk <= 4')),
  ),
  ['tuples in another order', 'equivalent', tuples((list) => list.push(list.shift()!))],
  [
    'a member of a group said once more, by its group',
    'equivalent',
    tuples((list) => list.push({ user: 'user:ada', relation: 'member', object: 'group:staff' })),
  ],
  inModel(
    'a condition in another order',
    'equivalent',
    condition('country', (text) => text.split(' && ').toReversed().join(' && ')),
  ),
  inModel(
    'types in another order',
    'equivalent',
    json((value) => value.type_definitions.push(value.type_definitions.shift())),
  ),
  ['a tuple said twice', 'unreadable', tuples((list) => list.push(list[0]!))],
  [
    'a relation that is not in the model',
    'unreadable',
    tuples((list) => list.push({ user: 'user:bo', relation: 'can_fly', object: 'document:menu' })),
  ],
  [
    'a condition that is not in the model',
    'unreadable',
    edit('document:menu', 'allow_delete', (tuple) => (tuple['condition'].name = 'c_none')),
  ],
  ['a context of its own', 'unreadable', edit('document:menu', 'allow_delete', (tuple) => (tuple['condition'].context = { risk: 0 }))],
  ['a wildcard as a parent', 'unreadable', tuples((list) => (list.find(({ relation }) => relation === 'parent')!['user'] = 'folder:*'))],
  inModel(
    'another schema',
    'unreadable',
    json((value) => (value.schema_version = '1.2')),
  ),
  inModel(
    'a rewrite that we do not read',
    'unreadable',
    model(({ document }) => (document!['can_delete'] = { intersection: { child: [{ this: {} }] } })),
  ),
  inModel(
    'a function that we do not read',
    'unreadable',
    condition('risk', (text) => `${text} || ticket.startsWith("A")`),
  ),
  inModel(
    'a parameter of another type',
    'unreadable',
    model((_, conditions) => {
      for (const each of Object.values<Fields>(conditions))
        if (each['parameters'].risk) each['parameters'].risk.type_name = 'TYPE_NAME_STRING';
    }),
  ),
  inModel('no JSON', 'unreadable', (text) => text.slice(1)),
];

const decisionOf: Readonly<Record<Verdict, Decision>> = { allowed: 'allow', refused: 'deny', error: 'deny' };

let server: Promise<OpenFga> | undefined;

export const openfga: Conformance = {
  target: 'openfga',
  file: 'tuples.json',
  mutations,
  planted: sample,
  cases: [sample, lost],
  hostile: (name) => ({
    ...sample,
    inventory: {
      assets: [],
      zones: [],
      entities: [{ uid: { type: 'user', id: name.slice(0, 60) } }, { uid: { type: 'document', id: 'menu' } }],
    },
    policies: [
      policyOf([
        {
          kind: 'access',
          id: 'a',
          requirement: 'q1',
          effect: 'claim',
          match: { principals: ['any'], actions: ['any'], resources: ['any'] },
        },
        {
          kind: 'access',
          id: 'b',
          requirement: 'q1',
          effect: 'allow',
          match: { principals: [`user:${JSON.stringify(name.slice(0, 60))}`], actions: ['read'], resources: ['document:menu'] },
        },
      ]),
    ],
  }),
  engine: {
    needs: [],
    validate: standIn,
    spoil: line(/"schema_version"|"tuple_keys"/, () => '"nothing"'),
    requests: () => sampleRequests,
    decide: ({ files }, requests) => {
      const store = openStore(files);
      return requests.map((request) => ask(request, (question) => decisionOf[check(store, question)]));
    },
  },
  slowEngine: {
    needs: ['openfga'],
    validate: async ({ files }) => {
      server ??= startOpenFga();
      return (await server).open(files).then(
        () => '',
        (error: Error) => error.message,
      );
    },
    spoil: line(/"type": "user"/, () => '"type": "nobody"'),
    requests: () => sampleRequests,
    decide: async ({ files }, requests) => {
      server ??= startOpenFga();
      const store = await (await server).open(files);
      const answers: (Decision | undefined)[] = [];
      for (const request of requests)
        answers.push(request.kind === 'access' ? decisionOf[await store.check(questionOf(request))] : undefined);
      return answers;
    },
    stop: async () => (await server)?.stop(),
  },
};

function ask(request: Request, answer: (question: ReturnType<typeof questionOf>) => Decision): Decision | undefined {
  return request.kind === 'access' ? answer(questionOf(request)) : undefined;
}

/** The stand-in has no validator of its own: what it cannot run, it complains of. */
function standIn({ files }: Artifact): string {
  try {
    const store = openStore(files);
    for (const request of sampleRequests.slice(0, 50)) check(store, questionOf(request));
    return '';
  } catch (error) {
    if (error instanceof EdictError) throw error;
    return (error as Error).message;
  }
}
