/** `policy.draft`: reads the requirements of a draft into rules and questions. Rules that are there already, written by people, stay. */
import type { Activities } from './contract.ts';
import { draftPolicy } from '../domain/language/draft.ts';
import type { Policy } from '../domain/policy/model.ts';
import { checkOrder } from './effect/check-order.ts';
import { draftVersion } from './policy-version.ts';
import type { Ports } from './ports.ts';

export function policyDraft(ports: Ports): Activities['policy.draft'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'policy.draft');
    const draft = await draftVersion(ports.store, call);
    const { document, version } = draft;
    if (draft.status !== 'draft' || document.rules.length > 0 || document.questions.length > 0) return outputs(document, version);
    const text = document.requirements.map((requirement) => requirement.text).join('\n');
    const read = draftPolicy(text, await ports.store.context.inventory(), { owner: document.owner, policy: document.policy });
    const { requirements, rules, questions, controls } = read.policy;
    const drafted: Policy = { ...document, requirements, rules, questions, controls: [...new Set([...document.controls, ...controls])] };
    const saved = await ports.store.policies.replaceDraft(drafted, version, order.requester);
    return outputs(saved.document, version);
  };
}

function outputs(document: Policy, version: number) {
  return { rules: document.rules.length, questions: document.questions.length, version };
}
