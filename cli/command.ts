/** What each file in commands/ exports: a function that adds its subcommands to the program. */
import type { Command } from 'commander';
import { openSession } from './session.ts';
import type { GlobalOptions } from './session.ts';
import type { Client } from './client.ts';

export type AddCommands = (program: Command) => void;

/** The global options of the command that is being run. */
export function globals(command: Command): GlobalOptions {
  return command.optsWithGlobals();
}

export type Session = { readonly client: Client; readonly options: GlobalOptions };

/** An action that talks to the API: opens the session, then does the work. Faults end in main.ts. */
export function withClient<A extends readonly unknown[]>(
  work: (session: Session, ...given: A) => Promise<void>,
): (this: Command, ...given: readonly [...A, Command]) => Promise<void> {
  return async function act(this: Command, ...given) {
    const options = globals(this);
    await work({ client: openSession(options), options }, ...(given.slice(0, -1) as unknown as A));
  };
}
