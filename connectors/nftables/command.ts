/** Runs one program behind a command prefix: its output, or an error of the table. The child is killed when the deadline aborts. */
import { spawn } from 'node:child_process';
import { EdictError } from '../../domain/errors.ts';
import type { Deadline } from '../deadline.ts';

export type Command = {
  readonly prefix: readonly string[];
  readonly args: readonly [string, ...string[]];
  readonly input?: string | undefined;
  /** What to call it in errors, where a shell runs it. */
  readonly program?: string | undefined;
};
export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

const maxOutputBytes = 64 * 1024 * 1024;
const maxErrorText = 600;

/** Throws unless the program ends with 0. */
export async function runCommand(point: string, command: Command, deadline: Deadline): Promise<string> {
  const finished = await finish(point, command, deadline);
  if (finished.code === 0) return finished.stdout;
  throw failure(point, command, finished);
}

/** The program's end, whatever its code; throws only when it could not be run to its end. */
export function finish(point: string, command: Command, deadline: Deadline): Promise<Finished> {
  const [file = '', ...args] = [...command.prefix, ...command.args];
  deadline.check();
  return new Promise((resolve, reject) => {
    // The text form that is compared later must not depend on this machine's language or time zone.
    const env = { PATH: searchPath(), HOME: process.env['HOME'], LC_ALL: 'C', TZ: 'UTC' };
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env, signal: deadline.signal, killSignal: 'SIGKILL' });
    const stdout = collect(child.stdout, () => child.kill('SIGKILL'));
    const stderr = collect(child.stderr, () => child.kill('SIGKILL'));
    child.on('error', (error) => reject(deadline.signal.aborted ? deadline.explain(error) : notStarted(point, file, error)));
    child.on('close', (code) => resolve({ code: code ?? 255, stdout: stdout(), stderr: stderr() }));
    // A program that ends without reading breaks the pipe; its exit code says more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(command.input ?? '');
  });
}

/** Network programs lie where only root's search path leads. */
export function searchPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
}

function collect(stream: NodeJS.ReadableStream, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxOutputBytes) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function notStarted(point: string, file: string, error: Error): EdictError {
  return new EdictError('enforcement-point-unreachable', `\`${file}\` cannot be started for \`${point}\``, {
    where: point,
    help: `install it, or correct the point's settings`,
    cause: error,
  });
}

function failure(point: string, { args, program = args[0] }: Command, { code, stderr }: Finished): EdictError {
  const said = stderr.trim().slice(0, maxErrorText) || `ended with ${code}`;
  const where = { where: point };
  if (code === 127 || /not found|No such file or directory|Cannot open network namespace/u.test(stderr)) {
    return new EdictError('enforcement-point-unreachable', `\`${program}\` cannot be run at \`${point}\`: ${said}`, {
      ...where,
      help: 'is the namespace there, and is nftables installed?',
    });
  }
  if (/Operation not permitted|Permission denied/u.test(stderr)) {
    return new EdictError('enforcement-point-refused', `no right to run \`${program}\` at \`${point}\`: ${said}`, {
      ...where,
      expected: 'CAP_NET_ADMIN in its network namespace',
    });
  }
  return new EdictError('enforcement-point-refused', `\`${program}\` at \`${point}\` refused: ${said}`, where);
}
