/**
 * Who a bearer token belongs to. A good token is remembered for `rememberMs`: a revocation made through another process is honoured
 * after at most that long, one made through this process at once. Wrong tokens from one address are counted, and past the limit tokens that
 * were never good are no longer looked up (`rate-limited`); who has been let in before goes on being let in. Requests that come with the
 * same token at once are one look-up.
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
/** How long a token that was good once is looked up whatever the count of its address says. */
const familiarMs = 3_600_000;
const failuresPerMinute = 30;
const entriesMost = 10_000;

type Remembered = { readonly person: Person; readonly untilMs: number };
type Failures = { readonly count: number; readonly untilMs: number };

export function bearer(people: Pick<People, 'authenticate'>, nowMs: () => number): Bearer {
  const remembered = new Map<string, Remembered>();
  const familiar = new Map<string, number>();
  const failures = new Map<string, Failures>();
  const underWay = new Map<string, Promise<Person>>();
  let forgotten = 0;
  const current = <T extends { readonly untilMs: number }>(entry: T | undefined): T | undefined =>
    entry !== undefined && entry.untilMs > nowMs() ? entry : undefined;

  const countFailure = (address: string): void => {
    const before = current(failures.get(address));
    keep(failures, address, { count: (before?.count ?? 0) + 1, untilMs: before?.untilMs ?? nowMs() + 60_000 });
  };
  const lookUp = async (secret: string, key: string, address: string): Promise<Person> => {
    const limited = (current(failures.get(address))?.count ?? 0) >= failuresPerMinute;
    if (limited && (familiar.get(key) ?? 0) <= nowMs())
      throw new EdictError('rate-limited', 'too many wrong tokens from this address', { help: 'wait a minute' });
    const asOf = forgotten;
    const person = await people.authenticate(secret);
    if (person === undefined) {
      countFailure(address);
      throw wrongToken();
    }
    // What was read before a revocation is good for the requests that came before it, and is not remembered.
    if (asOf === forgotten) keep(remembered, key, { person, untilMs: nowMs() + rememberMs });
    keep(familiar, key, nowMs() + familiarMs);
    return person;
  };

  /** From one address: the failures of another are not counted for it. */
  const lookUpOnce = (secret: string, key: string, address: string): Promise<Person> => {
    const place = `${key} ${address}`;
    const asked = underWay.get(place);
    if (asked !== undefined) return asked;
    const asking = lookUp(secret, key, address).finally(() => {
      if (underWay.get(place) === asking) underWay.delete(place);
    });
    underWay.set(place, asking);
    return asking;
  };

  return {
    authenticate: async (authorization, address) => {
      if (authorization === undefined)
        throw new EdictError('token-missing', 'this needs a token', { expected: 'authorization: Bearer <token>' });
      const secret = secretOf(authorization);
      if (secret === undefined) throw wrongToken();
      const key = createHash('sha256').update(secret).digest('base64');
      return current(remembered.get(key))?.person ?? lookUpOnce(secret, key, address);
    },
    forget: () => {
      forgotten += 1;
      remembered.clear();
      underWay.clear();
    },
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

function wrongToken(): EdictError {
  return new EdictError('token-invalid', 'the token is unknown or revoked');
}

/** Bounded: what is forgotten is looked up or counted again. */
function keep<T>(entries: Map<string, T>, key: string, entry: T): void {
  if (entries.size >= entriesMost && !entries.has(key)) entries.delete(entries.keys().next().value ?? '');
  entries.set(key, entry);
}
