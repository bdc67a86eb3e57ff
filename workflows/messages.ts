/** Names and payloads of every workflow, signal, update and query: the one place that clients and workflows share. */
import type { SignedVote } from '../domain/playbook/approval.ts';

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

export type PlaybookRunInput = { readonly run: string };
export type IncidentResponseInput = { readonly key: string; readonly seen?: readonly string[] };
export type PolicyLifecycleInput = { readonly policy: string; readonly cycle?: number };
export type WatchInput = { readonly scope: string };
export type SignalReceived = { readonly signal: string };
export type VoteMessage = SignedVote;
export type CancelMessage = { readonly by: string; readonly reason: string };
