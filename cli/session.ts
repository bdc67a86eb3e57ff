/** Where Edict runs and who is asking: flags before environment before the embedded stack's own credentials file. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EdictError } from '../domain/errors.ts';
import { layout } from '../stack/layout.ts';
import { currentHolder } from '../stack/lock.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';

/** Options that every command has. */
export type GlobalOptions = { readonly json?: boolean; readonly url?: string; readonly as?: string; readonly data?: string };

/** What the first start of the embedded form writes: a token for each person. */
const Credentials = z.looseObject({ url: z.string().optional(), tokens: z.record(z.string(), z.string()) });

const defaultPerson = 'engineer';
const defaultUrl = 'http://127.0.0.1:8600';

export function dataDirOf(options: GlobalOptions): string {
  return resolve(options.data ?? process.env['EDICT_DATA_DIR'] ?? '.edict');
}

export function openSession(options: GlobalOptions): Client {
  const file = join(dataDirOf(options), 'credentials.json');
  const known = existsSync(file) ? readCredentials(file) : undefined;
  const url = options.url ?? process.env['EDICT_URL'] ?? currentHolder(layout(dataDirOf(options)))?.url ?? known?.url ?? defaultUrl;
  const token = tokenOf(options, known, file);
  return createClient({ url, token });
}

function tokenOf(options: GlobalOptions, known: z.infer<typeof Credentials> | undefined, file: string): string {
  const given = process.env['EDICT_TOKEN'];
  if (options.as === undefined && given !== undefined && given !== '') return given;
  const person = options.as ?? defaultPerson;
  const token = known?.tokens[person];
  if (token !== undefined) return token;
  if (known === undefined)
    throw new EdictError('token-missing', 'no token to ask with', {
      expected: `EDICT_TOKEN, or the credentials of an embedded Edict in \`${file}\``,
      help: 'start the embedded form with `npm start`, or ask an administrator for a token (`edict people token <person>`)',
    });
  throw new EdictError('token-missing', `no token of \`${person}\` in \`${file}\``, {
    expected: `one of ${Object.keys(known.tokens).join(', ')}`,
  });
}

function readCredentials(file: string): z.infer<typeof Credentials> {
  try {
    return Credentials.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${file}\` is not a credentials file`, { help: 'start Edict again to have it written', cause });
  }
}
