/** Starts an ordered run as a child workflow under its own id, and waits for it or not. */
import { ApplicationFailure, executeChild, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import type { RunView } from '../domain/playbook/view.ts';
import { workflowIds, workflowTypes } from './messages.ts';
import type { PlaybookRunInput } from './messages.ts';

type PlaybookRun = (input: PlaybookRunInput) => Promise<RunView>;

function childOptions(run: string) {
  // A run outlives the workflow that asked for it: it may hold a lease for hours.
  return { workflowId: workflowIds.playbookRun(run), args: [{ run }] as [PlaybookRunInput], parentClosePolicy: ParentClosePolicy.ABANDON };
}

export async function runToEnd(run: string): Promise<RunView> {
  return executeChild<PlaybookRun>(workflowTypes.playbookRun, childOptions(run));
}

/** Undefined when the run is under way already (started by someone else, or before continue-as-new). */
export async function startRun(run: string): Promise<ChildWorkflowHandle<PlaybookRun> | undefined> {
  try {
    return await startChild<PlaybookRun>(workflowTypes.playbookRun, childOptions(run));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** The error code of a failure that came through activities and children. */
export function failureOf(error: unknown): ApplicationFailure {
  let inner: unknown = error;
  while (inner instanceof Error && !(inner instanceof ApplicationFailure) && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof ApplicationFailure) return inner;
  return ApplicationFailure.nonRetryable(inner instanceof Error ? inner.message : String(inner), 'defect');
}
