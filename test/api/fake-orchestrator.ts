/** Stands for Temporal and the worker: remembers what it was asked, and does what a test tells it to. */
import type { Orchestrator } from '../../api/orchestrator.ts';

export type FakeOrchestrator = Orchestrator & {
  readonly asked: { readonly what: string; readonly about: string; readonly with?: unknown }[];
  /** Replaces single calls. */
  readonly does: { -readonly [K in keyof Orchestrator]?: Orchestrator[K] };
};

export function fakeOrchestrator(): FakeOrchestrator {
  const asked: FakeOrchestrator['asked'] = [];
  const does: FakeOrchestrator['does'] = {};
  return {
    asked,
    does,
    startRun: async (run) => {
      asked.push({ what: 'startRun', about: run });
      await does.startRun?.(run);
    },
    drafted: async (policy) => {
      asked.push({ what: 'drafted', about: policy });
      await does.drafted?.(policy);
    },
    submit: async (policy) => {
      asked.push({ what: 'submit', about: policy });
      return (await does.submit?.(policy)) ?? { run: `${policy}-v1-generate-1` };
    },
    vote: async (run, vote, updateId) => {
      asked.push({ what: 'vote', about: run, with: vote });
      return (await does.vote?.(run, vote, updateId)) ?? { status: 'open', approvals: 1, quorum: 2 };
    },
    cancel: async (run, message) => {
      asked.push({ what: 'cancel', about: run, with: message });
      await does.cancel?.(run, message);
    },
    deliverSignal: async (key, signal) => {
      asked.push({ what: 'deliverSignal', about: key, with: signal });
      await does.deliverSignal?.(key, signal);
    },
    tellSignal: async (run, signal) => {
      asked.push({ what: 'tellSignal', about: run, with: signal });
      await does.tellSignal?.(run, signal);
    },
    taskAnswered: async (run, task) => {
      asked.push({ what: 'taskAnswered', about: run, with: task });
      await does.taskAnswered?.(run, task);
    },
    command: async (run, command) => {
      asked.push({ what: 'command', about: run, with: command });
      await does.command?.(run, command);
    },
    cancelPreview: async (run, timeoutMs) =>
      (await does.cancelPreview?.(run, timeoutMs)) ?? { run, undone: [], kept: [], stopped: [], first: [], approvals: [], tasks: [] },
    migrationPreview: async (run, plan, timeoutMs) => {
      const { version, digest } = plan;
      const nothing = { blocks: [], added: [], removed: [], changed: [], askedAgain: [], standsAt: [] };
      return (
        (await does.migrationPreview?.(run, plan, timeoutMs)) ?? {
          run,
          from: { version: '', digest: '' },
          to: { version, digest },
          ...nothing,
        }
      );
    },
    putSchedule: async (schedule) => {
      asked.push({ what: 'putSchedule', about: schedule.id, with: schedule });
      await does.putSchedule?.(schedule);
    },
    dropSchedule: async (id) => {
      asked.push({ what: 'dropSchedule', about: id });
      await does.dropSchedule?.(id);
    },
    schedules: async (prefix) => (await does.schedules?.(prefix)) ?? [],
    schedule: async (id) => (await does.schedule?.(id)) ?? {},
    runView: async (run, timeoutMs) => does.runView?.(run, timeoutMs),
    attempts: async (run, timeoutMs) => does.attempts?.(run, timeoutMs) ?? [],
    askPoint: async (question) => {
      asked.push({ what: 'askPoint', about: question });
      return (await does.askPoint?.(question)) ?? { kind: 'dry-run', steps: [] };
    },
    ping: async () => does.ping?.(),
  };
}
