/** The part of the port (port.ts) that is about signing in: sessions of browsers, passwords, one-time links, identities at a provider. */
import type { Actor, Person } from '../port.ts';

export type SignInMethod = 'password' | 'oidc';

export type SessionRow = {
  readonly id: string;
  readonly person: string;
  readonly method: SignInMethod;
  readonly address: string;
  /** What the browser calls itself. */
  readonly agent: string;
  readonly startedAt: string;
  /** To the minute. */
  readonly seenAt: string;
  /** When the person last proved who they are. */
  readonly authenticatedAt: string;
  /** However much it is used. */
  readonly endsAt: string;
};

export type OpenSession = { readonly session: SessionRow; readonly person: Person };
export type NewSession = { readonly session: SessionRow; /** Leaves the store this once; kept as SHA-256. */ readonly token: string };

export type Sessions = {
  /** `instead`: the token of the session that this one takes the place of. */
  readonly start: (input: {
    readonly person: string;
    readonly method: SignInMethod;
    readonly lifeMs: number;
    /** When they proved who they are, where that was not now; never later than now. */
    readonly provedAt?: string | undefined;
    readonly address: string;
    readonly agent: string;
    readonly instead?: string | undefined;
  }) => Promise<NewSession>;
  /** Whose it is; undefined when unknown, ended, over, idle for longer, or the person is disabled. The roles are those of now. `use`: whether it counts as such. */
  readonly authenticate: (token: string, input: { readonly idleMs: number; readonly use: boolean }) => Promise<OpenSession | undefined>;
  /** The same by id, and no use. */
  readonly current: (id: string, idleMs: number) => Promise<OpenSession | undefined>;
  /** The person has proved again who they are: the session goes on with another token. `not-found` where it has ended. */
  readonly renew: (id: string) => Promise<NewSession>;
  /** A person's sessions that are open, newest first. */
  readonly of: (person: string, idleMs: number) => Promise<readonly SessionRow[]>;
  /** `not-found` where there is no such open session, or where it is somebody else's. */
  readonly end: (id: string, by: Actor, person: string) => Promise<void>;
  /** All of a person's, but the one that is named. */
  readonly endAll: (person: string, by: Actor, but?: string) => Promise<{ readonly ended: number }>;
};

export type SignInLink = { readonly person: string; readonly name: string; readonly expiresAt: string };

export type Accounts = {
  /** The encoded hash; undefined where the person has none, is unknown or disabled. */
  readonly password: (person: string) => Promise<string | undefined>;
  /** Ends every session of the person but the one that is named, and their links. */
  readonly setPassword: (input: {
    readonly person: string;
    readonly encoded: string;
    readonly by: Actor;
    readonly but?: string | undefined;
  }) => Promise<void>;
  /** A secret with which the person sets a password, once and soon; links made before end. `not-found` where there is no such person. */
  readonly makeLink: (input: {
    readonly person: string;
    readonly lifeMs: number;
    readonly by: Actor;
  }) => Promise<{ readonly secret: string; readonly expiresAt: string }>;
  /** Undefined where it is unknown, used or too old, or the person is disabled. */
  readonly link: (secret: string) => Promise<SignInLink | undefined>;
  /** Uses the link up: the password holds, and every session from before ends. Of two at once one gets it. */
  readonly redeem: (secret: string, encoded: string) => Promise<string | undefined>;
  /** Whether anyone has a password. */
  readonly any: () => Promise<boolean>;
};

export type Tries = {
  /** Counts a try before it is made, so that many at once are no way around: undefined lets it be made, else how long to wait. */
  readonly begin: (key: string) => Promise<{ readonly waitMs: number } | undefined>;
  /** It was a good one. */
  readonly forget: (key: string) => Promise<void>;
  /** For the ledger: who was tried, at whose door, why not. */
  readonly refused: (input: { readonly person: string; readonly address: string; readonly reason: string }) => Promise<void>;
};

export type Identities = {
  readonly find: (issuer: string, subject: string) => Promise<string | undefined>;
  /** `conflict` where the person is bound to another subject of this issuer, or the subject to another person. */
  readonly bind: (issuer: string, subject: string, person: string) => Promise<void>;
};
