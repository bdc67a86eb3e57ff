/** The embedded provider: the grammar of domain/language. Deterministic, without a network or a model, always at hand. */
import type { z } from 'zod';
import type { Inventory } from '../domain/context/inventory.ts';
import { EdictError } from '../domain/errors.ts';
import { draftPolicy } from '../domain/language/draft.ts';
import type { Generated, GenerateRequest, Provider } from './provider.ts';

export type PolicyDraftContext = { readonly inventory: Inventory; readonly owner: string; readonly policy?: string | undefined };

export function embeddedProvider(): Provider {
  return { name: 'embedded-grammar/1', generate };
}

async function generate<Schema extends z.ZodType>(request: GenerateRequest<Schema>): Promise<Generated<z.output<Schema>>> {
  if (request.signal?.aborted === true) throw new EdictError('cancelled', 'the draft was cancelled before it began');
  const { inventory, owner, policy } = request.context as PolicyDraftContext;
  const drafted = draftPolicy(request.text, inventory, { owner, policy });
  const parsed = request.schema.safeParse(drafted.policy);
  if (!parsed.success)
    throw new EdictError('policy-invalid', 'the draft does not have the shape that was asked for', { cause: parsed.error });
  return { value: parsed.data, provider: 'embedded-grammar/1', spentTokens: 0 };
}
