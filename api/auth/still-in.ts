/**
 * Whether whoever opened a stream is still let in, with the same roles: a stream is let in once, and asks again while it lasts. No answer is
 * no: the store's failures pass on.
 */
import type { Store } from '../../store/port.ts';
import type { Caller } from '../handler.ts';
import { secretOf } from './bearer.ts';

export type StillIn = () => Promise<boolean>;

type Asked = {
  readonly store: Pick<Store, 'people' | 'sessions'>;
  readonly caller: Caller;
  readonly authorization: string | undefined;
  readonly idleMs: number;
};

export function stillIn({ store, caller, authorization, idleMs }: Asked): StillIn {
  const roles = rolesText(caller.person.roles);
  const { session } = caller;
  const secret = secretOf(authorization) ?? '';
  const person =
    session === undefined
      ? () => store.people.authenticate(secret)
      : async () => (await store.sessions.current(session.id, idleMs))?.person;
  return async () => {
    const now = await person();
    return now !== undefined && now.id === caller.person.id && rolesText(now.roles) === roles;
  };
}

/** Asked at most once in this time; undefined where nobody can say. Let in a moment ago counts as asked. */
export function nowAndThen(still: StillIn, everyMs: number): () => Promise<boolean | undefined> {
  let askedMs = performance.now();
  return async () => {
    if (performance.now() - askedMs < everyMs) return true;
    const answer = await still().catch(() => undefined);
    if (answer === true) askedMs = performance.now();
    return answer;
  };
}

function rolesText(roles: readonly string[]): string {
  return roles.toSorted((a, b) => a.localeCompare(b)).join(' ');
}
