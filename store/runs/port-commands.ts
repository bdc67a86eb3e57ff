/** The part of the port (../port.ts) that is about commands to runs under way. */
import type { ErrorCode } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunCommandAnswer } from '../../domain/playbook/control/command.ts';

export type CommandStatus = 'ordered' | 'taken' | 'refused';

export type CommandRow = {
  readonly id: string;
  readonly run: string;
  /** A kind of domain/playbook/run-command.ts; what else stands here is refused when it is taken. */
  readonly kind: string;
  readonly by: string;
  readonly reason: string;
  readonly params: JsonObject;
  readonly at: string;
  readonly status: CommandStatus;
  /** Why it was refused. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | undefined;
  readonly answeredAt: string | undefined;
};

/** The recorded word of a person to a run that is under way. What Temporal carries of it is the id alone. */
export type Commands = {
  /** `not-found` where there is no such run, `run-state-wrong` where it has ended; the same id again with the same content is a no-op, else `conflict`. */
  readonly order: (command: Pick<CommandRow, 'id' | 'run' | 'kind' | 'by' | 'reason' | 'params'>) => Promise<CommandRow>;
  readonly get: (id: string) => Promise<CommandRow | undefined>;
  /** In the order of recording; all of them, or those without an answer. */
  readonly list: (run: string, filter?: { readonly status?: CommandStatus | undefined }) => Promise<readonly CommandRow[]>;
  /** Without an answer for so long, oldest first. */
  readonly unanswered: (olderThanMs: number) => Promise<readonly CommandRow[]>;
  /** Once: what was answered keeps its answer, and gives it. A run that ends refuses what it has not answered (Runs.finish). */
  readonly answer: (id: string, answer: RunCommandAnswer) => Promise<CommandRow>;
};
