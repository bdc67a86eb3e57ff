/**
 * Decisions in process and diagrams, against the least that could be written by hand for the same work. Times are CPU-bound: each
 * repetition of a decision is the mean over 2,048 requests, one in eight of them IPv6.
 */
import { allRules, clausesOf } from '../domain/policy/clauses.ts';
import { networkDimensions } from '../domain/policy/boxes.ts';
import { completeClauses, ruleReading, wholeBox } from '../domain/policy/compare.ts';
import { decide, prepare } from '../domain/policy/decide.ts';
import { buildDiagram, newStore } from '../domain/policy/diagram.ts';
import type { NetworkRequest } from '../domain/policy/model.ts';
import { resolver } from '../domain/policy/resolve.ts';
import { spaceOf } from '../domain/policy/space.ts';
import { type BenchFigure, figure } from './figure.ts';
import { type Corpus, policyCorpus } from './corpus/policies.ts';

export async function bench(): Promise<BenchFigure[]> {
  return [
    decideFigure('decide, one policy of 10 rules', policyCorpus(10)),
    decideFigure('decide, 200 policies of 10,000 rules', policyCorpus(10_000)),
    ...[10, 1_000, 10_000].map(buildFigure),
  ];
}

function decideFigure(name: string, { policies, inventory, requests }: Corpus): BenchFigure {
  const decider = prepare(policies, inventory);
  const limit = bareLookup(policies.reduce((sum, { rules }) => sum + rules.length, 0));
  const [ours, bare] = inTurns(
    200,
    () => perRequestUs(requests, (request) => decide(decider, request).decision),
    () => perRequestUs(requests, limit),
  );
  return figure(name, 'µs', ours, bare);
}

/** What every decision must do at least: read two addresses and find both among the end points of the rules, by bisection. */
function bareLookup(rules: number): (request: NetworkRequest) => number {
  const ends = Float64Array.from({ length: 2 * rules }, (_, index) => index * (2 ** 32 / (2 * rules)));
  const place = (value: number) => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (ends[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return ({ from, to, port }) => place(numberOf(from)) ^ place(numberOf(to)) ^ port;
}

/** IPv4 by hand, and for IPv6 no more than a look at each character. */
function numberOf(text: string): number {
  let [value, part] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46) [value, part] = [value * 256 + part, 0];
    else part = part * 10 + code - 48;
  }
  return value * 256 + part;
}

let sink = 0;

function perRequestUs(requests: readonly NetworkRequest[], answer: (request: NetworkRequest) => unknown): number {
  const start = performance.now();
  for (const request of requests) sink += answer(request) === 'deny' ? 1 : 0;
  return ((performance.now() - start) * 1_000) / requests.length;
}

/** The limit is what no diagram can do without: sorting the end points of all rules. */
function buildFigure(ruleCount: number): BenchFigure {
  const { policies, inventory } = policyCorpus(ruleCount);
  const resolve = resolver(inventory);
  const clauses = completeClauses(clausesOf(policies, resolve));
  const rules = clausesOf(policies, resolve).rules;
  const build = () => {
    const store = newStore(
      spaceOf(
        networkDimensions,
        clauses.map(({ box }) => box),
        wholeBox,
      ),
    );
    sink += buildDiagram(store, clauses, ruleReading(rules))[0] ?? 0;
  };
  const ends = allRules(policies).flatMap(({ rule }) =>
    [rule.match.from, rule.match.to].flatMap((selector) => resolve(selector).flatMap(({ low, high }) => [Number(low), Number(high)])),
  );
  const sort = () => {
    sink += Float64Array.from(ends).sort()[0] ?? 0;
  };
  const [ours, bare] = inTurns(
    ruleCount > 1_000 ? 7 : 25,
    () => elapsedMs(build),
    () => elapsedMs(sort),
  );
  return figure(`decision diagram of ${ruleCount.toLocaleString('en')} rules`, 'ms', ours, bare);
}

function elapsedMs(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Alternates, so that both sides see the same machine; the first quarter warms up and is thrown away. */
function inTurns(repetitions: number, ours: () => number, limit: () => number): [readonly number[], readonly number[]] {
  const pairs = Array.from({ length: Math.ceil(repetitions * 1.25) }, () => [ours(), limit()] as const).slice(-repetitions);
  return [pairs.map(([mine]) => mine), pairs.map(([, theirs]) => theirs)];
}
