/** A ruleset of nftables as both its text and its JSON say it. What expressions mean is in match.ts. */
import type { Place, Unread } from '../filter.ts';

/** `10.0.0.0/8`, `ssh`; `1024-65535`; `@blocked`. */
export type NftItem =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'range'; readonly low: string; readonly high: string }
  | { readonly kind: 'set'; readonly name: string };

export type NftVerdict =
  | { readonly kind: 'accept' | 'drop' | 'reject' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export type NftStatement =
  /** `left` is in nft's own words: `tcp dport`, `ct state`, `iifname`. */
  | { readonly kind: 'match'; readonly left: string; readonly op: string; readonly right: readonly NftItem[] }
  | { readonly kind: 'vmap'; readonly left: string; readonly entries: readonly NftMapEntry[] | { readonly map: string } }
  | { readonly kind: 'verdict'; readonly verdict: NftVerdict }
  /** Neither matches nor decides: `counter`, `log`. */
  | { readonly kind: 'idle' };

export type NftMapEntry = readonly [key: NftItem, verdict: NftVerdict];

/** `reason`: why the rule could not be taken apart; its statements are then not to be used. */
export type NftRule = Place & { readonly statements: readonly NftStatement[]; readonly reason?: string | undefined };

export type NftHook = { readonly type: string; readonly hook: string; readonly priority: number; readonly policy: 'accept' | 'drop' };

export type NftChain = { readonly hook: NftHook | undefined; readonly rules: readonly NftRule[] };

export type NftTable = {
  readonly family: string;
  readonly name: string;
  readonly place: Place;
  readonly sets: ReadonlyMap<string, readonly NftItem[]>;
  readonly maps: ReadonlyMap<string, readonly NftMapEntry[]>;
  readonly chains: ReadonlyMap<string, NftChain>;
};

export type NftRuleset = { readonly tables: readonly NftTable[]; readonly unread: readonly Unread[] };

/** Priorities by name (nft(8), "Priority"). */
export const priorities: Readonly<Record<string, number>> = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 };
