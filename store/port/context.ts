/** What is known of the network: inventory, connections, sign-ins, indicators, decisions of enforcement points. */
import type { AccessDecisionEvent, Connection, DecisionEvent, IdentityEvent, Indicator } from '../../domain/context/event.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { Digest } from '../../domain/digest.ts';
import type { ContextLists } from '../context/port-lists.ts';
import type { Actor } from './words.ts';

export type DecisionFilter = {
  readonly since?: string | undefined;
  readonly point?: string | undefined;
  readonly limit?: number | undefined;
};

export type Context = ContextLists & {
  readonly saveInventory: (inventory: Inventory, by: Actor) => Promise<{ readonly digest: Digest }>;
  /** Empty inventory when none was loaded. */
  readonly inventory: () => Promise<Inventory>;
  /** Idempotent by id. */
  readonly addConnections: (items: readonly Connection[], by: Actor) => Promise<{ readonly added: number }>;
  readonly connections: (filter?: {
    readonly since?: string | undefined;
    readonly address?: string | undefined;
    readonly limit?: number | undefined;
  }) => Promise<readonly Connection[]>;
  readonly addIdentityEvents: (items: readonly IdentityEvent[], by: Actor) => Promise<{ readonly added: number }>;
  readonly identityEvents: (filter?: {
    readonly since?: string | undefined;
    readonly limit?: number | undefined;
  }) => Promise<readonly IdentityEvent[]>;
  readonly addIndicators: (items: readonly Indicator[], by: Actor) => Promise<{ readonly added: number }>;
  readonly findIndicators: (value: string) => Promise<readonly Indicator[]>;
  /** Decision logs are facts of enforcement points, not changes: no audit row each. Idempotent by id. */
  readonly addDecisions: (items: readonly (DecisionEvent | AccessDecisionEvent)[]) => Promise<{ readonly added: number }>;
  /** On connections. */
  readonly decisions: (filter?: DecisionFilter) => Promise<readonly DecisionEvent[]>;
  /** On access and the use of models. */
  readonly accessDecisions: (filter?: DecisionFilter) => Promise<readonly AccessDecisionEvent[]>;
  readonly counts: () => Promise<{
    readonly assets: number;
    readonly zones: number;
    readonly connections: number;
    readonly identityEvents: number;
    readonly indicators: number;
    readonly decisions: number;
  }>;
};
