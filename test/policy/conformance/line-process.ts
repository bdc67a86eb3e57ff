/** A program that answers one line of JSON with another, kept for all questions: loading it takes a second or more. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface, type Interface } from 'node:readline';

type Running = {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly answers: AsyncIterator<string>;
  readonly lines: Interface;
};

/** `command` is asked for when the first question comes. Questions are answered one after the other. */
export function lineProcess<Answer>(command: () => readonly [program: string, ...args: readonly string[]]): {
  readonly ask: (document: object) => Promise<Answer>;
  readonly stop: () => void;
} {
  let running: Running | undefined;
  return {
    ask: async (document) => {
      running ??= open(command());
      running.child.stdin.write(`${JSON.stringify(document)}\n`);
      const { value, done } = await running.answers.next();
      if (done === true) throw new Error(`${command().join(' ')} ended`);
      return JSON.parse(value) as Answer;
    },
    stop: () => {
      running?.lines.close();
      running?.child.kill();
      running = undefined;
    },
  };
}

function open([program, ...args]: readonly [string, ...(readonly string[])]): Running {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return { child, lines, answers: lines[Symbol.asyncIterator]() };
}
