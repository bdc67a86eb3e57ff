/** Where Edict runs and who is asking: flags before environment before the embedded stack's own credentials file. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EdictError } from '../domain/errors.ts';
import { layout } from '../stack/layout.ts';
import { currentHolder } from '../stack/process/lock.ts';
import { fileFault } from './fault.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';

/** Options that every command has. */
export type GlobalOptions = { readonly json?: boolean; readonly url?: string; readonly as?: string; readonly data?: string };

/** What the first start of the embedded form writes: a token for each person. */
const Credentials = z.looseObject({ url: z.string().optional(), tokens: z.record(z.string(), z.string()) });

const defaultPerson = 'engineer';
const defaultUrl = 'http://127.0.0.1:8600';

export function dataDirOf(options: GlobalOptions): string {
  return resolve(options.data ?? set('EDICT_DATA_DIR') ?? '.edict');
}

export function openSession(options: GlobalOptions): Client {
  const { file, known, url } = whereOf(options);
  return createClient({ url, token: tokenOf(options, known, { file, url }) });
}

/** Where the console is: at the API. */
export function addressOf(options: GlobalOptions): string {
  return whereOf(options).url;
}

type Where = { readonly file: string; readonly known: z.infer<typeof Credentials> | undefined; readonly url: string };

function whereOf(options: GlobalOptions): Where {
  const file = join(dataDirOf(options), 'credentials.json');
  const known = existsSync(file) ? readCredentials(file) : undefined;
  const url = urlOf(
    options.url ?? set('EDICT_URL') ?? currentHolder(layout(dataDirOf(options)))?.url ?? known?.url ?? defaultUrl,
    options.url === undefined ? 'EDICT_URL' : '--url',
  );
  return { file, known, url };
}

function set(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

function urlOf(given: string, where: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return given;
  throw new EdictError('input-invalid', `\`${given}\` is not where an API can be`, { where, expected: 'http://… or https://…' });
}

type Source = { readonly file: string; readonly url: string };

function tokenOf(options: GlobalOptions, known: z.infer<typeof Credentials> | undefined, source: Source): string {
  const given = set('EDICT_TOKEN');
  if (options.as === undefined && given !== undefined) return sendable(given);
  if (known === undefined)
    throw new EdictError('token-missing', 'no token to ask with', {
      expected: `EDICT_TOKEN, or the credentials of an embedded Edict in \`${source.file}\``,
      help: 'start the embedded form with `npm start`, or ask an administrator for a token (`edict people token <person>`)',
    });
  const person = options.as ?? defaultPerson;
  const token = Object.hasOwn(known.tokens, person) ? known.tokens[person] : undefined;
  if (token === undefined)
    throw new EdictError('token-missing', `no token of \`${person}\` in \`${source.file}\``, {
      expected: `one of ${Object.keys(known.tokens).join(', ')}`,
    });
  if (!isThisMachine(source.url))
    throw new EdictError('token-missing', `the tokens in \`${source.file}\` are for this machine alone`, {
      help: 'set EDICT_TOKEN to a token of that server',
    });
  return sendable(token);
}

function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(hostname);
}

/** The token itself is never named. */
function sendable(token: string): string {
  if (/^[\x21-\x7E]+$/u.test(token)) return token;
  throw new EdictError('token-invalid', 'the token holds characters that no token has', { where: 'EDICT_TOKEN' });
}

function readCredentials(file: string): z.infer<typeof Credentials> {
  try {
    return Credentials.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const fault = fileFault(cause, file);
    if (fault !== undefined) throw fault;
    throw new EdictError('input-invalid', `\`${file}\` is not a credentials file`, { help: 'start Edict again to have it written', cause });
  }
}
