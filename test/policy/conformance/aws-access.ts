/** AWS identity and service control policies in the conformance suite, and before parliament. moto enforces them in test/policy/iam. */
import { spawnSync } from 'node:child_process';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import type { AccessTarget } from '../../../domain/policy/access/prove.ts';
import { awsIamTarget } from '../../../domain/policy/targets/aws-iam/target.ts';
import { awsScpTarget } from '../../../domain/policy/targets/aws-scp/target.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import { grants, guardrails, people, policy, rule } from '../iam/sample.ts';
import type { Conformance, ConformanceCase, ConformanceEngine, Fate, Mutation } from './conformance.ts';

type Change = readonly [name: string, fate: Fate, pattern: RegExp | string, change: string];

const both: readonly Change[] = [
  ['an effect turned', 'refuted', '"Effect": "Deny"', '"Effect": "Allow"'],
  ['no condition', 'refuted', /,\n\s*"Condition": \{[^{}]*\{[^{}]*\}\s*(?:,[^{}]*\{[^{}]*\}\s*)*\}/u, ''],
  ['a resource more', 'refuted', /"Resource": \[\n/u, '"Resource": [\n "arn:aws:s3:::more/*",\n'],
  ['every resource', 'refuted', /"Resource": \[[^\]]*\]/u, '"Resource": "*"'],
  ['every action', 'refuted', /"Action": \[[^\]]*\]/u, '"Action": "*"'],
  ['NotAction for Action', 'refuted', '"Action":', '"NotAction":'],
  ['another name of a statement', 'equivalent', /"Sid": "\w+"/u, '"Sid": "Else"'],
  ['an action said twice', 'equivalent', /"Action": \[\n\s*("[^"]+")/u, '"Action": [\n $1, $1'],
  ['other white space', 'equivalent', /\n/gu, '\n\n'],
  ['another version', 'unreadable', '2012-10-17', '2012-10-18'],
  ['an unknown operator', 'unreadable', /"(?:Bool|StringEquals|StringNotEquals|IpAddress|Null)":/u, '"StringIs":'],
  ['an unknown element', 'unreadable', '"Effect"', '"Efect": "Deny", "Effect"'],
  ['a principal', 'unreadable', '"Effect"', '"Principal": "*", "Effect"'],
  ['a policy variable', 'unreadable', /"arn:aws:/u, '"arn:aws:${aws:username}'],
  ['one character of any kind', 'unreadable', /"arn:aws:/u, '"arn:aws:?'],
  ['cut off', 'unreadable', /\}\s*$/u, ''],
];

const iamOnly: readonly Change[] = [
  ['an action more', 'refuted', /"Action": \[\n/u, '"Action": [\n "kms:Decrypt",\n'],
  ['attached to others', 'refuted', '"group:developers"', '"group:auditors"'],
  ['attached to everybody', 'refuted', '"group:developers"', '"any"'],
  ['attached to whom it was not', 'refuted', /"except": \[\n\s*"user:ann"\n\s*\]/u, '"except": []'],
  ['attached to fewer', 'refuted', /"to": \[\n\s*"any"/u, '"to": [ "user:ann"'],
  ['a narrower pattern', 'refuted', '"s3:Get*"', '"s3:GetObj*"'],
  ['a wider pattern', 'refuted', '"s3:Get*"', '"s3:*"'],
  ['a narrower resource', 'refuted', '"arn:aws:s3:::reports/*"', '"arn:aws:s3:::reports/a/*"'],
  ['a resource of another name', 'refuted', 'reports/secret', 'reports/Secret'],
  ['a wider network', 'refuted', '10.0.0.0/8', '10.0.0.0/7'],
  ['a narrower network', 'refuted', '10.0.0.0/8', '10.0.0.0/9'],
  ['a truth turned', 'refuted', /("Bool": \{\s*"aws:MultiFactorAuthPresent": )"true"/u, '$1"false"'],
  ['a value less', 'refuted', /,\s*"blue"/u, ''],
  ['a value of another case', 'refuted', '"red"', '"Red"'],
  [
    'a number one more',
    'refuted',
    /"NumericGreaterThanEquals": \{\s*"aws:PrincipalTag\/level": \[\s*"3"/u,
    '"NumericGreaterThanEquals": { "aws:PrincipalTag/level": [ "4"',
  ],
  ['greater for at least', 'refuted', '"NumericGreaterThanEquals":', '"NumericGreaterThan":'],
  ['present for absent', 'refuted', /("Null": \{\s*"[^"]+": )"true"/u, '$1"false"'],
  ['if it exists, where absence is denied', 'equivalent', '"Bool":', '"BoolIfExists":'],
  [
    'whole numbers in other words',
    'equivalent',
    /"NumericGreaterThanEquals": \{\s*"aws:PrincipalTag\/level": \[\s*"3"/u,
    '"NumericGreaterThan": { "aws:PrincipalTag/level": [ "2"',
  ],
  ['a network in two halves', 'equivalent', /"10\.0\.0\.0\/8"/u, '"10.0.0.0/9", "10.128.0.0/9"'],
  ['attached to somebody unknown', 'unreadable', '"to"', '"for"'],
];

const scpOnly: readonly Change[] = [
  ['an action more, which is denied already', 'equivalent', /"Action": \[\n/u, '"Action": [\n "kms:Decrypt",\n'],
  ['a region more', 'refuted', '"eu-west-1"', '"eu-west-1", "eu-west-2"'],
  ['a region less', 'refuted', /,\s*"eu-west-1"/u, ''],
  ['everybody of one name', 'refuted', 'role/security"', 'role/security*"'],
  ['another exception', 'refuted', '"arn:aws:iam::*:role/security"\n', '"arn:aws:iam::*:role/audit"\n'],
  ['for whom it is not', 'refuted', '"StringNotLike"', '"StringLike"'],
  ['for others', 'refuted', '"arn:aws:iam::*:root"', '"arn:aws:iam::*:user/root"'],
  ['a role less', 'refuted', /"arn:aws:iam::\*:role\/admin",\s*/u, ''],
  ['a service more', 'refuted', /("NotAction": \[\s*)/u, '$1"kms:*", '],
  ['a service less', 'refuted', /"cloudtrail:\*",\s*/u, ''],
  ['an action in another service', 'refuted', 'cloudtrail:StopLogging', 'config:StopLogging'],
  ['a truth turned', 'refuted', /"false"/u, '"true"'],
  ['a statement that allows', 'unreadable', /"Effect": "Deny"/u, '"Effect": "Allow"'],
  ['for some principals alone', 'unreadable', '"any"', '"user:ann"'],
  ['a principal in words of another operator', 'unreadable', '"StringNotLike"', '"StringNotEquals"'],
];

/** Each in the first file that it changes. */
function mutationsIn(target: AccessTarget, { policies, inventory }: ConformanceCase, changes: readonly Change[]): readonly Mutation[] {
  const { files } = target.compile(policies, inventory).artifact;
  return changes.map(([name, fate, pattern, to]): Mutation => {
    const change = (text: string): string => text.replace(pattern, to);
    const file = Object.entries(files).find(([, text]) => change(text) !== text)?.[0];
    if (file === undefined) throw new Error(`\`${name}\` changes nothing`);
    return [name, fate, change, file];
  });
}

/**
 * In every place that holds names; one of 5,000 characters is all that a document takes, and stands in one. In a condition on the
 * principal's ARN parliament takes no name that AWS gives no user: aws-iam-target.test.ts has those.
 */
const hostile =
  (effect: AccessRule['effect']) =>
  (name: string): ConformanceCase => {
    const resources = [`=arn:${JSON.stringify(`aws:s3:::${name}`)}`];
    const everywhere: Partial<AccessRule['match']> = {
      ...(effect === 'allow' ? { principals: [`=user:${JSON.stringify(name)}`] } : {}),
      actions: ['s3:GetObject'],
      when: { attributes: [{ attribute: 'principal.team', is: name }] },
    };
    const match = { resources, ...(name.length > 1_000 ? {} : everywhere) };
    return { name: 'hostile', policies: [policy('p', [rule('a', effect, match)])], inventory: people };
  };

const buckets = (effect: AccessRule['effect']): ConformanceCase => ({
  name: 'too-large',
  policies: [
    policy('p', [
      rule('a', effect, {
        actions: ['s3:*'],
        resources: Array.from({ length: 3_000 }, (_, index) => `arn:aws:s3:::bucket-of-some-length-${index}/*`),
      }),
    ]),
  ],
  inventory: people,
});

/** Of what a rule grants, not of how it is written: it was asked to grant that. */
const adviceOf = /"(?:RESOURCE_MISMATCH|RESOURCE_POLICY_PRIVILEGE_ESCALATION)"/u;

/**
 * What parliament finds in the documents, medium and worse: it would have fewer wildcards. That a pattern names actions too that have no
 * such resource is no fault of it, nor is what those allow. Where it falls over a document, it says so on its error output alone.
 */
function findings({ files }: Artifact): string {
  const documents = Object.entries(files).filter(([path]) => path !== 'attachments.json');
  return documents
    .map(([, input]) => {
      const { stdout, stderr } = spawnSync(engineProgram('parliament'), ['--json', '--minimum_severity', 'MEDIUM'], {
        input,
        encoding: 'utf8',
      });
      const found = stdout.split('\n').filter((line) => !adviceOf.test(line));
      return [...found, stderr].join('\n').trim();
    })
    .join('');
}

const engine: ConformanceEngine = {
  needs: ['parliament'],
  validate: findings,
  spoil: (text) => text.replace('"Effect"', '"Efect"'),
};

function conformanceOf(
  target: AccessTarget,
  planted: ConformanceCase,
  changes: readonly Change[],
  effect: AccessRule['effect'],
): Conformance {
  const mutations = mutationsIn(target, planted, changes);
  return {
    target: target.name,
    file: mutations[0]?.[3] ?? '',
    mutations,
    planted,
    cases: [planted],
    hostile: hostile(effect),
    tooLarge: { of: buckets(effect), says: /policy documents for one principal/u },
    engine,
  };
}

export const awsIam: Conformance = conformanceOf(
  awsIamTarget,
  { name: 'storage', policies: grants, inventory: people },
  [...both, ...iamOnly],
  'allow',
);

export const awsScp: Conformance = conformanceOf(
  awsScpTarget,
  { name: 'guardrails', policies: guardrails, inventory: people },
  [...both.filter(([name]) => name !== 'an effect turned'), ...scpOnly],
  'deny',
);
