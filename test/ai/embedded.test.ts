import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { embeddedProvider } from '../../ai/embedded.ts';
import { policySchema } from '../../domain/policy/policy.schema.ts';

const inventory = {
  assets: [{ name: 'db-1', addresses: ['10.2.0.5'], zone: 'data', services: [], groups: [], owner: 'o', criticality: 'high' as const }],
  zones: [],
};
const request = {
  task: 'policy-draft' as const,
  text: 'Nobody may use SSH to reach db-1.',
  context: { inventory, owner: 'platform' },
  schema: policySchema,
  budgetTokens: 0,
  deadlineMs: 1_000,
};

describe('the embedded provider', () => {
  it('drafts without a model, and says who drafted', async () => {
    const { value, provider, spentTokens } = await embeddedProvider().generate(request);
    expect(value).toMatchObject({
      owner: 'platform',
      rules: [{ effect: 'deny', match: { from: 'any', to: 'asset:db-1', service: 'tcp/22' } }],
    });
    expect({ provider, spentTokens }).toEqual({ provider: 'embedded-grammar/1', spentTokens: 0 });
  });

  it('gives nothing that the schema refuses', async () => {
    await expect(embeddedProvider().generate({ ...request, schema: z.object({ colour: z.string() }) })).rejects.toMatchObject({
      code: 'policy-invalid',
    });
  });

  it('does nothing once it is cancelled', async () => {
    await expect(embeddedProvider().generate({ ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('passes the grammar’s own refusal on', async () => {
    await expect(embeddedProvider().generate({ ...request, text: ' ' })).rejects.toMatchObject({ code: 'requirement-empty' });
  });
});
