/**
 * Comparison of cloud access policies against verdicts that others published: in `--data`, at any depth, folders with `*.jsonl` of policies
 * `{id, policy}` and of verdicts `{p1, p2, relation_plain, relation_aws}`. Each verdict is a case: `relation_plain` is over any resource,
 * `relation_aws` over those that the action has. Pairs `{initial, fixed}` have no verdict: what the fix did is told, and counted nowhere.
 *
 * The verdicts' makers leave `Version` out of the policies they made and still mean policy variables: every document is read as of
 * 2012-10-17.
 */
import { EdictError } from '../../domain/errors.ts';
import { compareCloudPolicies } from '../../domain/policy/iam/compare-policies.ts';
import type { Relation } from '../../domain/policy/iam/relation.ts';
import { resourceTypes, type ResourceTypes } from '../../domain/policy/iam/resource-types.ts';
import { type JsonObject, objectsByFolder } from './figure.ts';
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
  const types = resourceTypes();
  const folders = [...objectsByFolder(data).values()].map((objects) => compareFolder(objects, types));
  const summary = summarize(folders.flatMap(({ outcomes }) => outcomes));
  return { ...summary, examples: [...(summary.examples ?? []), ...folders.flatMap(({ fixes }) => fixes)] };
}

type Compared = { readonly outcomes: readonly EvalOutcome[]; readonly fixes: readonly string[] };

function compareFolder(objects: readonly JsonObject[], types: ResourceTypes): Compared {
  const policies = new Map(objects.filter(isPolicy).map(({ id, policy }) => [id, policy]));
  const judge = (pair: Pair): readonly EvalOutcome[] => [
    ...caseOf(pair, pair.relation_plain, { policies, types: undefined }),
    ...caseOf(pair, pair.relation_aws, { policies, types }),
  ];
  const fixes = objects
    .filter(isFix)
    .map(({ initial, fixed }) => `${initial} and ${fixed}: ${relationText({ p1: initial, p2: fixed }, { policies, types })}`);
  return { outcomes: objects.filter(isPair).flatMap(judge), fixes };
}

const isPolicy = (one: JsonObject): one is { readonly id: string; readonly policy: unknown } =>
  typeof one['id'] === 'string' && 'policy' in one;
const isPair = (one: JsonObject): one is Pair => typeof one['p1'] === 'string' && typeof one['p2'] === 'string';
const isFix = (one: JsonObject): one is { readonly initial: string; readonly fixed: string } =>
  typeof one['initial'] === 'string' && typeof one['fixed'] === 'string';

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
