/** What the conformance files of access targets are written with: policies, rules, and grids of requests on known things. */
import type { AccessRequest, AccessRule } from '../../../domain/policy/access/model.ts';
import type { Policy } from '../../../domain/policy/model.ts';

export const accessPolicy =
  (policy: string) =>
  (rules: Policy['rules']): Policy => ({
    policy,
    title: policy,
    owner: 'security',
    controls: [],
    requirements: [{ id: 'q1', text: 'Given.' }],
    rules,
    questions: [],
    tests: [],
  });

export const access = (
  id: string,
  effect: AccessRule['effect'],
  match: AccessRule['match'],
  except?: AccessRule['except'],
): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'q1',
  effect,
  match,
  ...(except === undefined ? {} : { except }),
});

type Grid = {
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly contexts: readonly NonNullable<AccessRequest['context']>[];
};

/** Every one with every other; `rest` is told in each. */
export function requestGrid(
  { principals, actions, resources, contexts }: Grid,
  rest: Partial<AccessRequest> = {},
): readonly AccessRequest[] {
  return principals.flatMap((principal) =>
    actions.flatMap((action) =>
      resources.flatMap((resource) =>
        contexts.map((context) => ({ kind: 'access' as const, principal, action, resource, context, ...rest })),
      ),
    ),
  );
}

/** From the office, at noon. */
export const atNoon = { from: '10.1.2.3', at: '2026-11-25T12:00:00+01:00' } as const;

/** Uses of models, as the access that they are, of data of these classes. */
export function modelUses(dataClasses: readonly (readonly string[] | undefined)[]): readonly AccessRequest[] {
  return requestGrid({
    principals: ['user:ann', 'user:bob'],
    actions: ['use'],
    resources: ['model:small', 'model:other'],
    contexts: dataClasses.flatMap((classes) =>
      ['support', 'fun'].map((purpose) => ({ purpose, tools: ['search'], ...(classes === undefined ? {} : { dataClasses: classes }) })),
    ),
  });
}
