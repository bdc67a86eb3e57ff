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

export async function* bench(): AsyncGenerator<BenchFigure> {
  for (const rules of sizes) {
    const corpus = policyCorpus(rules);
    const repetitions = rules > 10_000 ? 1 : rules > 1_000 ? 3 : 9;
    const sort = endPoints(corpus);
    const measured = (what: string, work: () => unknown) =>
      growth(`${what}, ${rules.toLocaleString('en')} rules`, repetitions, { work, sort });
    yield measured('ready for decisions', () => prepare(corpus.policies, corpus.inventory));
    yield measured('compiled to nftables, read back and proved', () => compiledAndProved(corpus));
    yield measured('compared with a version of one rule less', () => comparedWithLess(corpus));
  }
  for (const rules of [100, 10_000]) yield* regoFigures(policyCorpus(rules), rules);
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

/** Of the requests, those that some rule allows, and as many others. */
const askedOfEach = 3;

/** One sample a request, so that the spread is that of requests. */
function* regoFigures({ policies, inventory, requests }: Corpus, rules: number): Generator<BenchFigure> {
  const decider = prepare(policies, inventory);
  const isAllowed = (request: NetworkRequest) => decide(decider, request).decision === 'allow';
  const asked = [requests.filter(isAllowed), requests.filter((request) => !isAllowed(request))].flatMap((list) =>
    list.slice(0, askedOfEach),
  );
  const { files } = regoTarget.compile(policies, inventory).artifact;
  const timed = asked.map((request) => opaBench(files, request));
  const bare = asked.slice(0, 1).map((request) => opaBench({ 'policy.rego': barePolicy }, request));
  for (const which of ['median', '90%'] as const) {
    const name = `OPA decides by our Rego, ${rules.toLocaleString('en')} rules: ${which === 'median' ? which : 'nine of ten'}`;
    yield figure(
      name,
      'µs',
      timed.map((told) => told[which]),
      bare.map((told) => told[which]),
    );
  }
}

/** `opa bench`: a decision's evaluation, as OPA times it itself. */
function opaBench(files: { readonly [path: string]: string }, request: NetworkRequest): { readonly [which in 'median' | '90%']: number } {
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
    const told = (which: string) => Number(JSON.parse(output).Extra[`histogram_timer_rego_query_eval_ns_${which}`]) / 1_000;
    return { median: told('median'), '90%': told('90%') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
