/**
 * What the API asks of Temporal. Every order is recorded in the store before it comes here; starting twice is the same as once.
 * Errors are those of the table: `dependency-unavailable` while Temporal or the worker is away.
 */
import { isGrpcDeadlineError, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { PointAnswer } from '../domain/enforcement/question.ts';
import type { MigrationPreview } from '../domain/playbook/control/migration.ts';
import type { Plan } from '../domain/playbook/plan.ts';
import type { CancelPreview } from '../domain/playbook/control/cancel-preview.ts';
import type { RunView } from '../domain/playbook/view.ts';
import { pendingAttempts, type PendingAttempt } from './run-attempts.ts';
import { messageNames, newRun, taskQueues, workflowIds, workflowTypes } from '../workflows/messages.ts';
import type {
  CancelMessage,
  CommandMessage,
  IncidentResponseInput,
  PlaybookRunInput,
  PointQuestionInput,
  PolicyLifecycleInput,
  SignalReceived,
  TaskMessage,
  VoteMessage,
} from '../workflows/messages.ts';
import type { VoteReply } from './contract/approvals.ts';
import { asEdictError, unavailable } from './failure.ts';
import type { WantedSchedule } from './publishing/schedules.ts';
import { dropSchedule, putSchedule, scheduleIds, scheduleTimes, type ScheduleTimes } from './publishing/temporal-schedules.ts';

/** The workflow's answer to a vote: the approval after it. */
export type VoteOutcome = Omit<VoteReply, 'approval'>;

export type Orchestrator = {
  readonly startRun: (run: string) => Promise<void>;
  /** Tells the policy's lifecycle that there is a new draft; starts the lifecycle where there is none. */
  readonly drafted: (policy: string) => Promise<void>;
  /** Hands the draft in; answers with the run of the next stage. */
  readonly submit: (policy: string) => Promise<{ readonly run: string }>;
  /** The same `updateId` again gets the same answer. */
  readonly vote: (run: string, vote: VoteMessage, updateId: string) => Promise<VoteOutcome>;
  readonly cancel: (run: string, message: CancelMessage) => Promise<void>;
  /** Tells the run that an answer to its task is recorded; one that has ended needs it no more. */
  readonly taskAnswered: (run: string, task: string) => Promise<void>;
  /** `told`: the runs of the incident have it already. */
  readonly deliverSignal: (key: string, signal: string, told?: boolean) => Promise<void>;
  /** Tells a run under way of a signal of its incident; one that has ended needs it no more. */
  readonly tellSignal: (run: string, signal: string) => Promise<void>;
  /** Tells a run of a command that is recorded; `run-state-wrong` where it is not under way. */
  readonly command: (run: string, command: string) => Promise<void>;
  readonly cancelPreview: (run: string, timeoutMs: number) => Promise<CancelPreview>;
  readonly migrationPreview: (run: string, plan: Plan, timeoutMs: number) => Promise<MigrationPreview>;
  /** Makes it as it is wanted, whether it is there or not. */
  readonly putSchedule: (schedule: WantedSchedule) => Promise<void>;
  readonly dropSchedule: (id: string) => Promise<void>;
  /** Ids that begin so. */
  readonly schedules: (prefix: string) => Promise<readonly string[]>;
  /** Nothing where it is not there or cannot be asked. */
  readonly schedule: (id: string) => Promise<ScheduleTimes>;
  /** The live view; undefined when it cannot be had within the deadline. */
  readonly runView: (run: string, timeoutMs: number) => Promise<RunView | undefined>;
  /** What the server still has to do for it; undefined when it cannot be had within the deadline. */
  readonly attempts: (run: string, timeoutMs: number) => Promise<readonly PendingAttempt[] | undefined>;
  /** Has a recorded question put to its point, once; the point's refusals as its connector says them. */
  readonly askPoint: (question: string) => Promise<PointAnswer>;
  readonly ping: () => Promise<void>;
};

const startDeadlineMs = 5000;
/** An update waits for the worker; longer than a worker's restart. */
const updateDeadlineMs = 20_000;
/** Nobody waits for its answer any more: a worker that comes back later does not ask. */
const questionLifeMs = 30_000;

export function temporalOrchestrator(client: Client): Orchestrator {
  return {
    ...runCalls(client),
    ...controlCalls(client),
    ...entityCalls(client),
    ...scheduleCalls(client),
    ...questionCalls(client),
    ping: () => within(client, 1000, async () => void (await client.connection.workflowService.getSystemInfo({}))),
  };
}

async function within<T>(client: Client, deadlineMs: number, work: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + deadlineMs, work);
  } catch (error) {
    throw asEdictError(error);
  }
}

function scheduleCalls(client: Client): Pick<Orchestrator, 'putSchedule' | 'dropSchedule' | 'schedules' | 'schedule'> {
  return {
    putSchedule: (schedule) => within(client, startDeadlineMs, () => putSchedule(client, schedule)),
    dropSchedule: (id) => within(client, startDeadlineMs, () => dropSchedule(client, id)),
    schedules: (prefix) => within(client, startDeadlineMs, () => scheduleIds(client, prefix)),
    schedule: (id) => within(client, 1500, () => scheduleTimes(client, id)).catch(() => ({})),
  };
}

