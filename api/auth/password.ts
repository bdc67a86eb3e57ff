/**
 * Passwords of local accounts: argon2id (RFC 9106) with the first of OWASP's parameter sets, encoded as a PHC string with its parameters, so
 * that they can grow (https://cheatsheetseries.owasp.org, Password Storage). Two are worked on at a time, and few wait: a hash is dear on purpose.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { EdictError } from '../../domain/errors.ts';

export const passwordLength = { least: 12, most: 256 } as const;

const derive = promisify(argon2);
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const tagLength = 32;
const atOnce = 2;
const waitingMost = 30;

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number };

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await work(password, nonce, cost);
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/u, '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(nonce)}$${text(tag)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{10,64})\$([A-Za-z0-9+/]{43})$/u;

/** Takes as long where there is no password to compare with: who is known here cannot be told by a clock. */
export async function isPassword(given: string, encoded: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, nonce = '', tag = ''] = phc.exec(encoded ?? nobodys) ?? [];
  if (memory === undefined) throw new EdictError('defect', 'a stored password cannot be read');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const derived = await work(given, Buffer.from(nonce, 'base64'), parameters);
  return timingSafeEqual(derived, Buffer.from(tag, 'base64')) && encoded !== undefined;
}

/** Of the same parameters; no password has this tag. */
const nobodys = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

let running = 0;
const waiting: (() => void)[] = [];

async function work(password: string, nonce: Buffer, { memory, passes, parallelism }: Cost): Promise<Buffer> {
  if (running >= atOnce) {
    if (waiting.length >= waitingMost) throw new EdictError('rate-limited', 'too many sign in at once', { help: 'try again in a moment' });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await derive('argon2id', { message: password.normalize('NFKC'), nonce, memory, passes, parallelism, tagLength });
  } finally {
    // The place goes to whoever waits longest.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
