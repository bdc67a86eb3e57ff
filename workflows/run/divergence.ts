/** An undo that has failed for good: put on record, with an incident of its own, before the run may end. */
import { patched } from '@temporalio/workflow';
import type { Command } from '../../domain/playbook/engine/messages.ts';
import { control } from '../options.ts';
import { launch, type RunDriver } from './launch.ts';

export function reportDivergence(driver: RunDriver, { step, effect, error }: Extract<Command, { type: 'report-divergence' }>): void {
  const reported = (undone: boolean): void => driver.feed({ type: 'divergence-reported', step, undone, nowMs: Date.now() });
  // Runs of before this was reported end as they did.
  if (!patched('effect-diverged')) return reported(false);
  launch(driver, () => control['effect.diverged']({ run: driver.state.run, effect, error }), {
    done: ({ status }) => reported(status === 'undone'),
    failed: () => reported(false),
  });
}
