import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { directoryOf } from '../../../../domain/policy/access/directory.ts';
import { entityStore } from '../../../../domain/policy/access/entity-store.ts';
import { compileExpression } from '../../../../domain/policy/access/evaluate.ts';
import type { Expression } from '../../../../domain/policy/access/expression.ts';
import { environmentOf } from '../../../../domain/policy/access/environment.ts';
import { literal, variable } from '../../../../domain/policy/access/expression.ts';
import type { Policy } from '../../../../domain/policy/model.ts';
import { prove } from '../../../../domain/policy/prove.ts';
import { conditionData } from '../../../../domain/policy/targets/rego-access/conditions.ts';
import { readGraph } from '../../../../domain/policy/targets/rego-access/read-graph.ts';
import { regoAccessTarget } from '../../../../domain/policy/targets/rego-access/target.ts';
import { runs } from '../../../law.ts';
import { accessInventory, accessRules } from '../../access/arbitrary.ts';

const policyOf = (rules: Policy['rules']): Policy => ({
  policy: 'p',
  title: '',
  owner: '',
  controls: [],
  requirements: [],
  rules,
  questions: [],
  tests: [],
});

const flags = ['a', 'b', 'c'];

/** Conditions of flags that hold, do not, or are missing, nested in every way. */
const nested: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => {
  const any = tie('any');
  return {
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...flags).map((name) => variable('context', name)),
      fc.boolean().map(literal),
      fc.record({ op: fc.constantFrom('not' as const, 'holds' as const), of: any }),
      fc.record({ op: fc.constantFrom('and' as const, 'or' as const), left: any, right: any }),
      fc.record({ op: fc.constant('if' as const), condition: any, yes: any, no: any }),
    ),
  };
}).any;

const store = entityStore(directoryOf(accessInventory));
const worlds = flags.reduce<readonly object[]>(
  (found, name) => found.flatMap((each) => [each, { ...each, [name]: true }, { ...each, [name]: false }]),
  [{}],
);

const truth = (expression: Expression, context: object) => {
  const request = { kind: 'access' as const, principal: 'user:ann', action: 'read', resource: 'document:plan', context: { ...context } };
  const value = compileExpression(expression)(environmentOf(request, store, undefined));
  return typeof value === 'boolean' ? value : 'error';
};

describe('access rules as Rego', () => {
  it('are proved, whatever they are', () => {
    fc.assert(
      fc.property(accessRules, (rules) => {
        const policies = [policyOf(rules)];
        const { artifact, losses } = regoAccessTarget.compile(policies, accessInventory);
        expect(losses).toEqual([]);
        expect(prove(policies, accessInventory, artifact, losses).counterExample?.text).toBeUndefined();
      }),
      runs(60),
    );
  });

  it('have conditions that mean the same as graphs', () => {
    fc.assert(
      fc.property(nested, (expression) => {
        const back = readGraph(conditionData(expression).data, 'here');
        for (const context of worlds) expect(truth(back, context)).toBe(truth(expression, context));
      }),
      runs(300),
    );
  });

  it('deny where a test is missing, also where an error would not', () => {
    const unknown: Expression = { op: 'call', name: 'hasTag', arguments: [variable('principal'), literal('x')] };
    for (const expression of [unknown, { op: 'holds', of: unknown }, { op: 'not', of: { op: 'holds', of: unknown } }] as const) {
      const { data, isWhole } = conditionData(expression);
      expect(isWhole).toBe(false);
      expect(truth(readGraph(data, 'here'), {})).toBe('error');
    }
  });
});
