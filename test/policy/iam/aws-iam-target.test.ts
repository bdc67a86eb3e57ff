import { describe, expect, it } from '@jest/globals';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import type { AccessRequest, AccessRule } from '../../../domain/policy/access/model.ts';
import { accessRules } from '../../../domain/policy/access/policies.ts';
import { type AccessProof, type AccessTarget, proveAccess } from '../../../domain/policy/access/prove.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import type { Loss } from '../../../domain/policy/targets/target.ts';
import { awsIamTarget } from '../../../domain/policy/targets/aws-iam/target.ts';
import { awsScpTarget } from '../../../domain/policy/targets/aws-scp/target.ts';

const inventory: Inventory = {
  zones: [],
  assets: [],
  entities: [
    { uid: { type: 'user', id: 'ann' }, parents: [{ type: 'group', id: 'developers' }] },
    { uid: { type: 'user', id: 'bert' }, parents: [{ type: 'group', id: 'auditors' }] },
  ],
};

const proofOf = (target: AccessTarget, policies: readonly Policy[], losses?: readonly Loss[]): AccessProof => {
  const compiled = target.compile(policies, inventory);
  return proveAccess(target, { policies, inventory, artifact: compiled.artifact, losses: losses ?? compiled.losses });
};

const policyOf = (...rules: readonly Partial<AccessRule>[]): readonly Policy[] => [
  {
    policy: 'p',
    title: 't',
    owner: 'o',
    controls: [],
    requirements: [{ id: 'q', text: 'q' }],
    questions: [],
    tests: [],
    rules: rules.map((rule, index): AccessRule => ({
      kind: 'access',
      id: `r${index}`,
      requirement: 'q',
      effect: 'allow',
      match: { principals: ['any'], actions: ['s3:GetObject'], resources: ['any'] },
      ...rule,
    })),
  },
];

const match = (part: Partial<AccessRule['match']>): AccessRule['match'] => ({
  principals: ['any'],
  actions: ['s3:GetObject'],
  resources: ['any'],
  ...part,
});

describe('AWS identity policies', () => {
  it.each<[string, readonly Partial<AccessRule>[]]>([
    ['an allow', [{}]],
    ['an allow of a group', [{ match: match({ principals: ['group:developers'], actions: ['s3:Get*', 'ec2:StartInstances'] }) }]],
    ['resources', [{ match: match({ resources: ['arn:aws:s3:::b/*', '=arn:aws:s3:::b'] }) }]],
    ['a deny beside it', [{}, { effect: 'deny', match: match({ actions: ['s3:*'], resources: ['arn:aws:s3:::secret/*'] }) }]],
    ['a claim of everything else', [{ match: match({ principals: ['group:developers'] }) }, { effect: 'claim' }]],
    ['a claim over more actions', [{}, { effect: 'claim', match: match({ actions: ['any'] }) }]],
    ['a claim over more resources', [{ match: match({ resources: ['arn:aws:s3:::b/*'] }) }, { effect: 'claim' }]],
    ['a claim beside an allow under a condition', [{ match: match({ when: { mfa: true } }) }, { effect: 'claim' }]],
    [
      'a claim of what every permission takes out',
      [
        { match: match({ actions: ['s3:Get*'] }), except: [{ when: { mfa: true } }] },
        { effect: 'claim', match: match({ actions: ['any'], resources: ['arn:aws:s3:::a/b/*'] }) },
        { match: match({ actions: ['s3:Get*'], resources: ['arn:aws:s3:::a/*'] }), except: [{ when: { mfa: true } }] },
      ],
    ],
    [
      'a claim that leaves alone what a permission takes out',
      [
        { match: match({ resources: ['arn:aws:s3:::a/b/*'] }), except: [{ resources: ['arn:aws:s3:::a/*'] }] },
        { effect: 'claim', match: match({ actions: ['any'] }), except: [{ resources: ['arn:aws:s3:::a/b/*'] }] },
      ],
    ],
    ['conditions', [{ match: match({ when: { mfa: true, from: ['10.0.0.0/8', '192.168.0.0/24'] } }) }]],
    ['a deny where a condition does not hold', [{ effect: 'deny', match: match({ when: { mfa: false } }) }]],
    [
      'attributes',
      [
        { match: match({ when: { attributes: [{ attribute: 'principal.team', is: ['red', 'blue'] }] } }) },
        { match: match({ actions: ['s3:PutObject'], when: { attributes: [{ attribute: 'resource.owner', isNot: 'red' }] } }) },
        { match: match({ actions: ['s3:ListBucket'], when: { attributes: [{ attribute: 'context.s3:prefix', like: 'home/*' }] } }) },
        { match: match({ actions: ['s3:DeleteObject'], when: { attributes: [{ attribute: 'principal.level', atLeast: 3 }] } }) },
      ],
    ],
    ['an exception of principals', [{ except: [{ principals: ['group:auditors'] }] }]],
    [
      'an exception of actions and resources',
      [{ match: match({ actions: ['any'] }), except: [{ actions: ['iam:*'], resources: ['arn:aws:iam::*:role/admin'] }] }],
    ],
    ['an exception under a condition', [{ effect: 'deny', except: [{ when: { mfa: true } }, { principals: ['user:ann'] }] }]],
  ])('say %s without loss', (_, rules) => {
    const policies = policyOf(...rules);
    expect(awsIamTarget.compile(policies, inventory).losses).toEqual([]);
    expect(proofOf(awsIamTarget, policies)).toMatchObject({ equal: true, withinLosses: [] });
  });
});

