/**
 * Vendors' firewalls from 10 to 10,000 rules: a rulebase compiled, read back and proved. The limits are the least that each must do: the
 * digest of what is written, the words of what is read, and one diagram of the rules.
 */
import { networkDimensions } from '../domain/policy/boxes.ts';
import { clausesOf } from '../domain/policy/clauses.ts';
import { completeClauses, ruleReading, wholeBox } from '../domain/policy/compare.ts';
import { buildDiagram, newStore } from '../domain/policy/diagram.ts';
import { prove } from '../domain/policy/prove.ts';
import { resolver } from '../domain/policy/resolve.ts';
import { spaceOf } from '../domain/policy/space.ts';
import { artifactDigest } from '../domain/policy/targets/artifact.ts';
import { targets } from '../domain/policy/targets/index.ts';
import type { Target } from '../domain/policy/targets/target.ts';
import { type Corpus, policyCorpus } from './corpus/policies.ts';
import { type BenchFigure, figure } from './figure.ts';

const firewalls: readonly Target[] = [
  targets['juniper-srx'],
  targets['pan-os'],
  targets.fortinet,
  targets['check-point'],
  targets['cisco-asa'],
];

export function bench(): BenchFigure[] {
  return [10, 100, 1_000, 10_000].flatMap((count) => {
    const corpus = policyCorpus(count);
    return firewalls.flatMap((target) => figuresOf(target, count, corpus));
  });
}

function figuresOf(target: Target, count: number, { policies, inventory }: Corpus): BenchFigure[] {
  const { artifact, losses } = target.compile(policies, inventory);
  const [text = ''] = Object.values(artifact.files);
  const repetitions = count >= 10_000 ? 5 : 15;
  const measured = (what: string, ours: () => unknown, limit: () => unknown): BenchFigure =>
    figure(`${target.name}, ${count.toLocaleString('en')} rules: ${what}`, 'ms', samples(repetitions, ours), samples(repetitions, limit));
  return [
    measured(
      'compile',
      () => target.compile(policies, inventory),
      () => artifactDigest(target.name, artifact.files, artifact.digest),
    ),
    measured(
      'read',
      () => target.read(artifact),
      () => text.split(/\s+/),
    ),
    measured(
      'prove',
      () => {
        const { equal, counterExample } = prove(policies, inventory, artifact, losses);
        if (!equal) throw new Error(counterExample?.text);
      },
      () => diagramOf(policies, inventory),
    ),
  ];
}

function diagramOf(policies: Corpus['policies'], inventory: Corpus['inventory']): unknown {
  const rules = clausesOf(policies, resolver(inventory));
  const clauses = completeClauses(rules);
  const boxes = clauses.map(({ box }) => box);
  return buildDiagram(newStore(spaceOf(networkDimensions, boxes, wholeBox)), clauses, ruleReading(rules.rules));
}

/** The first is thrown away: it warms up. */
function samples(repetitions: number, work: () => unknown): readonly number[] {
  return Array.from({ length: repetitions + 1 }, () => elapsedMs(work)).slice(1);
}

function elapsedMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
