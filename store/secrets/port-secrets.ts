/** The part of the port (port.ts) that is about secrets. */
export type SecretRow = {
  readonly name: string;
  readonly madeAt: string;
  /** Of one that was replaced. */ readonly expiresAt: string | undefined;
};

/**
 * Secrets of this installation: webhook secrets, statement key, bundle signing key. Values are in no log and no audit row, and in no
 * answer but the one that hands a new webhook secret over.
 */
export type Secrets = {
  /** Undefined where there is none, or where it has expired (by the database's clock). */
  readonly get: (name: string) => Promise<string | undefined>;
  /** A new secret; `conflict` where there is one of this name. */
  readonly put: (name: string, value: string, by: string) => Promise<SecretRow>;
  /** Another value for a secret; the one before is `<name>/previous` for `keepMs`. `not-found` where there is none. */
  readonly rotate: (input: {
    readonly name: string;
    readonly value: string;
    readonly keepMs: number;
    readonly by: string;
  }) => Promise<{ readonly current: SecretRow; readonly previous: SecretRow }>;
  /** The secret and its `<name>/previous`; `not-found` where there is none. */
  readonly remove: (name: string, by: string) => Promise<void>;
  /** Those whose names begin so and that have not expired, by name. */
  readonly names: (prefix: string) => Promise<readonly SecretRow[]>;
  /** Stores the value unless there is one; returns the one that holds. */
  readonly ensure: (name: string, make: () => string) => Promise<string>;
};
