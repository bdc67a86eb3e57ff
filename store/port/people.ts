/** People and their API tokens. */
import type { Actor, Role } from './words.ts';

export type Person = { readonly id: string; readonly name: string; readonly roles: readonly Role[]; readonly disabled: boolean };

export type TokenRow = {
  readonly id: string;
  readonly label: string;
  readonly madeAt: string;
  readonly revokedAt: string | undefined;
};

export type People = {
  /** Creates or changes a person. */
  readonly put: (person: Person, by: Actor) => Promise<void>;
  readonly get: (id: string) => Promise<Person | undefined>;
  readonly list: () => Promise<readonly Person[]>;
  /** Makes an API token; the secret is shown once, stored as SHA-256 (256 bits of randomness need no slow hash). */
  readonly issueToken: (input: {
    readonly person: string;
    readonly label: string;
    readonly by: Actor;
  }) => Promise<{ readonly id: string; readonly secret: string }>;
  /** `not-found` where there is no such token, or where `person` is given and it is somebody else's. */
  readonly revokeToken: (id: string, by: Actor, person?: string) => Promise<void>;
  /** A person's tokens, newest first; none where there is no such person. */
  readonly tokens: (person: string) => Promise<readonly TokenRow[]>;
  /** The person that the secret belongs to; undefined when unknown, revoked or disabled. */
  readonly authenticate: (secret: string) => Promise<Person | undefined>;
};
