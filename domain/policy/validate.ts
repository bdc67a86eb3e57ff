/**
 * Whether a policy can go on: names known, ids unique, references held, windows readable, questions answered, tests passing. Every
 * fault is reported, not the first alone.
 */
import type { Inventory } from '../context/inventory.ts';
import { EdictError, type ErrorCode } from '../errors.ts';
import { boxOf, clausesOf, serviceReader } from './clauses.ts';
import type { NetworkRule, Policy } from './model.ts';
import { runPolicyTests } from './policy-tests.ts';
import { type Resolve, resolver } from './resolve.ts';
import { parseWindow } from './time-window.ts';

export type PolicyProblem = {
  readonly code: ErrorCode;
  /** `error`: cannot be approved. `question`: somebody must answer first. */
  readonly severity: 'error' | 'question';
  /** JSON pointer into the policy. */
  readonly where: string;
  readonly message: string;
  readonly help?: string | undefined;
};

export function validatePolicy(policy: Policy, inventory: Inventory): readonly PolicyProblem[] {
  const faults = [...idProblems(policy), ...ruleProblems(policy, resolver(inventory))];
  return [...faults, ...questionProblems(policy), ...(faults.length > 0 ? [] : wholeProblems(policy, inventory))];
}

/** Throws the first fault's code, with all faults in the message. */
export function assertValidPolicy(policy: Policy, inventory: Inventory): void {
  const problems = validatePolicy(policy, inventory).filter(({ severity }) => severity === 'error');
  const first = problems[0];
  if (first !== undefined)
    throw new EdictError(first.code, problems.map(({ message }) => message).join('; '), { where: first.where, help: first.help });
}

function idProblems({ rules, requirements, questions }: Policy): readonly PolicyProblem[] {
  const known = new Set(requirements.map(({ id }) => id));
  return [
    ...repeated(rules, '/rules', 'rule'),
    ...repeated(requirements, '/requirements', 'requirement'),
    ...repeated(questions, '/questions', 'question'),
    ...rules.flatMap(({ id, requirement }, at) =>
      known.has(requirement)
        ? []
        : [problem(`/rules/${at}/requirement`, `rule \`${id}\` cites requirement \`${requirement}\`, which is not there`)],
    ),
    ...questions.flatMap(({ id, about }, at) =>
      known.has(about)
        ? []
        : [problem(`/questions/${at}/about`, `question \`${id}\` is about requirement \`${about}\`, which is not there`)],
    ),
  ];
}

function repeated(list: readonly { readonly id: string }[], where: string, kind: string): readonly PolicyProblem[] {
  const seen = new Set<string>();
  return list.flatMap(({ id }, at) => {
    const again = seen.has(id);
    seen.add(id);
    return again ? [problem(`${where}/${at}/id`, `${kind} \`${id}\` is there twice`)] : [];
  });
}

function ruleProblems({ rules }: Policy, resolve: Resolve): readonly PolicyProblem[] {
  const words = { resolve, services: serviceReader() };
  const check = (where: string, read: () => unknown) => {
    try {
      read();
      return [];
    } catch (error) {
      if (!(error instanceof EdictError)) throw error;
      return [problem(where, error.message, error)];
    }
  };
  const partsOf = ({ match, except = [] }: NetworkRule) => [
    { at: '/match', part: match },
    ...except.map((part, index) => ({ at: `/except/${index}`, part })),
  ];
  return rules.flatMap((rule, index) =>
    partsOf(rule).flatMap(({ at, part }) => {
      const where = `/rules/${index}${at}`;
      const window = 'during' in part ? part.during : undefined;
      const fields = (['from', 'to', 'service'] as const).flatMap((key) =>
        check(`${where}/${key}`, () => boxOf({ [key]: part[key] }, words)),
      );
      return [...fields, ...(window === undefined ? [] : check(`${where}/during`, () => parseWindow(window)))];
    }),
  );
}

function questionProblems({ questions }: Policy): readonly PolicyProblem[] {
  return questions.flatMap(({ answered, text }, at) =>
    answered === undefined
      ? [{ code: 'policy-questions-open' as const, severity: 'question' as const, where: `/questions/${at}`, message: text }]
      : [],
  );
}

/** What needs the rules to be whole. */
function wholeProblems(policy: Policy, inventory: Inventory): readonly PolicyProblem[] {
  try {
    clausesOf([policy], resolver(inventory));
    return runPolicyTests(policy, inventory).flatMap(({ passed, name, reason }, at) =>
      passed ? [] : [problem(`/tests/${at}`, `test \`${name}\`: ${reason}`)],
    );
  } catch (error) {
    if (error instanceof EdictError) return [problem('/rules', error.message, error)];
    throw error;
  }
}

function problem(where: string, message: string, error?: EdictError): PolicyProblem {
  return {
    code: error?.code ?? 'policy-invalid',
    severity: 'error',
    where,
    message,
    ...(error?.help === undefined ? {} : { help: error.help }),
  };
}
