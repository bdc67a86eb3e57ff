/** Asks people to let a lease hold longer. What is asked, and of whom, an activity makes of the recorded command and the ordered plan. */
import type { Command } from '../../domain/playbook/engine/messages.ts';
import { control } from '../options.ts';
import { launch, type RunDriver } from './launch.ts';

export function askExtension(driver: RunDriver, asked: Extract<Command, { type: 'ask-extension' }>): void {
  const { step, command, effect, fromMs, untilMs } = asked;
  const until = untilMs === undefined ? {} : { untilMs };
  launch(driver, () => control['lease.ask']({ run: driver.state.run, step, command, effect, fromMs, ...until }), {
    done: ({ approval }) => driver.feed({ type: 'extension-asked', step, approval, nowMs: Date.now() }),
    failed: (error) => driver.feed({ type: 'extension-refused', step, error, nowMs: Date.now() }),
  });
}
