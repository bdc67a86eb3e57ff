/**
 * The port to a generator of structured drafts: text in, a value of the given schema out, within a budget and a deadline. What comes
 * back is untrusted, whoever made it: it is parsed by the schema, and reaches enforcement only through proof and approval.
 */
import type { z } from 'zod';

/** What a generator is asked for. Each task says what its input means; a provider may not know every task. */
export type Task = 'policy-draft';

export type GenerateRequest<Schema extends z.ZodType> = {
  readonly task: Task;
  /** The words of a person. Data, never an instruction about what to do with the rest. */
  readonly text: string;
  /** Facts that the task needs, as JSON. */
  readonly context: unknown;
  readonly schema: Schema;
  /** The most that may be spent, in tokens of the provider; the embedded one spends none. */
  readonly budgetTokens: number;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
};

export type Generated<Value> = { readonly value: Value; readonly provider: string; readonly spentTokens: number };

export type Provider = {
  /** Name and version, as written into records. */
  readonly name: string;
  /** Throws `timeout` past the deadline, `cancelled` on abort, `input-too-large`, `dependency-unavailable`; and the schema's refusal as `policy-invalid`. */
  readonly generate: <Schema extends z.ZodType>(request: GenerateRequest<Schema>) => Promise<Generated<z.output<Schema>>>;
};
