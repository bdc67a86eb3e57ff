/** The part of the port (../port.ts) that is about inbound signals. */
import type { Signal, SignalStatus } from '../../domain/incident/signal.ts';

export type SignalRow = Signal & {
  readonly status: SignalStatus;
  readonly incident: string | undefined;
  readonly receivedAt: string;
  readonly deliveredAt: string | undefined;
  readonly door: string;
};

export type Signals = {
  /** `accepted: false` when the id was seen before: counted as duplicate, nothing else happens. */
  readonly accept: (signal: Signal, door: string) => Promise<{ readonly accepted: boolean; readonly row: SignalRow }>;
  readonly get: (id: string) => Promise<SignalRow | undefined>;
  /** Where it is of the incident of the run. */
  readonly ofRun: (id: string, run: string) => Promise<SignalRow | undefined>;
  /** Those of the ids that there are, in their order. */
  readonly many: (ids: readonly string[]) => Promise<readonly SignalRow[]>;
  /** Accepted, but not yet handed to Temporal. */
  readonly undelivered: (olderThanMs: number) => Promise<readonly SignalRow[]>;
  readonly delivered: (id: string) => Promise<void>;
  readonly settle: (id: string, status: Exclude<SignalStatus, 'open'>, incident?: string) => Promise<void>;
  /** in = handled + duplicate + suppressed + parked + open */
  readonly counts: () => Promise<{
    readonly in: number;
    readonly handled: number;
    readonly duplicate: number;
    readonly suppressed: number;
    readonly parked: number;
    readonly open: number;
  }>;
};
