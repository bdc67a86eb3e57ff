/**
 * A million recorded requests on a candidate policy, after loading: of access (each distinct request is decided twice), against a look-up
 * of its three names; and to AWS on two sets of documents, against a look-up of action and resource. And what loading costs, against
 * writing each record as text once.
 */
import { prepareAccessPolicies } from '../domain/policy/access/policies.ts';
import { parseIamDocument } from '../domain/policy/iam/parse-document.ts';
import { type AccessRecords, accessRecorder } from '../domain/policy/replay/access-records.ts';
import { accessWhatIf } from '../domain/policy/replay/access-replay.ts';
import { type IamRecords, iamRecorder } from '../domain/policy/replay/iam-records.ts';
import { iamWhatIf } from '../domain/policy/replay/iam-replay.ts';
import { accessCorpus } from './corpus/access.ts';
import { type BenchFigure, figure } from './figure.ts';

const count = 1_000_000;
const words = count.toLocaleString('en');

export async function bench(): Promise<BenchFigure[]> {
  return [...[100, 10_000].flatMap(accessFigures), ...awsFigures()];
}

let sink = 0;

function accessFigures(rules: number): readonly BenchFigure[] {
  const { policy, inventory, requests } = accessCorpus(rules);
  const name = `what-if of ${words} requests of access on ${rules.toLocaleString('en')} rules`;
  const base = Date.UTC(2026, 10, 25);
  const records = Array.from({ length: count }, (_, at) => ({
    ...requests[(at * 13) % requests.length]!,
    // Tickets make a hundred thousand requests of the two thousand.
    context: { ...requests[(at * 13) % requests.length]!.context, ticket: `T-${(at >> 4) % 50}` },
    at: new Date(base + at * 80).toISOString(),
  }));
  const load = (): AccessRecords => {
    const { add, done } = accessRecorder();
    for (const record of records) add(record, 'allow');
    return done();
  };
  const loads = repeat(1, () => elapsedMs(load));
  const texts = repeat(1, () => elapsedMs(() => records.forEach((record) => (sink += JSON.stringify(record).length))));
  const loaded = load();
  const before = prepareAccessPolicies([policy], inventory);
  const after = prepareAccessPolicies([{ ...policy, rules: policy.rules.slice(0, Math.ceil(rules * 0.9)) }], inventory);
  const ours = repeat(7, () => elapsedMs(() => (sink += accessWhatIf(loaded, { before, after }, inventory).wouldBlock.requests)));
  const known = new Map(
    requests.flatMap(({ principal, action, resource }, at) => [principal, action, resource].map((text) => [text, at] as const)),
  );
  const looked = repeat(7, () =>
    elapsedMs(() => {
      for (const { request } of loaded.distinct)
        if (request.kind === 'access')
          sink += (known.get(request.principal) ?? 0) ^ (known.get(request.action) ?? 0) ^ (known.get(request.resource) ?? 0);
    }),
  );
  return [figure(name, 'ms', ours, looked), figure(`${name}: loading`, 'ms', loads, texts)];
}

const services = ['s3', 'ec2', 'kms', 'sqs', 'dynamodb'] as const;

function awsFigures(): readonly BenchFigure[] {
  const name = `what-if of ${words} requests to AWS on 100 statements`;
  const records = Array.from({ length: count }, (_, at) => ({
    eventID: String(at),
    eventTime: new Date(Date.UTC(2026, 10, 25) + at * 80).toISOString(),
    eventSource: `${services[at % services.length]}.amazonaws.com`,
    eventName: ['GetThing', 'PutThing', 'DeleteThing', 'ListThings'][(at >> 3) % 4],
    sourceIPAddress: `10.0.${at % 50}.7`,
    userIdentity: { arn: `arn:aws:iam::111122223333:user/u${at % 40}`, userName: `u${at % 40}` },
    resources: [{ ARN: `arn:aws:${services[at % services.length]}:::thing-${(at * 7) % 200}` }],
  }));
  const load = (): IamRecords => {
    const { add, done } = iamRecorder();
    records.forEach(add);
    return done();
  };
  const loads = repeat(1, () => elapsedMs(load));
  const texts = repeat(1, () => elapsedMs(() => records.forEach((record) => (sink += JSON.stringify(record).length))));
  const loaded = load();
  const set = (statements: number) => ({
    identity: [
      parseIamDocument({
        Version: '2012-10-17',
        Statement: Array.from({ length: statements }, (_, at) => ({
          Effect: at % 20 === 19 ? 'Deny' : 'Allow',
          Action: `${services[at % services.length]}:${['Get*', 'Put*', 'List*'][at % 3]}`,
          Resource: `arn:aws:${services[at % services.length]}:::thing-${at}*`,
          ...(at % 10 === 0 ? { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/18' } } } : {}),
        })),
      }),
    ],
  });
  const sides = { before: set(100), after: set(90) };
  const ours = repeat(5, () => elapsedMs(() => (sink += iamWhatIf(loaded, sides, { assets: [], zones: [] }).wouldBlock.requests)));
  const known = new Map(loaded.distinct.flatMap(({ action, resource = '' }, at) => [[action, at] as const, [resource, at] as const]));
  const looked = repeat(5, () =>
    elapsedMs(() => {
      for (const { action, resource = '' } of loaded.distinct) sink += (known.get(action) ?? 0) ^ (known.get(resource) ?? 0);
    }),
  );
  return [figure(name, 'ms', ours, looked), figure(`${name}: loading`, 'ms', loads, texts)];
}

function repeat(times: number, measure: () => number): readonly number[] {
  return Array.from({ length: times + 1 }, measure).slice(1);
}

function elapsedMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
