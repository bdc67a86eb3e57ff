/** The part of the port (port.ts) that is about published playbooks. */
import type { Plan } from '../domain/playbook/plan.ts';

export type PlaybookRow = {
  readonly playbook: string;
  readonly version: string;
  readonly digest: string;
  readonly source: string;
  readonly plan: Plan;
  readonly publishedAt: string;
};

export type PlaybookVersion = Pick<PlaybookRow, 'playbook' | 'version' | 'digest' | 'publishedAt'>;

export type Playbooks = {
  /** Immutable per version; the same bytes again is a no-op, other bytes `conflict`. */
  readonly publish: (input: { readonly source: string; readonly plan: Plan }, by: string) => Promise<PlaybookRow>;
  /** All versions of it, newest first. */
  readonly versions: (playbook: string) => Promise<readonly PlaybookVersion[]>;
  /** The newest version where none is named. */
  readonly get: (playbook: string, version?: string) => Promise<PlaybookRow | undefined>;
  readonly byDigest: (digest: string) => Promise<PlaybookRow | undefined>;
  /** The newest versions that a run of this playbook starts when it ends. */
  readonly following: (playbook: string) => Promise<readonly PlaybookRow[]>;
  /** Newest version of each. */
  readonly list: () => Promise<readonly PlaybookRow[]>;
};
