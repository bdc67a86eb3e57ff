/** The part of the port (../port.ts) that is about published playbooks. */
import type { Plan } from '../../domain/playbook/plan.ts';

export type PlaybookRow = {
  readonly playbook: string;
  readonly version: string;
  readonly digest: string;
  readonly source: string;
  readonly plan: Plan;
  readonly publishedAt: string;
  /** The text of its tests, where it was published with them. */
  readonly tests: string | undefined;
};

export type PlaybookVersion = Pick<PlaybookRow, 'playbook' | 'version' | 'digest' | 'publishedAt'>;

export type Playbooks = {
  /** Immutable per version; the same bytes again is a no-op, other bytes `conflict`. Tests that come later are added; they never change. */
  readonly publish: (
    input: { readonly source: string; readonly plan: Plan; readonly tests?: string | undefined },
    by: string,
  ) => Promise<PlaybookRow>;
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
