/**
 * A million recorded flows on a candidate policy, after loading, against the least that could be done: one look at each distinct
 * triple's two addresses by bisection. And what loading costs, against reading the text of each address once.
 */
import type { Connection } from '../domain/context/event.ts';
import { loadFlows } from '../domain/policy/replay/flows.ts';
import { whatIfOn } from '../domain/policy/replay/what-if.ts';
import { prepare } from '../domain/policy/decide.ts';
import { type Corpus, policyCorpus } from './corpus/policies.ts';
import { type BenchFigure, figure } from './figure.ts';

const flowCount = 1_000_000;

export async function bench(): Promise<BenchFigure[]> {
  return [10, 1_000, 10_000].flatMap(figuresOf);
}

function figuresOf(rules: number): readonly BenchFigure[] {
  const corpus = policyCorpus(rules);
  const connections = recorded(corpus);
  const name = `what-if of ${flowCount.toLocaleString('en')} flows on ${rules.toLocaleString('en')} rules`;
  const loads = repeat(3, () => elapsedMs(() => loadFlows(connections)));
  const texts = repeat(3, () => elapsedMs(() => addressesRead(connections)));
  const flows = loadFlows(connections);
  const { policies, inventory } = corpus;
  const before = prepare(policies, inventory);
  const after = prepare(policies.slice(0, Math.ceil(policies.length * 0.9)), inventory);
  const ours = repeat(7, () => elapsedMs(() => whatIfOn(flows, before, after, inventory)));
  const bare = repeat(7, () => elapsedMs(() => bisected(flows.triples.from, flows.triples.to, rules)));
  return [figure(name, 'ms', ours, bare), figure(`${name}: loading`, 'ms', loads, texts)];
}

/** 64 peers of each of 2,048 hosts, 131,072 triples, again and again at later minutes: as a day of an estate repeats itself. */
function recorded({ requests }: Corpus): readonly Connection[] {
  const base = Date.UTC(2026, 10, 25);
  return Array.from({ length: flowCount }, (_, index) => {
    const from = requests[(index * 7) % requests.length]!;
    const to = requests[(index * 13 + ((index >> 11) % 64)) % requests.length]!;
    const sameFamily = from.from.includes(':') === to.to.includes(':');
    return {
      id: String(index),
      at: new Date(base + (index % 1_440) * 60_000).toISOString(),
      from: from.from,
      to: sameFamily ? to.to : from.to,
      protocol: 'tcp',
      port: to.port,
      sentBytes: 0,
      receivedBytes: 0,
    };
  });
}

let sink = 0;

function addressesRead(connections: readonly Connection[]): void {
  const known = new Map<string, number>();
  for (const { from, to } of connections) {
    known.set(from, known.size);
    known.set(to, known.size);
  }
  sink += known.size;
}

function bisected(from: Uint32Array, to: Uint32Array, rules: number): void {
  const ends = Float64Array.from({ length: 2 * rules }, (_, index) => index);
  const place = (value: number) => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (ends[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  for (let at = 0; at < from.length; at += 1) sink += place(from[at]!) ^ place(to[at]!);
}

function repeat(times: number, measure: () => number): readonly number[] {
  return Array.from({ length: times + 1 }, measure).slice(1);
}

function elapsedMs(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
