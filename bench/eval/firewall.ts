/**
 * aerleon's own cases (`*.jsonl` of `{id, generator, policy | policies, defs, output}`): what each policy means for the platform against
 * what the text that aerleon made of it means, over the whole space. A case with several policies does not say which of them its output
 * is of: it is right where one of them means the same.
 */
import { EdictError } from '../../domain/errors.ts';
import { type AerleonDefinitions, parseDefinitions, UndefinedName } from '../../domain/policy/import/aerleon/definitions.ts';
import { type AerleonMeaning, aerleonMeaning } from '../../domain/policy/import/aerleon/meaning.ts';
import { parseAerleon } from '../../domain/policy/import/aerleon/parse.ts';
import { compareFilters } from '../../domain/policy/import/compare.ts';
import type { Filter } from '../../domain/policy/import/filter.ts';
import { objectsUnder } from './figure.ts';
import { type EvalOutcome, type EvalSummary, judged, summarize } from './summary.ts';
import { readers } from './firewall-readers.ts';

type Case = {
  readonly id: string;
  readonly generator: string;
  readonly policy?: string | null;
  readonly policies?: readonly string[] | null;
  readonly defs?: { readonly networks?: readonly string[]; readonly services?: readonly string[] } | null;
  readonly defs_complete?: boolean | null;
  readonly output: string;
};

export function evalFirewall(data: string): EvalSummary {
  const cases: readonly unknown[] = objectsUnder(data).filter(
    ({ generator, output }) => typeof generator === 'string' && typeof output === 'string',
  );
  return summarize((cases as readonly Case[]).map((each) => judged(each.id, () => judge(each))));
}

/** Lists that an interface has one of: several in one text are kept apart by their names. */
const namedLists = new Set(['cisco', 'ciscoasa', 'cisconx', 'ciscoxr', 'openconfig']);

function judge(given: Case): EvalOutcome {
  const policies = typeof given.policy === 'string' ? [given.policy] : (given.policies ?? []);
  const read = readers[given.generator];
  if (policies.length === 0) return { unsupported: 'the case holds no policy' };
  if (read === undefined) return { unsupported: `no reader of ${given.generator}` };
  try {
    return policies.map((policy) => judgeOne(policy, given, read)).reduce(best);
  } catch (error) {
    return { unsupported: reasonOf(error) };
  }
}

function best(one: EvalOutcome, other: EvalOutcome): EvalOutcome {
  return one === 'right' || typeof other === 'string' ? (one === 'right' ? one : other) : 'wrong' in one ? one : other;
}

function judgeOne(policy: string, { id, generator, defs, output }: Case, read: (text: string, family: 4 | 6) => Filter): EvalOutcome {
  const definitions: AerleonDefinitions = parseDefinitions(defs?.networks ?? [], defs?.services ?? []);
  const today = new Date().toISOString().slice(0, 10);
  const meaning: AerleonMeaning = aerleonMeaning(
    parseAerleon(policy),
    { platform: generator, definitions, today },
    namedLists.has(generator),
  );
  const { rules, unread } = read(output, meaning.families[0] ?? 4);
  if (unread[0] !== undefined) return { unsupported: `the output holds what is not understood: ${unread[0].reason}` };
  const difference = compareFilters(meaning.rules, rules, meaning);
  if (difference === undefined) return 'right';
  return { wrong: `${id}: ${difference.text}: the policy says ${difference.first}, the output ${difference.second}` };
}

function reasonOf(error: unknown): string {
  if (error instanceof UndefinedName) return 'the case does not define a name that its policy cites';
  if (error instanceof EdictError) return `not understood: ${error.message}`;
  throw error;
}
