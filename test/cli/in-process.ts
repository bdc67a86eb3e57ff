/** The command line as it is typed, in this process, for what needs no server; a refusal is the error that is thrown. */
import { jest } from '@jest/globals';
import { buildProgram } from '../../cli/program.ts';
import { EdictError } from '../../domain/errors.ts';

export type Typed = {
  /** The exit code that the process would have, and what was printed as a result. */
  readonly edict: (...args: readonly string[]) => Promise<{ readonly code: number; readonly stdout: string }>;
  readonly stdout: (...args: readonly string[]) => Promise<string>;
  /** With --json: the one value on standard output. */
  readonly json: <T = any>(...args: readonly string[]) => Promise<T>;
  readonly refusal: (...args: readonly string[]) => Promise<EdictError>;
};

/** `edict <word> … <last>`; the last words may depend on those before. */
export function typed(word: string, last: (args: readonly string[]) => readonly string[] = () => []): Typed {
  const edict: Typed['edict'] = (...args) => run([word, ...args, ...last(args)]);
  const stdout: Typed['stdout'] = async (...args) => (await edict(...args)).stdout;
  return {
    edict,
    stdout,
    json: async <T>(...args: readonly string[]) => JSON.parse(await stdout(...args, '--json')) as T,
    refusal: async (...args) => {
      const error: unknown = await edict(...args).catch((fault: unknown) => fault);
      if (!(error instanceof EdictError)) throw new Error('not refused', { cause: error });
      return error;
    },
  };
}

const exitCode = (): number => Number(process.exitCode ?? 0);

async function run(args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  let stdout = '';
  const printed = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  process.exitCode = 0;
  try {
    await buildProgram().exitOverride().parseAsync(args, { from: 'user' });
    return { code: exitCode(), stdout };
  } finally {
    printed.mockRestore();
    said.mockRestore();
    process.exitCode = 0;
  }
}
