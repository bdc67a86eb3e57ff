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

/** Examples below the help of a command, as a user types them. */
export function example(...lines: readonly string[]): string {
  return ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  $ edict ${line}`)].join('\n');
}

export type PageFlags = { readonly limit: string; readonly cursor?: string };

/** The options of a list that the API gives in pages. */
export function paged(command: Command): Command {
  return command.option('--limit <n>', 'at most so many, 1 to 500', '100').option('--cursor <cursor>', 'go on after an earlier page');
}

export function pageQuery(given: PageFlags): { readonly limit: string; readonly cursor?: string } {
  return given.cursor === undefined ? { limit: given.limit } : { limit: given.limit, cursor: given.cursor };
}

/** A list in words, and how to see the rest of it. */
export function withMore(words: string, page: { readonly next?: string | undefined }): string {
  return page.next === undefined ? words : `${words}\nthere are more: --cursor ${page.next}`;
}
