/** Starts an ordered run as a child workflow under its own id, and waits for it or not. */
import { ApplicationFailure, executeChild, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { RunView } from '../domain/playbook/view.ts';
import { newRun, workflowIds, workflowTypes } from './messages.ts';
import type { PlaybookRunInput } from './messages.ts';
import { watching } from './options.ts';

type PlaybookRun = (input: PlaybookRunInput) => Promise<RunView>;

function childOptions(run: string) {
  // A run outlives the workflow that asked for it: it may hold a lease for hours.
  return {
    workflowId: workflowIds.playbookRun(run),
    args: [newRun(run)] as [PlaybookRunInput],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  };
}

export type RunEnd = { readonly outcome: string; readonly reason?: string | undefined };

/** Starts the run, or waits for the one that someone else started: an ordered run is started by whoever comes first. */
export async function runToEnd(run: string): Promise<RunEnd> {
  try {
    return endOf(await executeChild<PlaybookRun>(workflowTypes.playbookRun, childOptions(run)));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return watching['run.await']({ run });
    return { outcome: 'failed', reason: failureOf(error).message };
  }
}

/** Nobody waits for it. One that runs already is as good. */
export async function startAlone(run: string): Promise<void> {
  try {
    await startChild<PlaybookRun>(workflowTypes.playbookRun, childOptions(run));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function endOf(view: RunView): RunEnd {
  const reason = view.error?.message ?? view.steps.findLast((step) => step.error !== undefined)?.error?.message;
  return { outcome: view.outcome ?? 'failed', reason };
}

/** The error code of a failure that came through activities and children. */
export function failureOf(error: unknown): ApplicationFailure {
  let inner: unknown = error;
  while (inner instanceof Error && !(inner instanceof ApplicationFailure) && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof ApplicationFailure) return inner;
  return ApplicationFailure.nonRetryable(inner instanceof Error ? inner.message : String(inner), 'defect');
}
