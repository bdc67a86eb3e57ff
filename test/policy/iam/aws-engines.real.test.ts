/** What is compiled for AWS before parliament, which reads policies on its own, and moto, which enforces them on signed requests. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Inventory } from '../../../domain/context/inventory.ts';
import type { AccessRequest, AccessRule } from '../../../domain/policy/access/model.ts';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { accessRules } from '../../../domain/policy/access/policies.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { awsIamTarget } from '../../../domain/policy/targets/aws-iam/target.ts';
import { awsScpTarget } from '../../../domain/policy/targets/aws-scp/target.ts';
import { describeEngines, engineProgram } from '../../engines/engines.ts';
import { type Asked, enforce, iam, type Key, makeUser, type Moto, send, startMoto } from './moto.ts';

const inventory: Inventory = {
  zones: [],
  assets: [],
  entities: [
    { uid: { type: 'user', id: 'ann' }, parents: [{ type: 'group', id: 'developers' }] },
    { uid: { type: 'user', id: 'bert' }, parents: [{ type: 'group', id: 'auditors' }] },
  ],
};

const rule = (id: string, effect: AccessRule['effect'], match: AccessRule['match'], rest: Partial<AccessRule> = {}): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q',
  effect,
  match,
  ...rest,
});

const any = ['any'];
const policies: readonly Policy[] = [
  {
    policy: 'reports',
    title: 'Reports',
    owner: 'o',
    controls: [],
    requirements: [{ id: 'q', text: 'q' }],
    questions: [],
    tests: [],
    rules: [
      rule('developers', 'allow', {
        principals: ['group:developers'],
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: ['arn:aws:s3:::reports/*'],
      }),
      rule('auditors', 'allow', { principals: ['group:auditors'], actions: ['s3:Get*'], resources: any }),
      rule('secrets', 'deny', { principals: any, actions: ['s3:*'], resources: ['arn:aws:s3:::reports/secret/*'] }),
      rule('only-they', 'claim', { principals: any, actions: ['s3:PutObject'], resources: any }),
      rule('buckets', 'allow', { principals: any, actions: ['s3:ListAllMyBuckets'], resources: any }),
    ],
  },
];

type Try = Asked & { readonly action: string; readonly resource: string };

const object = (method: string, action: string, key: string): Try => ({
  method,
  service: 's3',
  path: `/reports/${key}`,
  action,
  resource: `arn:aws:s3:::reports/${key}`,
  ...(method === 'PUT' ? { body: 'x' } : {}),
});

const tries: readonly Try[] = [
  ...['open.txt', 'secret/plan.txt'].flatMap((key) => [
    object('GET', 's3:GetObject', key),
    object('PUT', 's3:PutObject', key),
    object('DELETE', 's3:DeleteObject', key),
  ]),
  { method: 'GET', service: 's3', path: '/', action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*' },
];

describeEngines(['moto'], 'moto enforces what was compiled', () => {
  const decider = prepareAccess(accessRules(policies, 'access'), inventory);
  let moto: Moto;
  const keys = new Map<string, Key>();

  beforeAll(async () => {
    moto = await startMoto();
    await send(moto, { method: 'PUT', service: 's3', path: '/reports' });
    for (const key of ['open.txt', 'secret/plan.txt'])
      await send(moto, { method: 'PUT', service: 's3', path: `/reports/${key}`, body: 'x' });
    keys.set('ann', await makeUser(moto, 'ann', 'developers'));
    keys.set('bert', await makeUser(moto, 'bert', 'auditors'));
    await attach(moto, awsIamTarget.compile(policies, inventory).artifact.files);
    await enforce(moto, 0);
  }, 60_000);
  afterAll(() => moto.stop());

  it.each(['ann', 'bert'].flatMap((user) => tries.map((asked) => [user, asked.action, asked.resource, asked] as const)))(
    'for %s: %s on %s',
    async (user, action, resource, asked) => {
      const request: AccessRequest = { kind: 'access', principal: `user:${user}`, action, resource };
      const { status, text } = await send(moto, asked, keys.get(user));
      expect(text.includes('AccessDenied') ? 'refused' : status < 300 ? 'allow' : text).toBe(
        decideAccess(decider, request).decision === 'allow' ? 'allow' : 'refused',
      );
    },
  );
});

type Attachments = readonly { readonly documents: readonly string[]; readonly to: readonly string[]; readonly except: readonly string[] }[];

/** As an operator would: to the group, and what is for everybody to each user that is not excepted. */
async function attach(moto: Moto, files: { readonly [path: string]: string }): Promise<void> {
  const users = (inventory.entities ?? []).map(({ uid, parents = [] }) => ({
    user: uid.id,
    groups: parents.map(({ id }) => `group:${id}`),
  }));
  for (const { documents, to, except } of JSON.parse(files['attachments.json']!) as Attachments) {
    const held = users.filter(
      ({ groups }) => (to.includes('any') || groups.some((group) => to.includes(group))) && !groups.some((group) => except.includes(group)),
    );
    for (const { user } of held)
      for (const path of documents)
        await iam(moto, { Action: 'PutUserPolicy', UserName: user, PolicyName: path.replace('.json', ''), PolicyDocument: files[path]! });
  }
}

describeEngines(['parliament'], 'parliament reads what was compiled', () => {
  const findings = (input: string): string => {
    const { stdout, stderr } = spawnSync(engineProgram('parliament'), ['--json', '--minimum_severity', 'MEDIUM'], {
      input,
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.trim();
  };

  describe.each([awsIamTarget, awsScpTarget])('$name', (target) => {
    const documents = Object.entries(target.compile(policies, inventory).artifact.files).filter(([path]) => path !== 'attachments.json');

    it.each(documents)('%s has no fault', (_, text) => expect(findings(text)).toBe(''));

    it('would say so of one that had', () => {
      const text = documents[0]?.[1] ?? '';
      expect(findings(text.replace('"Effect"', '"Efect"'))).not.toBe('');
    });
  });
});
