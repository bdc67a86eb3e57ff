/**
 * Where commands of people come in. The signal carries an id; what it says, and whether it holds, an activity reads from the store. They
 * are taken one after the other, so that of two the one that was recorded first is applied first.
 */
import { CancellationScope, condition, log } from '@temporalio/workflow';
import type { Command } from '../../domain/playbook/engine/messages.ts';
import { migrationOf, type MigrationPreview } from '../../domain/playbook/control/migration.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { cancelPreview, type CancelPreview } from '../../domain/playbook/control/cancel-preview.ts';
import { faultOf } from '../fault.ts';
import { control } from '../options.ts';
import { launch, type RunDriver } from './launch.ts';

export type CommandDesk = { readonly run: string; readonly driver: () => RunDriver | undefined; last: Promise<void> };

export function openCommandDesk(run: string, driver: () => RunDriver | undefined): CommandDesk {
  return { run, driver, last: Promise.resolve() };
}

/** INVARIANT: never throws, as no handler of a signal may. What could not be read is delivered again. */
export function takeCommand(desk: CommandDesk, message: unknown): Promise<void> {
  const turn = desk.last.then(() => taken(desk, message));
  desk.last = turn;
  return turn;
}

async function taken({ run, driver }: CommandDesk, message: unknown): Promise<void> {
  const { command: id } = (message ?? {}) as { readonly command?: unknown };
  if (typeof id !== 'string') return log.warn('a command without an id was ignored');
  try {
    await CancellationScope.nonCancellable(async () => {
      // It may come before the run is loaded, above all right after it went on in a new execution.
      await condition(() => driver() !== undefined);
      const { commands } = await control['run.command']({ run, command: id });
      for (const command of commands) driver()?.feed({ type: 'command', command, nowMs: Date.now() });
    });
  } catch (error) {
    log.warn('a command could not be checked', { code: faultOf(error).code });
  }
}

/** The engine waits for it before it ends: what was taken is said to be so. */
export function answerCommand(driver: RunDriver, { command, answer }: Extract<Command, { type: 'answer-command' }>): void {
  launch(driver, () => control['run.command-answer']({ run: driver.state.run, command, answer }), {
    done: ({ status }) => driver.feed({ type: 'command-answered', command, status, nowMs: Date.now() }),
    failed: () => driver.feed({ type: 'command-answered', command, status: 'refused', nowMs: Date.now() }),
  });
}

/** What the engine asked for before it was told to pause, and had no room to begin. */
export function waitsForResume({ state }: RunDriver, command: Command): boolean {
  if ((state.paused ?? state.migrating) === undefined) return false;
  return (command.type === 'perform' && command.undoes === undefined) || command.type === 'start-child';
}

/** Answers of queries: of the state as it is now, which they leave as it is. */
export function previewOfCancel({ run, driver }: CommandDesk): CancelPreview {
  const { loaded, state } = driver() ?? {};
  if (loaded && state) return cancelPreview(loaded.plan, state, Date.now());
  return { run, undone: [], kept: [], stopped: [], first: [], approvals: [], tasks: [] };
}

export function previewOfMigration({ run, driver }: CommandDesk, plan: Plan): MigrationPreview {
  const { loaded, state } = driver() ?? {};
  if (loaded && state) return migrationOf(loaded.plan, plan, state).preview;
  const [from, to] = [
    { version: '', digest: '' },
    { version: plan.version, digest: plan.digest },
  ];
  const nothing = { added: [], removed: [], changed: [], askedAgain: [], standsAt: [] };
  return { run, from, to, blocks: [{ step: '', why: 'it has not begun' }], ...nothing };
}
