/** Kinds of anomalies in words. */
import type { AnomalyItem } from '../../../api/contract/context/insight.ts';

export const kindWords: { readonly [kind in AnomalyItem['kind']]: string } = {
  'new-zones': 'zones that never talked',
  'new-reach': 'never reached before',
  'fan-out': 'far more hosts than usual',
  volume: 'far more sent than usual',
  scan: 'scan',
  beacon: 'beacon',
};
