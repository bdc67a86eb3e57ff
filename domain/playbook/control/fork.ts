/** A run that begins in the middle: with what the steps before gave in another run, as that run's view has it. Plain data of its order. */
import type { ErrorCode } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { StepStatus } from '../view.ts';

/** A step outside loops that has ended in the first run. Its effects stay the first run's: the fork undoes none of them. */
export type RecordedStep = {
  readonly step: string;
  readonly kind: string;
  readonly status: StepStatus;
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
  readonly outputs?: JsonObject | undefined;
  readonly error?: { readonly code: ErrorCode; readonly message: string } | undefined;
  readonly summary?: string | undefined;
  readonly lease?: { readonly duration: string; readonly untilMs: number } | undefined;
};

export type Fork = {
  /** The first run. */
  readonly of: string;
  /** The step that it begins with. */
  readonly from: string;
  /** In the order of entering. */
  readonly steps: readonly RecordedStep[];
};
