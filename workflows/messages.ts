/** Names and payloads of every workflow, signal, update and query: the one place that clients and workflows share. */
import type { SignedVote } from '../domain/playbook/approval.ts';
import type { Command } from '../domain/playbook/engine/messages.ts';
import type { RunState } from '../domain/playbook/engine/state.ts';
import type { RunView } from '../domain/playbook/view.ts';

export const taskQueues = { main: 'edict', analysis: 'edict-analysis' } as const;

export const workflowTypes = {
  policyLifecycle: 'policyLifecycle',
  playbookRun: 'playbookRun',
  incidentResponse: 'incidentResponse',
  watch: 'watch',
  scheduledOrder: 'scheduledOrder',
  pointQuestion: 'pointQuestion',
} as const;

export const workflowIds = {
  policyLifecycle: (policy: string) => `policy/${policy}`,
  playbookRun: (run: string) => `run/${run}`,
  incidentResponse: (key: string) => `incident/${key}`,
  watch: (scope: string) => `watch/${scope}`,
  pointQuestion: (question: string) => `question/${question}`,
  /** The server adds the time: `-2026-11-25T03:00:00Z`. */
  scheduledOrder: (playbook: string, trigger: number) => `scheduled/${playbook}/${trigger}`,
} as const;

export const messageNames = {
  /** playbookRun: update with a typed answer (VoteOutcome), and signal with the same payload (SignedVote). */
  vote: 'vote',
  voteSignal: 'vote-signal',
  /** playbookRun query → RunView */
  state: 'state',
  /** playbookRun: signal; cancels after a recorded order `cancel` in the store. */
  cancel: 'cancel',
  /** playbookRun: signal with { command: id } of a command that is recorded in the store. */
  command: 'command',
  /** playbookRun queries → CancelPreview; with a plan → MigrationPreview. They change nothing. */
  cancelPreview: 'cancel-preview',
  migrationPreview: 'migration-preview',
  /** playbookRun: signal with { child: run } of a run that this one called: its outcome stands. What it is, the store says. */
  childNews: 'child-news',
  /** playbookRun: signal without payload; the run that called this one went on in a new execution and wants to be told of its end. */
  tellCaller: 'tell-caller',
  /** playbookRun: signal with { task: id } of a task that was answered in the store. */
  taskAnswered: 'task-answered',
  /** playbookRun: signal with { signal: id } of the run's incident, recorded in the store. */
  incidentSignal: 'incident-signal',
  /** incidentResponse: signal with { signal: id }; `told`: the runs of the incident have it already. */
  signalReceived: 'signal-received',
  /** policyLifecycle: update, moves the policy on → { run } */
  submit: 'submit',
  /** policyLifecycle: signal without payload; a new draft of the policy was saved after its first cycle. */
  drafted: 'drafted',
} as const;

/**
 * `checkpoint` is what a long run hands to its next execution; nobody else sets it. `continueAfterEvents`: earlier than the server suggests.
 * `driver`: the order of commands that the run was begun with. Absent: every action goes through the server. 2: quick ones do not. 3: and no
 * timer is cancelled. 4: and what only read is recorded as ended on its way out.
 */
export type PlaybookRunInput = {
  readonly run: string;
  readonly driver?: 2 | 3 | 4;
  readonly checkpoint?: RunCheckpoint;
  readonly continueAfterEvents?: number;
  /** The run that called it waits for it: it is answered in a few words. */
  readonly called?: true;
};
export const newRun = (run: string): PlaybookRunInput => ({ run, driver: 4 });
/** How the end of a run leaves its workflow: what is recorded of it, and what the workflow answers. */
export const runEndEncoding = 'json/edict-run-end';
export type RunEnd = { readonly view: RunView; readonly answer: RunView };
/** Plain JSON. Commands that were not performed yet, and who has voted on what is open. */
export type RunCheckpoint = {
  readonly state: RunState;
  readonly held: readonly Command[];
  readonly voters: { readonly [approval: string]: readonly string[] };
  /** The run that called this one wants to be told of its end. */
  readonly tellCaller?: true;
  /** Ids of signals that came. */
  readonly heard?: readonly string[];
};
/** `driver`: as of a run; 2 triages inside the workflow task. */
export type IncidentResponseInput = { readonly key: string; readonly driver?: 2; readonly seen?: readonly string[] };
export type PolicyLifecycleInput = { readonly policy: string; readonly cycle?: number };
/** `trigger`: the place of the schedule among the playbook's triggers. */
export type ScheduledOrderInput = { readonly playbook: string; readonly trigger: number };
/** The id of a question that is recorded in the store; answered with a PointAnswer. */
export type PointQuestionInput = { readonly question: string };
export type WatchInput = { readonly scope: string };
export type SignalReceived = { readonly signal: string; readonly told?: true };
export type VoteMessage = SignedVote;
export type TaskMessage = { readonly task: string };
export type CommandMessage = { readonly command: string };
export type ChildNews = { readonly child: string };
export type CancelMessage = { readonly by: string; readonly reason: string };
