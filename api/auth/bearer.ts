/**
 * Who a bearer token belongs to. A good token is remembered for `rememberMs`: a revocation made through another process is honoured
 * after at most that long, one made through this process at once. Failures from one address are counted, and past the limit unknown
 * tokens are no longer looked up (`rate-limited`); remembered ones go on working.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { EdictError } from '../../domain/errors.ts';
import type { People, Person } from '../../store/port.ts';

export type Bearer = {
  readonly authenticate: (authorization: string | undefined, address: string) => Promise<Person>;
  /** Forgets every remembered token. */
  readonly forget: () => void;
};

const rememberMs = 3000;
const rememberedMost = 10_000;
const failuresPerMinute = 30;
const countedMost = 10_000;

export function bearer(people: Pick<People, 'authenticate'>, nowMs: () => number): Bearer {
  const remembered = new Map<string, { readonly person: Person; readonly untilMs: number }>();
  const failures = new Map<string, { readonly count: number; readonly untilMs: number }>();

  const failed = (address: string): number => {
    const entry = failures.get(address);
    return entry === undefined || entry.untilMs <= nowMs() ? 0 : entry.count;
  };
  const countFailure = (address: string): void => {
    const count = failed(address) + 1;
    const untilMs = count === 1 ? nowMs() + 60_000 : (failures.get(address)?.untilMs ?? nowMs());
    if (failures.size >= countedMost) failures.clear();
    failures.set(address, { count, untilMs });
  };

  return {
    authenticate: async (authorization, address) => {
      const secret = secretOf(authorization);
      const key = secret === undefined ? '' : createHash('sha256').update(secret).digest('base64');
      const known = remembered.get(key);
      if (known !== undefined && known.untilMs > nowMs()) return known.person;
      if (failed(address) >= failuresPerMinute)
        throw new EdictError('rate-limited', 'too many failed attempts from this address', { help: 'wait a minute' });
      const person = secret === undefined ? undefined : await people.authenticate(secret);
      if (person === undefined) {
        countFailure(address);
        throw refusal(authorization);
      }
      if (remembered.size >= rememberedMost) remembered.clear();
      remembered.set(key, { person, untilMs: nowMs() + rememberMs });
      return person;
    },
    forget: () => remembered.clear(),
  };
}

/** Compares in a time that does not depend on where the two differ. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export function secretOf(authorization: string | undefined): string | undefined {
  return /^Bearer ([\u0021-\u007e]{1,512})$/iu.exec(authorization ?? '')?.[1];
}

function refusal(authorization: string | undefined): EdictError {
  if (authorization === undefined)
    return new EdictError('token-missing', 'this needs a token', { expected: 'authorization: Bearer <token>' });
  return new EdictError('token-invalid', 'the token is unknown or revoked');
}
