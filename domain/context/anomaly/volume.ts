/** A host that sends far more out of the network than it is used to: bytes sent to the outside in each place in time (departure.ts). Exfiltration looks so; a new backup too. */
import { anomalyOf, bucketWords, listWords, pointsOf, round, type Anomaly } from './anomaly.ts';
import { departuresOf, scoreLimit, type Departure, type Measure } from './departure.ts';
import type { Past, Seen } from './past.ts';

const megabyte = 1_000_000;
const measure: Omit<Measure, 'holds'> = {
  of: (seen) => seen.reduce((sum, { connection }) => sum + connection.sentBytes, 0),
  least: 10 * megabyte,
  floor: (usual) => Math.max(megabyte / 10, usual / 10),
};

export function detectVolume(past: Past): readonly Anomaly[] {
  const holds = ({ connection }: Seen): boolean => past.isInside(connection.from) && !past.isInside(connection.to);
  return departuresOf(past, { ...measure, holds }).map((one) => volume(past, one));
}

function volume(past: Past, { host, bucket, value, usual, score, limit, most, active, seen, values }: Departure): Anomaly {
  const [sent, normal, record] = [value, usual, most].map((bytes) => `${round(bytes / megabyte)} MB`);
  return anomalyOf({
    kind: 'volume',
    identity: [host, bucket * past.bucketMs],
    severity: score >= 10 * scoreLimit ? 'high' : 'medium',
    subject: host,
    title: `${host} sent ${sent} out of the network within ${bucketWords(past)}`,
    explanation: `Over ${active} active spans of ${bucketWords(past)} it usually sends ${normal} to the outside, and ${record} was the most. ${sent} is ${round(score)} spreads above what is usual (robust z-score; ${scoreLimit} and more is told). To ${listWords(seen.map(({ to }) => to.name))}.`,
    figures: [
      { name: 'sent', value: value / megabyte, unit: 'MB', usual: usual / megabyte, limit: limit / megabyte },
      { name: 'robust z-score', value: score, unit: '', limit: scoreLimit },
      { name: 'most before', value: most / megabyte, unit: 'MB' },
      { name: 'active spans before', value: active, unit: '' },
    ],
    score: score / scoreLimit,
    picture: {
      label: `MB that ${host} sent to the outside in ${bucketWords(past)}`,
      unit: 'MB',
      points: pointsOf(past, (each) => (values.get(each) ?? 0) / megabyte),
      usual: usual / megabyte,
      limit: limit / megabyte,
    },
    seen,
  });
}
