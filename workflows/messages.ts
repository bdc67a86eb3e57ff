/** Names and payloads of every workflow, signal, update and query: the one place that clients and workflows share. */
import type { SignedVote } from '../domain/playbook/approval.ts';
import type { Command } from '../domain/playbook/engine/messages.ts';
import type { RunState } from '../domain/playbook/engine/state.ts';

export const taskQueues = { main: 'edict', analysis: 'edict-analysis' } as const;

export const workflowTypes = {
  policyLifecycle: 'policyLifecycle',
  playbookRun: 'playbookRun',
  incidentResponse: 'incidentResponse',
  watch: 'watch',
} as const;

export const workflowIds = {
  policyLifecycle: (policy: string) => `policy/${policy}`,
  playbookRun: (run: string) => `run/${run}`,
  incidentResponse: (key: string) => `incident/${key}`,
  watch: (scope: string) => `watch/${scope}`,
} as const;

export const messageNames = {
  /** playbookRun: update with a typed answer (VoteOutcome), and signal with the same payload (SignedVote). */
  vote: 'vote',
  voteSignal: 'vote-signal',
  /** playbookRun query → RunView */
  state: 'state',
  /** playbookRun: signal; cancels after a recorded order `cancel` in the store. */
  cancel: 'cancel',
  /** incidentResponse: signal with { signal: id } */
  signalReceived: 'signal-received',
  /** policyLifecycle: update, moves the policy on → { run } */
  submit: 'submit',
  /** policyLifecycle: signal without payload; a new draft of the policy was saved after its first cycle. */
  drafted: 'drafted',
} as const;

/**
 * `checkpoint` is what a long run hands to its next execution; nobody else sets it. `continueAfterEvents`: earlier than the server suggests.
 * `driver`: the order of commands that the run was begun with. Absent: every action goes through the server. 2: quick ones do not.
 */
export type PlaybookRunInput = {
  readonly run: string;
  readonly driver?: 2;
  readonly checkpoint?: RunCheckpoint;
  readonly continueAfterEvents?: number;
};
export const newRun = (run: string): PlaybookRunInput => ({ run, driver: 2 });
/** Plain JSON. Commands that were not performed yet, and who has voted on what is open. */
export type RunCheckpoint = {
  readonly state: RunState;
  readonly held: readonly Command[];
  readonly voters: { readonly [approval: string]: readonly string[] };
};
export type IncidentResponseInput = { readonly key: string; readonly seen?: readonly string[] };
export type PolicyLifecycleInput = { readonly policy: string; readonly cycle?: number };
export type WatchInput = { readonly scope: string };
export type SignalReceived = { readonly signal: string };
export type VoteMessage = SignedVote;
export type CancelMessage = { readonly by: string; readonly reason: string };
