/** Cedar in the conformance suite: checked and asked through Cedar's own engine. */
import { accessInventory } from '../access/arbitrary.ts';
import { authorize, partsOf, validate } from '../targets/cedar/engine.ts';
import { access, accessPolicy, atNoon, modelUses, requestGrid } from './access-cases.ts';
import { type Conformance, type ConformanceCase, line } from './conformance.ts';

const policyOf = accessPolicy('planted');

/** A request of each kind that matters, on known things. */
const requests = requestGrid(
  {
    principals: ['user:ann', 'user:bob', 'user:eve', 'service:backup'],
    actions: ['read', 'write', 'list'],
    resources: ['document:plan', 'document:report-1'],
    contexts: [{}, { mfa: true, ticket: 'CHG-1' }, { mfa: false, ticket: 'X' }],
  },
  atNoon,
);

const uses = modelUses([['internal'], ['secret'], ['internal', 'odd'], undefined]);

const documents: ConformanceCase = {
  name: 'documents',
  inventory: accessInventory,
  policies: [
    policyOf([
      access('closed', 'claim', { principals: ['any'], actions: ['any'], resources: ['any'] }),
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

const lost: ConformanceCase = {
  name: 'what-is-lost',
  inventory: accessInventory,
  policies: [
    policyOf([
      access('reports', 'allow', { principals: ['user:*'], actions: ['read'], resources: ['document:report-*'] }),
      access('not-backups', 'deny', { principals: ['service:back*'], actions: ['write'], resources: ['any'] }),
    ]),
  ],
};

const dropPolicy = (id: string) => (text: string) =>
  text
    .split('\n\n')
    .filter((part) => !part.includes(`@id("planted/${id}")`))
    .join('\n\n');
const inPolicy = (id: string, from: string | RegExp, to: string) => (text: string) =>
  text
    .split('\n\n')
    .map((part) => (part.includes(`@id("planted/${id}")`) ? part.replace(from, to) : part))
    .join('\n\n');

export const cedar: Conformance = {
  target: 'cedar',
  file: 'access.cedar',
  planted: documents,
  cases: [documents, models, lost],
  hostile: (name) => ({
    name: 'hostile',
    inventory: {
      ...accessInventory,
      entities: [...(accessInventory.entities ?? []), { uid: { type: 'user', id: name }, attrs: { department: name } }],
    },
    policies: [
      policyOf([
        access('closed', 'claim', { principals: ['any'], actions: ['any'], resources: ['any'] }),
        access('hostile', 'allow', {
          principals: [`=user:${JSON.stringify(name)}`],
          actions: ['read'],
          resources: [`folder:${JSON.stringify(name)}`],
          when: { attributes: [{ attribute: 'principal.department', is: name }] },
        }),
      ]),
    ],
  }),
  mutations: [
    ['a lost allow', 'refuted', dropPolicy('staff-read')],
    ['a lost deny', 'refuted', dropPolicy('no-secrets')],
    ['a lost guard', 'refuted', dropPolicy('seniors errs')],
    ['an allow that denies', 'refuted', inPolicy('staff-read', 'permit', 'forbid')],
    ['a deny that allows', 'refuted', inPolicy('no-secrets', 'forbid', 'permit')],
    ['another group', 'refuted', inPolicy('staff-read', 'group::"staff"', 'group::"contractors"')],
    ['a larger group', 'refuted', inPolicy('staff-read', 'group::"staff"', 'group::"everyone"')],
    ['a group for its members', 'refuted', inPolicy('staff-read', 'principal in', 'principal ==')],
    ['an action for its group', 'refuted', inPolicy('staff-read', 'Action::"reading"', 'Action::"read"')],
    ['a smaller folder', 'refuted', inPolicy('staff-read', 'folder::"root"', 'folder::"hr"')],
    ['no condition on who', 'refuted', inPolicy('bob', /\(principal == [^)]*\) && /, '')],
    ['another person', 'refuted', inPolicy('bob', 'user::"bob"', 'user::"eve"')],
    ['without a second factor', 'refuted', inPolicy('bob', '&& context.mfa)', '&& !context.mfa)')],
    ['another network', 'refuted', inPolicy('bob', '10.1.0.0/16', '10.2.0.0/16')],
    ['a wider network', 'refuted', inPolicy('bob', '10.1.0.0/16', '10.0.0.0/15')],
    ['another pattern', 'refuted', inPolicy('bob', '"CHG-*"', '"CHG*"')],
    ['a star that is a letter', 'refuted', inPolicy('bob', '"CHG-*"', '"CHG-\\*"')],
    ['a window that ends a minute later', 'refuted', inPolicy('backup', '<= 779', '<= 780')],
    ['a window that begins a minute later', 'refuted', inPolicy('backup', '< 60)', '< 61)')],
    ['a constant more', 'refuted', inPolicy('backup', '== "it"', '== "ops"')],
    ['another label', 'refuted', inPolicy('no-secrets', '"secret"', '"public"')],
    ['another limit', 'refuted', inPolicy('seniors', /< 3\b/, '< 4')],
    ['an exception for everybody', 'refuted', inPolicy('seniors', 'principal in user::"ann"', 'principal is user')],
    ['everything permitted', 'refuted', (text) => `permit (principal, action, resource);\n${text}`],
    ['everything forbidden', 'refuted', (text) => `forbid (principal, action, resource);\n${text}`],
    ['a policy said twice', 'equivalent', (text) => `${text}${text}`],
    ['policies in another order', 'equivalent', (text) => text.split('\n\n').toReversed().join('\n\n')],
    ['a forbid that errs, and is skipped', 'equivalent', (text) => `${text}forbid (principal, action, resource) when { 1 };\n`],
    ['a comment', 'equivalent', (text) => `// permit (principal, action, resource);\n${text}`],
    ['a template', 'unreadable', (text) => `${text}permit (principal == ?principal, action, resource);\n`],
    ['no semicolon', 'unreadable', (text) => text.replace(/;\s*$/, '\n')],
    ['an unknown function', 'unreadable', inPolicy('no-secrets', '.contains(', '.includes(')],
    ['a schema that is none', 'unreadable', (text) => text.slice(1), 'access.cedarschema.json'],
    ['entities that are none', 'unreadable', () => '{}', 'access.entities.json'],
    ['text cut off', 'unreadable', line(/[\s\S]*/, (found) => found.slice(0, found.length / 2))],
  ],
  engine: {
    needs: [],
    validate: (artifact) => {
      const kinds = (['access', 'ai'] as const).filter((kind) => `${kind}.cedar` in artifact.files);
      return kinds.flatMap((kind) => validate(partsOf(artifact, kind))).join('\n');
    },
    spoil: (text) => text.replace('principal', 'principle'),
    requests: ({ name }) => (name === 'models' ? uses : requests),
    decide: (artifact, asked) => {
      const parts = partsOf(artifact, 'access.cedar' in artifact.files ? 'access' : 'ai');
      return asked.map((request) => {
        if (request.kind !== 'access') return undefined;
        const found = authorize(parts, request, accessInventory, 'Europe/Zurich');
        return found === 'refused' ? undefined : found;
      });
    },
  },
};
