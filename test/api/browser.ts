/** A browser as far as signing in goes: it keeps its cookie and sends what browsers send of their own accord. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Harness } from './harness.ts';

export type Browser = {
  readonly ask: (method: string, url: string, options?: Omit<InjectOptions, 'method' | 'url'>) => Promise<LightMyRequestResponse>;
  /** Headers of its own pages, for requests that do not go through `ask`. */
  readonly headers: () => Record<string, string>;
  readonly cookie: () => string | undefined;
  readonly setCookie: (cookie: string | undefined) => void;
  /** Remembered from the last answer that held one. */
  readonly csrf: () => string | undefined;
};

const host = 'console.example.org';
export const ownPage = { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' } as const;

let browsers = 0;

/** Each comes from an address of its own unless it is given one. */
export function browser({ app }: Pick<Harness, 'app'>, address?: string): Browser {
  browsers += 1;
  const remoteAddress = address ?? `10.${browsers >> 16}.${(browsers >> 8) & 255}.${browsers & 255}`;
  let cookie: string | undefined;
  let csrf: string | undefined;
  const headers = (): Record<string, string> => ({
    ...ownPage,
    'user-agent': 'Tests/1.0',
    ...(cookie === undefined ? {} : { cookie: `__Host-edict=${cookie}` }),
    ...(csrf === undefined ? {} : { 'x-edict-csrf': csrf }),
  });
  return {
    headers,
    cookie: () => cookie,
    setCookie: (given) => {
      cookie = given;
    },
    csrf: () => csrf,
    ask: async (method, url, { headers: more, ...rest } = {}) => {
      const answer = await app.inject({ method: method as 'GET', url, remoteAddress, headers: { ...headers(), ...more }, ...rest });
      const set = answer.cookies.find(({ name }) => name === '__Host-edict');
      if (set !== undefined) cookie = set.value === '' ? undefined : set.value;
      const body = answer.headers['content-type']?.toString().startsWith('application/json') ? answer.json<{ csrf?: string }>() : {};
      csrf = body.csrf ?? csrf;
      return answer;
    },
  };
}

/** Words that nobody would guess, another four for each person. */
export const passwordOf = (person: string): string => `lantern-quarry ${person} obsidian-tramway`;

/** Somebody with a browser who is signed in, by a one-time link. */
export async function signedIn(harness: Harness, person: string): Promise<Browser> {
  const { secret } = await harness.store.accounts.makeLink({ person, lifeMs: 60_000, by: 'system:test' });
  const one = browser(harness);
  const answer = await one.ask('POST', '/v1/session', { payload: { link: secret, password: passwordOf(person) } });
  if (answer.statusCode !== 201) throw new Error(`${person} was not signed in: ${answer.body}`);
  return one;
}