function questionCalls(client: Client): Pick<Orchestrator, 'askPoint'> {
  return {
    askPoint: async (question) => {
      const ask = () =>
        client.workflow
          .execute<(input: PointQuestionInput) => Promise<PointAnswer>>(workflowTypes.pointQuestion, {
            workflowId: workflowIds.pointQuestion(question),
            taskQueue: taskQueues.main,
            args: [{ question }],
            workflowExecutionTimeout: questionLifeMs,
          })
          .catch((error: unknown) => Promise.reject(isGrpcDeadlineError(error) ? unavailable('the worker', error) : error));
      return within(client, updateDeadlineMs, ask);
    },
  };
}

function runCalls(client: Client): Pick<Orchestrator, 'startRun' | 'vote' | 'cancel' | 'taskAnswered' | 'runView' | 'attempts'> {
  const handle = (run: string) => client.workflow.getHandle(workflowIds.playbookRun(run));
  return {
    startRun: async (run) => {
      const start = () =>
        client.workflow.start<(input: PlaybookRunInput) => Promise<RunView>>(workflowTypes.playbookRun, {
          workflowId: workflowIds.playbookRun(run),
          taskQueue: taskQueues.main,
          args: [newRun(run)],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        });
      // One that has ended is not begun again.
      const once = () =>
        start().catch((error: unknown) => (error instanceof WorkflowExecutionAlreadyStartedError ? undefined : Promise.reject(error)));
      await within(client, startDeadlineMs, once);
    },
    vote: (run, vote, updateId) =>
      within(client, updateDeadlineMs, () =>
        handle(run).executeUpdate<VoteOutcome, [VoteMessage]>(messageNames.vote, { args: [vote], updateId }),
      ),
    cancel: (run, message) => within(client, startDeadlineMs, () => handle(run).signal<[CancelMessage]>(messageNames.cancel, message)),
    taskAnswered: async (run, task) => {
      const tell = () =>
        handle(run)
          .signal<[TaskMessage]>(messageNames.taskAnswered, { task })
          .catch((error: unknown) => (error instanceof WorkflowNotFoundError ? undefined : Promise.reject(error)));
      await within(client, startDeadlineMs, tell);
    },
    runView: (run, timeoutMs) => within(client, timeoutMs, () => handle(run).query<RunView>(messageNames.state)).catch(() => undefined),
    attempts: (run, timeoutMs) =>
      within(client, timeoutMs, async () => pendingAttempts(await handle(run).describe())).catch(() => undefined),
  };
}

function controlCalls(client: Client): Pick<Orchestrator, 'command' | 'cancelPreview' | 'migrationPreview'> {
  const handle = (run: string) => client.workflow.getHandle(workflowIds.playbookRun(run));
  return {
    command: (run, command) =>
      within(client, startDeadlineMs, () => handle(run).signal<[CommandMessage]>(messageNames.command, { command })),
    cancelPreview: (run, timeoutMs) => within(client, timeoutMs, () => handle(run).query<CancelPreview>(messageNames.cancelPreview)),
    migrationPreview: (run, plan, timeoutMs) =>
      within(client, timeoutMs, () => handle(run).query<MigrationPreview, [Plan]>(messageNames.migrationPreview, plan)),
  };
}

function entityCalls(client: Client): Pick<Orchestrator, 'drafted' | 'submit' | 'deliverSignal' | 'tellSignal'> {
  return {
    drafted: async (policy) => {
      await within(client, startDeadlineMs, () =>
        client.workflow.signalWithStart<(input: PolicyLifecycleInput) => Promise<void>>(workflowTypes.policyLifecycle, {
          workflowId: workflowIds.policyLifecycle(policy),
          taskQueue: taskQueues.main,
          args: [{ policy }],
          signal: messageNames.drafted,
        }),
      );
    },
    submit: (policy) =>
      within(client, updateDeadlineMs, () =>
        client.workflow.getHandle(workflowIds.policyLifecycle(policy)).executeUpdate<{ readonly run: string }, []>(messageNames.submit),
      ),
    tellSignal: async (run, signal) => {
      const handle = client.workflow.getHandle(workflowIds.playbookRun(run));
      const tell = () =>
        handle
          .signal<[SignalReceived]>(messageNames.incidentSignal, { signal })
          .catch((error: unknown) => (error instanceof WorkflowNotFoundError ? undefined : Promise.reject(error)));
      await within(client, startDeadlineMs, tell);
    },
    deliverSignal: async (key, signal, told = false) => {
      await within(client, startDeadlineMs, () =>
        client.workflow.signalWithStart<(input: IncidentResponseInput) => Promise<void>, [SignalReceived]>(workflowTypes.incidentResponse, {
          workflowId: workflowIds.incidentResponse(key),
          taskQueue: taskQueues.main,
          args: [{ key, driver: 2 }],
          signal: messageNames.signalReceived,
          signalArgs: [{ signal, ...(told ? { told } : {}) }],
        }),
      );
    },
  };
}
