/** Answers to requests that were sent before with the same key. */
import type { Digest } from '../../domain/digest.ts';
import type { Json } from '../../domain/json.ts';
import type { Actor } from './words.ts';

export type Idempotency = {
  /** The stored answer of the same key by the same actor, or undefined after reserving it; `idempotency-key-reused` when the request differs; `conflict` while the first is under way. */
  readonly begin: (input: {
    readonly actor: Actor;
    readonly key: string;
    readonly requestDigest: Digest;
  }) => Promise<{ readonly status: number; readonly body: Json } | undefined>;
  /** Says that the request is still at work: a reservation that is not renewed for six seconds is taken for dead. */
  readonly renew: (input: { readonly actor: Actor; readonly key: string }) => Promise<void>;
  readonly finish: (input: { readonly actor: Actor; readonly key: string; readonly status: number; readonly body: Json }) => Promise<void>;
  readonly abandon: (input: { readonly actor: Actor; readonly key: string }) => Promise<void>;
};
