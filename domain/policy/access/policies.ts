/** The access and AI rules of policies, ready to decide: a kind's requests are asked of that kind's rules alone. */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import type { DecisionResult, Policy } from '../model.ts';
import { accessRequestOfAi, accessRuleOfAi } from './ai.ts';
import { type AccessDecider, decideAccess, prepareAccess } from './decide.ts';
import type { AccessRequest, AiRequest } from './model.ts';
import type { NamedRule } from './read-rule.ts';
import { unreadableRequest } from './weigh.ts';

export type AccessKind = 'access' | 'ai';

const idForm = /^[a-z0-9-]{1,64}$/;

/** Every rule of the kind under its full id `policy/rule`, in the order of the ids. AI rules as the access rules that they are. */
export function accessRules(policies: readonly Policy[], kind: AccessKind): readonly NamedRule[] {
  const found = policies.flatMap(({ policy, rules }) =>
    rules.flatMap((rule): readonly NamedRule[] => {
      if (rule.kind === 'network' || rule.kind !== kind) return [];
      if (!idForm.test(policy) || !idForm.test(rule.id))
        throw new EdictError('policy-invalid', `\`${policy}/${rule.id}\` is not a rule's id`, {
          expected: 'letters a–z, digits and `-`, at most 64',
        });
      return [{ id: `${policy}/${rule.id}`, rule: rule.kind === 'ai' ? accessRuleOfAi(rule) : rule }];
    }),
  );
  return found.toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
}

export type AccessDeciders = { readonly [kind in AccessKind]: AccessDecider };

/** Throws `policy-name-unknown`, `policy-invalid` and `policy-timezones-mixed`. */
export function prepareAccessPolicies(policies: readonly Policy[], inventory: Inventory): AccessDeciders {
  return {
    access: prepareAccess(accessRules(policies, 'access'), inventory),
    ai: prepareAccess(accessRules(policies, 'ai'), inventory),
  };
}

export function decideAccessPolicies(deciders: AccessDeciders, request: AccessRequest | AiRequest): DecisionResult {
  if (request.kind === 'access') return decideAccess(deciders.access, request);
  const asked = readAi(request);
  return typeof asked === 'string' ? unreadableRequest(asked) : decideAccess(deciders.ai, asked);
}

function readAi(request: AiRequest): AccessRequest | string {
  try {
    return accessRequestOfAi(request);
  } catch (error) {
    if (error instanceof EdictError && error.code === 'policy-invalid') return error.message;
    throw error;
  }
}
