/**
 * One incident, an entity: collects the signals of its key (each once), triages them, starts the runs that were ordered, and records
 * how they end. Closes when nothing has happened for a while and nothing runs; another signal of the key opens it again.
 */
import { allHandlersFinished, condition, continueAsNew, defineSignal, log, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { IncidentResponseInput, SignalReceived } from './messages.ts';
import { messageNames } from './messages.ts';
import { control } from './options.ts';
import { failureOf, runToEnd } from './run-child.ts';

export const signalReceived = defineSignal<[SignalReceived]>(messageNames.signalReceived);

/** Signals of a burst arrive together: they are triaged together. */
const debounce = '50 milliseconds';
const idle = '1 hour';
/** Ids kept for deduplication within the workflow; the store deduplicates for ever. */
const seenAtMost = 2000;

export async function incidentResponse(input: IncidentResponseInput): Promise<void> {
  const seen = new Set(input.seen ?? []);
  const pending: string[] = [];
  let running = 0;

  setHandler(signalReceived, ({ signal }) => {
    if (seen.has(signal)) return;
    seen.add(signal);
    pending.push(signal);
  });

  const follow = async (incident: string, run: string): Promise<void> => {
    running += 1;
    try {
      const { outcome } = await runToEnd(run);
      await control['incident.run-ended']({ incident, run, outcome });
    } catch (error) {
      log.error('the end of a run was not recorded', { run, reason: failureOf(error).message });
    } finally {
      running -= 1;
    }
  };

  for (;;) {
    const busy = await condition(() => pending.length > 0, idle);
    if (!busy && running === 0 && pending.length === 0) return;
    if (pending.length === 0) continue;
    await sleep(debounce);
    const signals = pending.splice(0);
    const triage = await control['incident.triage']({ key: input.key, signals });
    for (const run of triage.orders) void follow(triage.incident, run);
    if (running === 0 && pending.length === 0 && workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof incidentResponse>({ key: input.key, seen: [...seen].slice(-seenAtMost) });
    }
  }
}
