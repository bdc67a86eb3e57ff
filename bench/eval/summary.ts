/** What an evaluation on data from outside says: how many cases there are, how many we can read, and how many of those are right. */
export type EvalSummary = {
  readonly total: number;
  readonly supported: number;
  readonly right: number;
  readonly wrong: number;
  /** Reasons, and how many cases each. */
  readonly unsupported: { readonly [reason: string]: number };
  /** At most twenty of what was wrong, in words; shown without `--json`. */
  readonly examples?: readonly string[] | undefined;
};

/** `unsupported` holds the reason; `wrong` what differs, in words. */
export type EvalOutcome = 'right' | { readonly wrong: string } | { readonly unsupported: string };

/** One case that breaks the evaluation itself is wrong, and does not end it. */
export function judged(id: string, judge: () => EvalOutcome): EvalOutcome {
  try {
    return judge();
  } catch (error) {
    return { wrong: `${id}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function summarize(outcomes: readonly EvalOutcome[]): EvalSummary {
  const unsupported: { [reason: string]: number } = {};
  const examples: string[] = [];
  let right = 0;
  let wrong = 0;
  for (const outcome of outcomes) {
    if (outcome === 'right') right += 1;
    else if ('unsupported' in outcome) unsupported[outcome.unsupported] = (unsupported[outcome.unsupported] ?? 0) + 1;
    else {
      wrong += 1;
      if (examples.length < 20) examples.push(outcome.wrong);
    }
  }
  return { total: outcomes.length, supported: right + wrong, right, wrong, unsupported, examples };
}
