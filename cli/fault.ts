/** Whatever was thrown, as an error of the table: what the user's file system refuses is no defect of ours. */
import { EdictError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/errors.ts';

const fileFaults: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['input-invalid', 'does not exist'],
  EACCES: ['input-invalid', 'is not yours to read or write'],
  EPERM: ['input-invalid', 'is not yours to read or write'],
  EISDIR: ['input-invalid', 'is a folder'],
  ENOTDIR: ['input-invalid', 'is not in a folder'],
  EROFS: ['input-invalid', 'is on a read-only file system'],
  EEXIST: ['input-invalid', 'exists already'],
  ENAMETOOLONG: ['input-invalid', 'is too long a name'],
  ELOOP: ['input-invalid', 'is a loop of links'],
  ENXIO: ['input-invalid', 'cannot be read or written'],
  ERR_INVALID_ARG_VALUE: ['input-invalid', 'is not a name of a file'],
  ENOSPC: ['dependency-unavailable', 'cannot be written: the disk is full'],
  EMFILE: ['dependency-unavailable', 'cannot be opened: too many files are open'],
};

export function faultOf(error: unknown): EdictError {
  if (error instanceof EdictError) return error;
  return fileFault(error) ?? new EdictError('defect', error instanceof Error ? error.message : String(error), { cause: error });
}

/** `path` where the error itself does not say. By shape: an error of Node may come from another realm. */
export function fileFault(cause: unknown, path?: string): EdictError | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const { code, path: known } = cause as Partial<NodeJS.ErrnoException>;
  const entry = code !== undefined && Object.hasOwn(fileFaults, code) ? fileFaults[code] : undefined;
  if (entry === undefined || (known === undefined && path === undefined)) return undefined;
  return new EdictError(entry[0], `\`${path ?? known}\` ${entry[1]}`, { cause });
}
