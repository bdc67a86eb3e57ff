/** Policies as files: what taking one would change, and taking it as the draft. */
import { z } from 'zod';
import type { Policy } from '../../../domain/policy/model.ts';
import { policySchema } from '../../../domain/policy/policy.schema.ts';
import { Decision, ExceptionChange, PolicyParams, Request } from '../policies.ts';
import type { RouteSpec } from '../route.ts';
import { list, Name, VersionNumber } from '../values.ts';

const document: z.ZodType<Policy> = policySchema;

/** The document is the whole policy; its name is that of the path. */
export const ApplyRequest = z.strictObject({ mode: z.enum(['dry-run', 'apply']), document });

export const ApplyReply = z
  .object({
    policy: Name,
    mode: z.enum(['dry-run', 'apply']),
    /** Against the draft, or the version in force where there is no draft. `none`: that is this document already, and nothing is done. */
    change: z.enum(['none', 'created', 'changed']),
    /** The version that is compared with, or, once applied, the one that the document became. */
    version: VersionNumber.optional(),
    /** No request is decided otherwise. */
    equal: z.boolean(),
    rules: list(
      z.object({
        rule: z.string(),
        change: z.enum(['added', 'removed', 'widened', 'narrowed', 'changed']),
        witness: z.object({ request: Request, before: Decision, after: Decision, text: z.string() }).optional(),
      }),
    ),
    exceptions: list(ExceptionChange),
    /** What keeps the document from being taken, or from being approved later. */
    problems: list(z.object({ severity: z.enum(['error', 'question']), where: z.string(), message: z.string() })),
  })
  .meta({ id: 'PolicyApplyReply' });
export type ApplyReply = z.infer<typeof ApplyReply>;

export const applyRoutes = {
  'policies.apply': {
    method: 'POST',
    path: '/v1/policies/:policy/apply',
    access: 'policies:write',
    status: 200,
    summary: 'Says what a policy as a whole document would change, or takes it as the draft. The same document again does nothing.',
    params: PolicyParams,
    body: ApplyRequest,
    reply: ApplyReply,
  },
} as const satisfies Record<string, RouteSpec>;
