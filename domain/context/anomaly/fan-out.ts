/** A host that talks to far more others at once than it is used to: distinct destinations in each place in time (departure.ts). Spreading and scanning look so. */
import { anomalyOf, bucketWords, listWords, pointsOf, round, type Anomaly } from './anomaly.ts';
import { departuresOf, scoreLimit, type Departure, type Measure } from './departure.ts';
import type { Past } from './past.ts';

const measure: Measure = {
  holds: () => true,
  of: (seen) => new Set(seen.map(({ to }) => to.name)).size,
  least: 8,
  // A count that comes about by chance (Poisson) spreads by its root.
  floor: (usual) => Math.max(1, Math.sqrt(usual)),
};

export function detectFanOut(past: Past): readonly Anomaly[] {
  return departuresOf(past, { ...measure, holds: ({ connection }) => past.isInside(connection.from) }).map((one) => fanOut(past, one));
}

function fanOut(past: Past, { host, bucket, value, usual, score, limit, most, active, seen, values }: Departure): Anomaly {
  return anomalyOf({
    kind: 'fan-out',
    identity: [host, bucket * past.bucketMs],
    severity: score >= 3 * scoreLimit ? 'high' : 'medium',
    subject: host,
    title: `${host} talks to ${value} hosts within ${bucketWords(past)}`,
    explanation: `Over ${active} active spans of ${bucketWords(past)} its usual number is ${round(usual)}, and ${most} was the most. ${value} is ${round(score)} spreads above what is usual (robust z-score; ${scoreLimit} and more is told). By ${listWords(seen.map(({ service }) => service))}.`,
    figures: [
      { name: 'hosts talked to', value, unit: '', usual, limit },
      { name: 'robust z-score', value: score, unit: '', limit: scoreLimit },
      { name: 'most before', value: most, unit: '' },
      { name: 'active spans before', value: active, unit: '' },
    ],
    score: score / scoreLimit,
    picture: {
      label: `hosts that ${host} talked to in ${bucketWords(past)}`,
      unit: '',
      points: pointsOf(past, (each) => values.get(each) ?? 0),
      usual,
      limit,
    },
    seen,
  });
}
