/** How people sign in from browsers here, and for how long. */
import type { OidcSettings } from './oidc/oidc-settings.ts';

export type AccessSettings = {
  /** A session that is not used for so long is over. */
  readonly idleMs: number;
  /** However much it is used. */
  readonly lifeMs: number;
  /** For so long after a proof of who they are, votes on what is of high risk are taken. */
  readonly stepUpMs: number;
  readonly linkMs: number;
  /** Whether people sign in with a password. */
  readonly localAccounts: boolean;
  /** What browsers call us, where it is known: `https://edict.example.org`. */
  readonly origin?: string | undefined;
  readonly oidc?: OidcSettings | undefined;
};

const minuteMs = 60_000;

export const usualAccess: AccessSettings = {
  idleMs: 120 * minuteMs,
  lifeMs: 12 * 60 * minuteMs,
  stepUpMs: 10 * minuteMs,
  linkMs: 30 * minuteMs,
  localAccounts: true,
};
