/** An inbound alert. Ends in exactly one of: handled, duplicate, suppressed, parked; until then it is open. */
import type { JsonObject } from '../json.ts';

export type Severity = 'low' | 'medium' | 'high' | 'critical';
export type SignalStatus = 'open' | 'handled' | 'duplicate' | 'suppressed' | 'parked';

export type Signal = {
  /** The sender's message id (`webhook-id`), or made by the detector: unique, the key of deduplication. */
  readonly id: string;
  /** What was seen: `beacon`, `denied-burst`, `novel-connection`, `drift`, … `[a-z0-9-]{1,64}`. */
  readonly kind: string;
  readonly severity: Severity;
  /** RFC 3339 */
  readonly at: string;
  readonly title: string;
  /** Host or address that the signal is about. */
  readonly source?: string | undefined;
  /** Host, address or domain at the other end. */
  readonly destination?: string | undefined;
  /** Signals with the same key are one incident. */
  readonly key: string;
  readonly attributes: JsonObject;
};
