/** The part of the port (../port.ts) that is about values too large for a history, and for an answer of the API. */
import type { Digest } from '../../domain/digest.ts';

/** `json` is UTF-8; `digest` is of it. */
export type LargeValue = { readonly digest: Digest; readonly json: Uint8Array };

export type Values = {
  /** The same again changes nothing: a value is what its digest says. It is in no audit row, as it decides nothing. */
  readonly put: (json: Uint8Array) => Promise<Digest>;
  readonly get: (digest: Digest) => Promise<LargeValue | undefined>;
};
