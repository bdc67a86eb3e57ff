/** The part of the port (../port.ts) that is about tasks: what runs ask people to do. */
import type { JsonObject } from '../../domain/json.ts';
import type { TaskRecord, TaskRequest, TaskStatus } from '../../domain/playbook/task.ts';
import type { Page, PageRequest } from './words.ts';

export type Tasks = {
  /** Idempotent by run, step, invocation and undo. */
  readonly open: (input: TaskRequest & { readonly expiresAt: string }) => Promise<TaskRecord>;
  readonly get: (id: string) => Promise<TaskRecord | undefined>;
  /** `for`: those that this person may answer, by the roles that the person has now. */
  readonly list: (
    filter: {
      readonly status?: TaskStatus | undefined;
      readonly run?: string | undefined;
      readonly runs?: readonly string[] | undefined;
      readonly for?: string | undefined;
    },
    page: PageRequest,
  ) => Promise<Page<TaskRecord>>;
  /**
   * Takes an open task on: nobody else answers it then. `take`: from who has it. Refuses a task that is closed or has expired (by the
   * database's clock), and a person who is not asked.
   */
  readonly claim: (input: { readonly id: string; readonly by: string; readonly take: boolean }) => Promise<TaskRecord>;
  /** Gives a claimed task back to all who are asked; only who has it does. */
  readonly release: (id: string, by: string) => Promise<TaskRecord>;
  /**
   * One transaction with the row locked: refuses as `claim` does, and an answer that is not as declared; one answer counts. The same
   * answer by the same person again is no fault.
   */
  readonly answer: (input: {
    readonly id: string;
    readonly by: string;
    readonly outputs: JsonObject;
    readonly note?: string | undefined;
  }) => Promise<TaskRecord>;
  /** What is closed or answered stays as it is. */
  readonly close: (id: string, status: 'expired' | 'cancelled', by: string) => Promise<TaskRecord>;
  readonly escalate: (input: {
    readonly id: string;
    readonly to: readonly string[];
    readonly people: readonly string[];
    readonly kind: 'remind' | 'escalate';
  }) => Promise<void>;
  /** Answered so long ago, and not yet read by the run, which has not ended. */
  readonly undelivered: (olderThanMs: number) => Promise<readonly TaskRecord[]>;
  readonly delivered: (id: string) => Promise<void>;
};
