/** The asset inventory: what names in policies and events mean. Plain data; parse-inventory.ts reads it from CSV. */
import type { Entity } from '../policy/access/entity.ts';

export type Asset = {
  /** Unique, `[A-Za-z0-9._-]{1,128}`; selector `asset:<name>`. */
  readonly name: string;
  /** IPv4 or IPv6, canonical text; at least one. */
  readonly addresses: readonly string[];
  /** Selector `zone:<zone>`; a zone's addresses are its CIDRs, or its assets' addresses when it has none. */
  readonly zone: string;
  /** Selector `service:<name>`: the services that this asset runs. */
  readonly services: readonly string[];
  /** Selector `group:<name>`. */
  readonly groups: readonly string[];
  readonly owner: string;
  readonly criticality: 'low' | 'medium' | 'high' | 'critical';
};

/** `zone:internet`, where not given, is every address that no other zone's CIDR and no asset holds. */
export type Zone = { readonly name: string; readonly cidrs: readonly string[] };

export type Inventory = {
  readonly assets: readonly Asset[];
  readonly zones: readonly Zone[];
  /** People, groups, roles, folders, documents: who access rules speak of, and what. */
  readonly entities?: readonly Entity[] | undefined;
};
