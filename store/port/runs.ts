/** Orders of runs, and what became of them. */
import type { JsonObject } from '../../domain/json.ts';
import type { Fork } from '../../domain/playbook/control/fork.ts';
import type { RunOrigin } from '../../domain/playbook/control/origin.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { CommandRow } from '../runs/port-commands.ts';
import type { Actor, Page, PageRequest } from './words.ts';

/** The recorded word that a run may happen: without it no activity of ours does anything. */
export type Order = {
  readonly run: string;
  readonly playbook: string;
  readonly version: string;
  readonly planDigest: string;
  readonly inputs: JsonObject;
  readonly requester: Actor;
  readonly incident?: string | undefined;
  readonly policy?: string | undefined;
  readonly signal?: string | undefined;
  /** Where another run brought it about. */
  readonly origin?: RunOrigin | undefined;
  /** Where it begins in the middle, with what another run recorded. */
  readonly fork?: Fork | undefined;
  readonly orderedAt: string;
};

/** The run went on with another version from here; the command that said so is in `Commands`. */
export type Migration = { readonly version: string; readonly planDigest: string; readonly by: Actor; readonly command: string };

/** `version` and `planDigest` are those that the run goes on with now. */
export type RunRow = Order & {
  readonly status: 'ordered' | 'running' | 'ended';
  readonly outcome: string | undefined;
  /** The last stored view; the live one is the workflow's query. */
  readonly view: RunView | undefined;
  readonly endedAt: string | undefined;
  readonly cancelledBy: Actor | undefined;
  /** Oldest first; `orderedWith` is what it began with. */
  readonly migrations?: readonly Migration[] | undefined;
  readonly orderedWith?: { readonly version: string; readonly planDigest: string } | undefined;
};

export type Runs = {
  /** Immutable; the same run again with the same content is a no-op, with another content `conflict`. */
  readonly order: (order: Omit<Order, 'orderedAt'>, by: Actor, paused?: Pick<CommandRow, 'id' | 'reason'>) => Promise<Order>;
  readonly get: (run: string) => Promise<RunRow | undefined>;
  readonly list: (
    filter: {
      readonly incident?: string | undefined;
      readonly policy?: string | undefined;
      readonly playbook?: string | undefined;
      readonly requester?: string | undefined;
      readonly outcome?: string | undefined;
      readonly status?: RunRow['status'] | 'active' | undefined;
      readonly endedSince?: string | undefined;
    },
    page: PageRequest,
  ) => Promise<Page<RunRow>>;
  /** The runs that it brought about, oldest first. */
  readonly broughtBy: (run: string) => Promise<readonly RunRow[]>;
  /** Runs under way of the open incident of this key whose plan waits for a signal somewhere. */
  readonly listening: (incidentKey: string) => Promise<readonly string[]>;
  /** The runs that are forks of it, oldest first. */
  readonly forks: (run: string) => Promise<readonly string[]>;
  readonly started: (run: string) => Promise<void>;
  readonly finish: (run: string, view: RunView) => Promise<void>;
  readonly recordCancel: (run: string, by: Actor, reason: string) => Promise<void>;
};