const statementsOf = (files: { readonly [path: string]: string }): readonly { readonly [element: string]: unknown }[] =>
  Object.entries(files).flatMap(([path, text]) =>
    path === 'attachments.json' ? [] : (JSON.parse(text) as { Statement: readonly { readonly [element: string]: unknown }[] }).Statement,
  );

const under = ['under-permits'];
const over = ['over-permits'];

const inWords: readonly [string, readonly string[], readonly Partial<AccessRule>[]][] = [
  ['an allow of what has no name', under, [{ match: match({ actions: ['read'] }) }]],
  ['an allow of a resource that is no ARN', under, [{ match: match({ resources: ['document:plan'] }) }]],
  ['a deny of a resource that is no ARN', over, [{ effect: 'deny', match: match({ resources: ['document:plan'] }) }]],
  ['an allow at certain times', [...under, ...over], [{ match: match({ when: { during: 'Mon-Fri 08:00-18:00 Europe/Zurich' } }) }]],
  ['a deny from certain countries', under, [{ effect: 'deny', match: match({ when: { countries: ['CH'] } }) }]],
  ['an exception of part of a pattern', under, [{ match: match({ actions: ['s3:*'] }), except: [{ actions: ['s3:Delete*'] }] }]],
  [
    'a deny with such an exception',
    under,
    [{ effect: 'deny', match: match({ actions: ['s3:*'] }), except: [{ actions: ['s3:Delete*'] }] }],
  ],
  [
    'a claim around part of a pattern',
    over,
    [{ match: match({ actions: ['s3:Get*'] }) }, { effect: 'claim', match: match({ actions: ['s3:*'] }) }],
  ],
];

describe('AWS identity policies, where AWS has no words', () => {
  it.each(inWords)('tell %s, with a request that shows it', (_, directions, rules) => {
    const policies = policyOf(...rules);
    const { losses } = awsIamTarget.compile(policies, inventory);
    expect(losses.map(({ direction }) => direction).toSorted()).toEqual([...directions].toSorted());
    expect(proofOf(awsIamTarget, policies)).toMatchObject({ equal: true });
    expect(proofOf(awsIamTarget, policies, []).equal).toBe(false);
    const decider = prepareAccess(accessRules(policies, 'access'), inventory);
    for (const { witness, reason } of losses) {
      expect(reason).not.toBe('');
      expect(decideAccess(decider, witness as AccessRequest).decision).not.toBe('undefined');
    }
  });
});

describe('AWS service control policies', () => {
  it.each<[string, readonly Partial<AccessRule>[]]>([
    ['a deny', [{ effect: 'deny', match: match({ actions: ['ec2:*', 's3:DeleteBucket'] }) }]],
    [
      'a deny of users, roles and ARNs',
      [{ effect: 'deny', match: match({ principals: ['user:ann', 'role:ci*', 'arn:aws:iam::1:role/x'] }) }],
    ],
    ['a deny but for somebody', [{ effect: 'deny', except: [{ principals: ['=role:admin'] }, { when: { mfa: true } }] }]],
    ['a claim alone', [{ effect: 'claim', match: match({ actions: ['any'] }), except: [{ actions: ['s3:*', 'ec2:*'] }] }]],
  ])('say %s without loss', (_, rules) => {
    const policies = policyOf(...rules);
    const { artifact, losses } = awsScpTarget.compile(policies, inventory);
    expect(losses).toEqual([]);
    expect(statementsOf(artifact.files).every(({ Effect }) => Effect === 'Deny')).toBe(true);
    expect(proofOf(awsScpTarget, policies)).toMatchObject({ equal: true });
  });

  it('grant nothing, and know no groups', () => {
    const policies = policyOf({}, { effect: 'deny', match: match({ principals: ['group:auditors'], actions: ['ec2:*'] }) });
    const { losses } = awsScpTarget.compile(policies, inventory);
    expect(losses.map(({ rule, direction }) => [rule, direction])).toEqual([
      ['p/r0', 'under-permits'],
      ['p/r1', 'over-permits'],
    ]);
    expect(proofOf(awsScpTarget, policies)).toMatchObject({ equal: true });
    for (const silent of losses)
      expect(
        proofOf(
          awsScpTarget,
          policies,
          losses.filter((loss) => loss !== silent),
        ).equal,
      ).toBe(false);
  });
});

