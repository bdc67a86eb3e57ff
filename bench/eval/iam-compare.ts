/**
 * Comparison of cloud access policies against verdicts that others published: `--data` is a folder with `policies.jsonl`
 * `{id, policy}` and `mutant-verdicts.jsonl` `{p1, p2, relation_plain, relation_aws}`. Each verdict is a case: `relation_plain` is over
 * any resource, `relation_aws` over those that the action has. Pairs of `initial-fixed.jsonl` `{initial, fixed}` have no verdict: what
 * the fix did is told, and counted nowhere.
 *
 * The verdicts' makers leave `Version` out of the policies they made and still mean policy variables: every document is read as of
 * 2012-10-17.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdictError } from '../../domain/errors.ts';
import { compareCloudPolicies } from '../../domain/policy/iam/compare-policies.ts';
import type { Relation } from '../../domain/policy/iam/relation.ts';
import { resourceTypes, type ResourceTypes } from '../../domain/policy/iam/resource-types.ts';
import { type EvalOutcome, type EvalSummary, summarize } from './summary.ts';

type Verdict = 'equivalent' | 'p1_more' | 'p2_more' | 'incomparable';

type Pair = { readonly p1: string; readonly p2: string; readonly relation_plain?: Verdict | null; readonly relation_aws?: Verdict | null };

const verdictOf: Readonly<Record<Relation, Verdict>> = {
  equivalent: 'equivalent',
  'first-more': 'p1_more',
  'second-more': 'p2_more',
  incomparable: 'incomparable',
};

export function evalIamCompare(data: string): EvalSummary {
  const policies = new Map(
    (linesOf(join(data, 'policies.jsonl')) as readonly { id: string; policy: unknown }[]).map(({ id, policy }) => [id, policy]),
  );
  const types = resourceTypes();
  const judge = (pair: Pair): readonly EvalOutcome[] => [
    ...caseOf(pair, pair.relation_plain, { policies, types: undefined }),
    ...caseOf(pair, pair.relation_aws, { policies, types }),
  ];
  const summary = summarize((linesOf(join(data, 'mutant-verdicts.jsonl')) as readonly Pair[]).flatMap(judge));
  const fixes = (linesOf(join(data, 'initial-fixed.jsonl')) as readonly { initial: string; fixed: string }[]).map(
    ({ initial, fixed }) => `${initial} and ${fixed}: ${relationText({ p1: initial, p2: fixed }, { policies, types })}`,
  );
  return { ...summary, examples: [...(summary.examples ?? []), ...fixes] };
}

function linesOf(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown);
}

type Given = { readonly policies: ReadonlyMap<string, unknown>; readonly types: ResourceTypes | undefined };

function caseOf(pair: Pair, verdict: Verdict | null | undefined, given: Given): readonly EvalOutcome[] {
  return verdict === null || verdict === undefined ? [] : [outcomeOf(pair, verdict, given)];
}

function outcomeOf(pair: Pair, verdict: Verdict, given: Given): EvalOutcome {
  const found = relationOf(pair, given);
  if (typeof found === 'object') return found;
  if (found === verdict) return 'right';
  return { wrong: `${pair.p1} and ${pair.p2}: ${found}, published as ${verdict} (${given.types === undefined ? 'plain' : 'aws'})` };
}

function relationOf({ p1, p2 }: Pair, { policies, types }: Given): Verdict | { readonly unsupported: string } {
  const [first, second] = [policies.get(p1), policies.get(p2)];
  if (first === undefined || second === undefined) return { unsupported: 'a policy is missing from the data' };
  try {
    return verdictOf[compareCloudPolicies(first, second, { types, version: '2012-10-17' }).relation];
  } catch (error) {
    if (error instanceof EdictError && error.code !== 'defect') return { unsupported: error.message };
    throw error;
  }
}

function relationText(pair: Pair, given: Given): string {
  const found = relationOf(pair, given);
  return typeof found === 'object' ? found.unsupported : found;
}
