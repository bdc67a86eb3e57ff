/**
 * A host whose first contacts fail as a scanner's do: the threshold random walk of Jung, Paxson, Berger and Balakrishnan (Fast Portscan Detection
 * Using Sequential Hypothesis Testing, IEEE Symposium on Security and Privacy, 2004). Each first contact of a source multiplies the likelihood
 * ratio by (1 − θ₁)/(1 − θ₀) where it failed and by θ₁/θ₀ where it was answered; at η₁ = β/α it is a scan, at η₀ = (1 − β)/(1 − α) the walk begins
 * again. θ₀ = 0.8, θ₁ = 0.2, α = 0.01, β = 0.99, as in the paper. A contact here is an address and a TCP port, so that scans of ports count too.
 */
import { anomalyOf, counted, groupsOf, listWords, round, type Anomaly } from './anomaly.ts';
import type { Past, Seen } from './past.ts';

const [answeredBenign, answeredScanner] = [0.8, 0.2];
const [falseAlarm, detection] = [0.01, 0.99];
const isScanFrom = detection / falseAlarm;
const isBenignTo = (1 - detection) / (1 - falseAlarm);
const failureFactor = (1 - answeredScanner) / (1 - answeredBenign);
const answerFactor = answeredScanner / answeredBenign;

/** Zeek's states of attempts that nobody answered, or that were refused. https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html */
const failed: ReadonlySet<string> = new Set(['S0', 'REJ', 'RSTOS0', 'SH']);

export function detectScans(past: Past): readonly Anomaly[] {
  const attempts = past.all.filter(({ connection }) => connection.protocol === 'tcp' && connection.state !== undefined);
  return groupsOf(attempts, ({ from }) => from.name).flatMap(([host, seen]) => {
    const walk = walkOf(firstContacts(seen));
    return walk === undefined ? [] : [scan(host, walk)];
  });
}

function firstContacts(seen: readonly Seen[]): readonly Seen[] {
  const met = new Set<string>();
  return seen.filter((one) => {
    const contact = `${one.connection.to} ${one.service}`;
    if (met.has(contact)) return false;
    met.add(contact);
    return true;
  });
}

type Walk = {
  readonly steps: readonly { readonly at: string; readonly value: number }[];
  readonly highest: number;
  readonly seen: readonly Seen[];
};

/** In powers of ten, so that a long scan stays a number. */
function walkOf(contacts: readonly Seen[]): Walk | undefined {
  const limit = Math.log10(isScanFrom);
  const steps: { at: string; value: number }[] = [];
  let [ratio, begin, highest] = [0, 0, 0];
  let found: readonly Seen[] | undefined;
  for (const [index, { connection }] of contacts.entries()) {
    ratio += Math.log10(failed.has(connection.state ?? '') ? failureFactor : answerFactor);
    steps.push({ at: connection.at, value: ratio });
    if (ratio >= limit && ratio > highest) {
      highest = ratio;
      found = contacts.slice(begin, index + 1);
    }
    if (ratio <= Math.log10(isBenignTo)) [ratio, begin] = [0, index + 1];
  }
  return found === undefined ? undefined : { steps, highest, seen: found };
}

function scan(host: string, { steps, highest, seen }: Walk): Anomaly {
  const failures = seen.filter(({ connection }) => failed.has(connection.state ?? ''));
  const limit = Math.log10(isScanFrom);
  const [addresses, services] = [new Set(seen.map(({ to }) => to.name)), new Set(seen.map(({ service }) => service))];
  return anomalyOf({
    kind: 'scan',
    identity: [host, seen[0]?.connection.id ?? ''],
    severity: failures.length >= 20 ? 'high' : 'medium',
    subject: host,
    title: `${host} tries ${seen.length} doors, of which ${failures.length} did not open`,
    explanation: `Of ${seen.length} first contacts in a row ${failures.length} were refused or not answered, over ${counted(addresses.size, 'address')} and ${counted(services.size, 'service')} (${listWords([...services])}). That is 10^${round(highest)} times as likely of a scanner, who finds a fifth of the doors open, as of somebody who knows where to go and finds four fifths (sequential test; 99 times and more is told).`,
    figures: [
      { name: 'first contacts that failed', value: failures.length, unit: '' },
      { name: 'first contacts', value: seen.length, unit: '' },
      { name: 'likelihood ratio, power of ten', value: highest, unit: '', limit },
    ],
    score: highest / limit,
    picture: { label: `likelihood ratio after each first contact of ${host}, power of ten`, unit: '', points: steps.slice(-240), limit },
    seen,
  });
}
