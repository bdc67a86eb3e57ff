/** Random access rules in AWS's vocabulary: compiled, and proved but for the losses that are told. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EdictError } from '../../../domain/errors.ts';
import type { AccessCondition, AccessExcept, AccessRule } from '../../../domain/policy/access/model.ts';
import { proveAccess } from '../../../domain/policy/access/prove.ts';
import { awsIamTarget } from '../../../domain/policy/targets/aws-iam/target.ts';
import { awsScpTarget } from '../../../domain/policy/targets/aws-scp/target.ts';
import { runs } from '../../law.ts';
import { people, policy } from './sample.ts';

const some = (...texts: readonly string[]) => fc.subarray([...texts], { minLength: 1, maxLength: 2 });

const principals = fc.oneof(fc.constant(['any']), some('user:ann', 'group:auditors', 'role:ci*', '=user:bert'));
const actions = fc.oneof(fc.constant(['any']), some('s3:GetObject', 's3:Get*', 's3:*', 'ec2:StartInstances', 'read'));
const resources = fc.oneof(fc.constant(['any']), some('arn:aws:s3:::a/*', 'arn:aws:s3:::a/b/*', '=arn:aws:s3:::a', 'document:plan'));

const condition: fc.Arbitrary<AccessCondition> = fc.constantFrom<AccessCondition>(
  { mfa: true },
  { mfa: false },
  { from: ['10.0.0.0/8'] },
  { countries: ['CH'] },
  { mfa: true, from: ['10.0.0.0/8', '192.168.0.0/16'] },
  { attributes: [{ attribute: 'principal.team', is: ['red', 'blue'] }] },
  { attributes: [{ attribute: 'resource.team', isNot: 'red' }] },
  {
    attributes: [
      { attribute: 'principal.level', atLeast: 3 },
      { attribute: 'context.s3:prefix', like: 'a*' },
    ],
  },
);

const when = fc.option(condition, { nil: undefined });

const except: fc.Arbitrary<AccessExcept> = fc
  .record({
    principals: fc.option(principals, { nil: undefined }),
    actions: fc.option(actions, { nil: undefined }),
    resources: fc.option(resources, { nil: undefined }),
    when,
  })
  .filter((each) => Object.values(each).some((part) => part !== undefined));

const rules: fc.Arbitrary<readonly AccessRule[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom<AccessRule['effect']>('allow', 'allow', 'deny', 'claim'),
      match: fc.record({ principals, actions, resources, when }),
      except: fc.option(fc.array(except, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => list.map((each, index): AccessRule => ({ kind: 'access', id: `r${index}`, requirement: 'q1', ...each })));

describe.each([awsIamTarget, awsScpTarget])('$name', (target) => {
  it('decides as the rules say, but for the losses that it tells', () => {
    fc.assert(
      fc.property(rules, (list) => {
        const policies = [policy('p', list)];
        const compiled = compiledOr(() => target.compile(policies, people));
        fc.pre(compiled !== 'too large');
        const { artifact, losses } = compiled;
        expect(proveAccess(target, { policies, inventory: people, artifact, losses }).counterExample?.text).toBeUndefined();
      }),
      runs(30),
    );
  });
});

/** Exceptions of exceptions multiply: what AWS would not hold is refused. */
function compiledOr<T>(compile: () => T): T | 'too large' {
  try {
    return compile();
  } catch (error) {
    if (error instanceof EdictError && error.code === 'input-too-large') return 'too large';
    throw error;
  }
}
