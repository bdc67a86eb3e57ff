/**
 * Decisions on access in process, against the least that could be written by hand for the same work: three texts and two attributes
 * looked up in maps. Each repetition is the mean over 2,048 requests.
 */
import type { AccessRequest } from '../domain/policy/access/model.ts';
import { decide, prepare } from '../domain/policy/decide.ts';
import { accessCorpus } from './corpus/access.ts';
import { type BenchFigure, figure } from './figure.ts';

export async function bench(): Promise<BenchFigure[]> {
  return [10, 1_000, 10_000].map(decideFigure);
}

let sink = 0;

function decideFigure(rules: number): BenchFigure {
  const { policy, inventory, requests } = accessCorpus(rules);
  const decider = prepare([policy], inventory);
  const known = new Map(
    requests.flatMap(({ principal, action, resource }, at) => [principal, action, resource].map((text) => [text, at] as const)),
  );
  const limit = ({ principal, action, resource, context }: AccessRequest): number =>
    (known.get(principal) ?? 0) ^ (known.get(action) ?? 0) ^ (known.get(resource) ?? 0) ^ (context?.['mfa'] === true ? 1 : 0);
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < 250; round += 1) {
    const mine = perRequestUs(requests, (request) => decide(decider, request).decision);
    const theirs = perRequestUs(requests, limit);
    if (round < 50) continue;
    ours.push(mine);
    bare.push(theirs);
  }
  return figure(`decide access, ${rules.toLocaleString('en')} rules`, 'µs', ours, bare);
}

function perRequestUs(requests: readonly AccessRequest[], answer: (request: AccessRequest) => unknown): number {
  const start = performance.now();
  for (const request of requests) sink += answer(request) === 'deny' ? 1 : 0;
  return ((performance.now() - start) * 1_000) / requests.length;
}