describe.each([
  ['aws-iam', awsIamTarget, 6_144, 'allow'],
  ['aws-scp', awsScpTarget, 5_120, 'deny'],
] as const)('%s', (_, target, characters, effect) => {
  const buckets = (count: number) =>
    policyOf({
      effect,
      match: match({ resources: Array.from({ length: count }, (__, index) => `arn:aws:s3:::bucket-of-some-length-${index}/*`) }),
    });

  it('is split into documents that AWS takes', () => {
    const { artifact } = target.compile(buckets(300), inventory);
    const sizes = Object.entries(artifact.files)
      .filter(([path]) => path !== 'attachments.json')
      .map(([, text]) => text.replace(/\s/gu, '').length);
    expect(sizes.length).toBeGreaterThan(1);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(characters);
    expect(proofOf(target, buckets(300))).toMatchObject({ equal: true, withinLosses: [] });
  });

  it('is refused where it takes more documents than AWS attaches', () => {
    expect(() => target.compile(buckets(3_000), inventory)).toThrow(expect.objectContaining({ code: 'input-too-large' }));
  });

  it.each([
    'x\n"Effect": "Allow"',
    '*',
    'a*b?c',
    '${aws:username}',
    '$',
    '"}, {"Effect": "Allow", "Action": "*", "Resource": "*"}',
    '\u2028\u202E\u0000',
    '__proto__',
  ])('is not led astray by the name %j', (name) => {
    const policies = policyOf({
      effect,
      match: match({
        principals: [`=user:${JSON.stringify(name)}`],
        resources: [`=arn:${JSON.stringify(`aws:s3:::b/${name}`)}`],
        when: { attributes: [{ attribute: 'principal.team', is: name }] },
      }),
    });
    const { artifact, losses } = target.compile(policies, inventory);
    expect(losses).toEqual([]);
    expect(proofOf(target, policies)).toMatchObject({ equal: true });
    for (const text of Object.values(artifact.files)) expect(text.replaceAll('\n', '')).toMatch(/^[ -~]*$/u);
  });

  it('gives the same bytes again, and refuses ids that are none', () => {
    const policies = policyOf({ effect }, { effect, match: match({ actions: ['ec2:*'] }) });
    expect(target.compile(structuredClone(policies), inventory)).toEqual(target.compile(policies, inventory));
    expect(() => target.compile(policyOf({ effect, id: 'A b' }), inventory)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });

  it.each([
    ['a document that nobody is attached to', (files: Files) => ({ ...files, 'more.json': '{}' })],
    ['a missing document', (files: Files) => ({ 'attachments.json': files['attachments.json']! })],
    ['no attachments', ({ 'attachments.json': _attachments, ...rest }: Files) => rest],
    ['a principal in a statement', (files: Files) => edited(files, (text) => text.replace('"Effect"', '"Principal": "*", "Effect"'))],
    [
      'a condition that nobody knows',
      (files: Files) =>
        edited(files, (text) =>
          text.replace('"Effect"', '"Condition": {"DateEquals": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, "Effect"'),
        ),
    ],
    [
      'a policy variable',
      (files: Files) => edited(files, (text) => text.replace('"Resource": "*"', '"Resource": "arn:aws:s3:::${aws:username}"')),
    ],
  ])('is not vouched for with %s', (__, change) => {
    const { artifact } = target.compile(policyOf({ effect }), inventory);
    expect(() => target.read({ ...artifact, files: change(artifact.files) })).toThrow(
      expect.objectContaining({ code: 'artifact-unreadable' }),
    );
  });
});

type Files = { readonly [path: string]: string };

function edited(files: Files, change: (text: string) => string): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, path === 'attachments.json' ? text : change(text)]));
}
