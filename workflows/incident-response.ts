/**
 * One incident, an entity: collects the signals of its key (each once), triages them, starts the runs that were ordered, and records
 * how they end. Closes when nothing has happened for a while and nothing runs; another signal of the key opens it again.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { TriageOutcome } from '../activities/contract.ts';
import type { IncidentResponseInput, SignalReceived } from './messages.ts';
import { messageNames, workflowIds } from './messages.ts';
import { localFirst } from './local-first.ts';
import { control, quickControl } from './options.ts';
import { failureOf, runToEnd } from './run-child.ts';

export const signalReceived = defineSignal<[SignalReceived]>(messageNames.signalReceived);

const idle = '1 hour';
/** Ids kept for deduplication within the workflow; the store deduplicates for ever. */
const seenAtMost = 2000;
/** Signals of one triage. */
const together = 200;

export async function incidentResponse(input: IncidentResponseInput): Promise<void> {
  const seen = new Set(input.seen ?? []);
  const pending: SignalReceived[] = [];
  let running = 0;

  setHandler(signalReceived, (message: Partial<SignalReceived> | undefined) => {
    const id = message?.signal;
    // Anyone who reaches Temporal can send anything; what counts is what a door recorded.
    if (typeof id !== 'string' || seen.has(id)) return;
    seen.add(id);
    pending.push({ signal: id, ...(message?.told === true ? { told: true } : {}) });
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
    // No timer here, which could cost the server up to a second: what arrives meanwhile is the next batch.
    const triage = await triaged(input, pending.splice(0, together));
    for (const run of triage.orders) void follow(triage.incident, run);
    if (running === 0 && pending.length === 0 && workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof incidentResponse>({ ...input, seen: [...seen].slice(-seenAtMost) });
    }
  }
}

/** To the runs that may wait for it. A door that told them already says so. */
function forward(runs: readonly string[], signal: string): void {
  for (const run of runs) {
    const handle = getExternalWorkflowHandle(workflowIds.playbookRun(run));
    // One that has ended waits for nothing.
    handle.signal(messageNames.incidentSignal, { signal }).catch(() => log.info('a run does not wait for a signal any more', { run }));
  }
}

/** Signals that no door recorded open nothing; the others wait in the store for theirs. */
async function triaged(
  { key, driver }: IncidentResponseInput,
  batch: readonly SignalReceived[],
): Promise<Pick<TriageOutcome, 'incident' | 'orders'>> {
  const request = { key, signals: batch.map(({ signal }) => signal) };
  const ordinary = (): Promise<TriageOutcome> => control['incident.triage'](request);
  try {
    const triage = await (driver === undefined ? ordinary() : localFirst(() => quickControl['incident.triage'](request), ordinary));
    for (const { signal, told } of batch) if (!told) forward(triage.listeners ?? [], signal);
    return triage;
  } catch (error) {
    log.error('signals could not be triaged', { key, reason: failureOf(error).message });
    return { incident: '', orders: [] };
  }
}
