/** The part of the port (../port.ts) that lists what was recorded of the network, page by page. */
import type { Connection, IdentityEvent, Indicator } from '../../domain/context/event.ts';
import type { Page, PageRequest } from '../port.ts';

export type ConnectionFilter = {
  /** Addresses of which one is at either end. */
  readonly ends?: readonly string[] | undefined;
  readonly from?: readonly string[] | undefined;
  readonly to?: readonly string[] | undefined;
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

export type IndicatorFilter = {
  /** In its value or its name, whatever the case. */
  readonly text?: string | undefined;
  readonly type?: Indicator['type'] | undefined;
  /** Only those of a network, and those whose value is an address at an end of a connection. */
  readonly seen?: boolean | undefined;
};

export type ContextLists = {
  /** Newest first. */
  readonly connectionPage: (filter: ConnectionFilter, page: PageRequest) => Promise<Page<Connection>>;
  /** Those of the ids that there are, oldest first. */
  readonly connectionsById: (ids: readonly string[]) => Promise<readonly Connection[]>;
  /** In the order of their values. */
  readonly indicatorPage: (filter: IndicatorFilter, page: PageRequest) => Promise<Page<Indicator>>;
  /** Newest first. */
  readonly identityPage: (filter: { readonly text?: string | undefined }, page: PageRequest) => Promise<Page<IdentityEvent>>;
};
