/** `policy.draft`: reads the requirements of a draft into rules and questions. Rules that are there already, written by people, stay. */
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy/model.ts';
import { policySchema } from '../../domain/policy/policy.schema.ts';
import { checkOrder } from '../effect/check-order.ts';
import { draftVersion } from './version.ts';
import type { Ports } from '../ports.ts';

export function policyDraft(ports: Ports): Activities['policy.draft'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'policy.draft');
    const draft = await draftVersion(ports.store, call);
    const { document, version } = draft;
    if (draft.status !== 'draft' || document.rules.length > 0 || document.questions.length > 0) return outputs(document, version);
    const { requirements, rules, questions, controls } = await read(ports, document);
    const drafted: Policy = { ...document, requirements, rules, questions, controls: [...new Set([...document.controls, ...controls])] };
    const saved = await ports.store.policies.replaceDraft(drafted, version, order.requester);
    return outputs(saved.document, version);
  };
}

const deadlineMs = 30_000;
const budgetTokens = 20_000;

/** What comes back is untrusted: it passed the schema, and is a draft. A generator that is away, slow or wrong is passed over for the next. */
async function read(ports: Ports, { owner, policy, requirements }: Policy): Promise<Policy> {
  const text = requirements.map((requirement) => requirement.text).join('\n');
  const context = { inventory: await ports.store.context.inventory(), owner, policy };
  let last = new EdictError('dependency-unavailable', 'there is no generator of drafts');
  for (const provider of ports.providers) {
    try {
      const request = {
        task: 'policy-draft',
        text,
        context,
        schema: policySchema,
        budgetTokens,
        deadlineMs,
        signal: ports.caller().signal,
      } as const;
      return (await provider.generate(request)).value;
    } catch (error) {
      last =
        error instanceof EdictError
          ? error
          : new EdictError('dependency-unavailable', `generator \`${provider.name}\` failed`, { cause: error });
    }
  }
  throw last;
}

function outputs(document: Policy, version: number) {
  return { rules: document.rules.length, questions: document.questions.length, version };
}
