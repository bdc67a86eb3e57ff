/** A refusal, as RFC 9457 problem details (`application/problem+json`). `code` is a code of domain/errors.ts. */
import { z } from 'zod';
import { errorTable } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { list } from './values.ts';

const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes),
    detail: z.string(),
    /** A JSON pointer into the body, a `file:line:column`, a step id. */
    where: z.string().optional(),
    expected: z.string().optional(),
    help: z.string().optional(),
    /** Further faults of the same input, where it has more than one. */
    faults: list(z.object({ where: z.string(), detail: z.string(), suggestion: z.string().optional() })).optional(),
    /** Quote it when asking for help: the logs have it too. */
    request: z.string(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
