/**
 * The policy core as the number of rules grows tenfold: a diagram built for decisions, an artifact compiled, read back and proved, two
 * versions compared. The limit is what none of it can do without: the end points of all rules, sorted. Then Rego, in OPA's own
 * benchmark, against a policy of one comparison there.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allRules } from '../domain/policy/clauses.ts';
import { decide, prepare } from '../domain/policy/decide.ts';
import { diffPolicies } from '../domain/policy/diff.ts';
import type { NetworkRequest } from '../domain/policy/model.ts';
import { prove } from '../domain/policy/prove.ts';
import { resolver } from '../domain/policy/resolve.ts';
import { nftablesTarget } from '../domain/policy/targets/nftables/target.ts';
import { regoTarget } from '../domain/policy/targets/rego/target.ts';
import { requireProgram } from '../stack/engines.ts';
import { type Corpus, policyCorpus } from './corpus/policies.ts';
import { type BenchFigure, figure } from './figure.ts';

const sizes = [10, 100, 1_000, 10_000, 100_000];

export async function bench(): Promise<BenchFigure[]> {
  const growing = sizes.flatMap((rules) => {
    const corpus = policyCorpus(rules);
    const repetitions = rules > 10_000 ? 1 : rules > 1_000 ? 5 : 15;
    const sort = endPoints(corpus);
    const measured = (what: string, work: () => unknown) =>
      growth(`${what}, ${rules.toLocaleString('en')} rules`, repetitions, { work, sort });
    return [
      measured('ready for decisions', () => prepare(corpus.policies, corpus.inventory)),
      measured('compiled to nftables, read back and proved', () => compiledAndProved(corpus)),
      measured('compared with a version of one rule less', () => comparedWithLess(corpus)),
    ];
  });
  return [...growing, ...[100, 10_000].map((rules) => regoFigure(policyCorpus(rules), rules))];
}

let sink = 0;

function compiledAndProved({ policies, inventory }: Corpus): void {
  const { artifact, losses } = nftablesTarget.compile(policies, inventory);
  const proof = prove(policies, inventory, artifact, losses);
  if (!proof.equal) throw new Error('the artifact does not do what the rules say');
  sink += proof.classes;
}

function comparedWithLess({ policies, inventory }: Corpus): void {
  const [first, ...others] = policies;
  if (first === undefined) return;
  sink += diffPolicies(policies, [{ ...first, rules: first.rules.slice(1) }, ...others], inventory).rules.length;
}

function endPoints({ policies, inventory }: Corpus): () => void {
  const resolve = resolver(inventory);
  const ends = allRules(policies).flatMap(({ rule }) =>
    [rule.match.from, rule.match.to].flatMap((selector) => resolve(selector).flatMap(({ low, high }) => [Number(low), Number(high)])),
  );
  return () => {
    sink += Float64Array.from(ends).sort()[0] ?? 0;
  };
}

/** Alternates, so that both sides see the same machine; a first round warms up where there are several. */
function growth(
  name: string,
  repetitions: number,
  { work, sort }: { readonly work: () => unknown; readonly sort: () => void },
): BenchFigure {
  const rounds = Array.from({ length: repetitions === 1 ? 1 : repetitions + 1 }, () => [elapsedMs(work), elapsedMs(sort)] as const).slice(
    -repetitions,
  );
  return figure(
    name,
    'ms',
    rounds.map(([ours]) => ours),
    rounds.map(([, limit]) => limit),
  );
}

function elapsedMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const barePolicy = `package edict.network

default decision := {"decision": "deny"}

decision := {"decision": "allow"} if input.port == 443
`;

/** A request that some rule allows: the longest way. */
function regoFigure({ policies, inventory, requests }: Corpus, rules: number): BenchFigure {
  const decider = prepare(policies, inventory);
  const request = requests.find((each) => decide(decider, each).decision === 'allow') ?? requests[0];
  if (request === undefined) throw new Error('no request to ask');
  const { files } = regoTarget.compile(policies, inventory).artifact;
  const rounds = Array.from({ length: 5 }, () => [opaBenchUs(files, request), opaBenchUs({ 'policy.rego': barePolicy }, request)] as const);
  return figure(
    `OPA decides by our Rego, ${rules.toLocaleString('en')} rules`,
    'µs',
    rounds.map(([ours]) => ours),
    rounds.map(([, limit]) => limit),
  );
}

/** `opa bench`: the median of a decision's evaluation, as OPA times it itself. */
function opaBenchUs(files: { readonly [path: string]: string }, request: NetworkRequest): number {
  const folder = mkdtempSync(join(tmpdir(), 'edict-bench-opa-'));
  try {
    const paths = Object.entries(files).map(([path, text]) => {
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    });
    writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
    const data = paths.flatMap((path) => ['--data', path]);
    const output = execFileSync(
      requireProgram('opa').path,
      ['bench', '--format', 'json', ...data, '--input', join(folder, 'request.json'), 'data.edict.network.decision'],
      { encoding: 'utf8' },
    );
    return Number(JSON.parse(output).Extra.histogram_timer_rego_query_eval_ns_median) / 1_000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
