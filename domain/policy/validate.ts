/**
 * Whether a policy can go on: names known, ids unique, references held, windows readable, questions answered, tests passing. Every
 * fault is reported, not the first alone.
 */
import type { Inventory } from '../context/inventory.ts';
import { EdictError, type ErrorCode } from '../errors.ts';
import { overrunsOf } from './analysis/budget.ts';
import { boxOf, clausesOf, matchBox, serviceReader } from './clauses.ts';
import { endOf } from './life/exceptions.ts';
import type { NetworkMatch, Policy, RuleExcept } from './model.ts';
import { runPolicyTests } from './life/policy-tests.ts';
import { parsePorts } from './request/flow.ts';
import { type Resolve, resolver } from './resolve.ts';
import { parseService } from './service-selector.ts';
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
  const words: Words = { resolve, services: serviceReader() };
  const check = (where: string, read: () => unknown) => {
    try {
      read();
      return [];
    } catch (error) {
      if (!(error instanceof EdictError)) throw error;
      return [problem(where, error.message, error)];
    }
  };
  return rules.flatMap((rule, index) => {
    if (rule.kind !== 'network') return [];
    return [
      ...fieldsOf(rule.match, words).flatMap(([key, read]) => check(`/rules/${index}/match/${key}`, read)),
      ...exceptionFields(rule).flatMap(([key, read]) => check(`/rules/${index}/${key}`, read)),
      ...(rule.except ?? []).flatMap((except, at) =>
        [...fieldsOf(except, words), ...exceptionFields(except)].flatMap(([key, read]) =>
          check(`/rules/${index}/except/${at}/${key}`, read),
        ),
      ),
    ];
  });
}

type Words = Parameters<typeof boxOf>[1];

type Check = readonly [string, () => unknown];

function fieldsOf(part: RuleExcept & Pick<NetworkMatch, 'sourcePorts'>, words: Words): readonly Check[] {
  const { service = 'any', sourcePorts, during } = part;
  return [
    ...(['from', 'to', 'service'] as const).map((key): Check => [key, () => boxOf({ [key]: part[key] }, words)]),
    ...(sourcePorts === undefined ? [] : [['sourcePorts', () => checkSourcePorts(service, sourcePorts, words)] as const]),
    ...(during === undefined ? [] : [['during', () => parseWindow(during)] as const]),
  ];
}

/** A service that cannot be read is told of once. */
function checkSourcePorts(service: string, sourcePorts: string, words: Words): void {
  parsePorts(sourcePorts);
  if (isReadable(service)) matchBox({ from: 'any', to: 'any', service, sourcePorts }, words);
}

function isReadable(service: string): boolean {
  try {
    parseService(service);
    return true;
  } catch {
    return false;
  }
}

function exceptionFields({ exception }: Pick<RuleExcept, 'exception'>): readonly Check[] {
  return exception === undefined ? [] : [['exception/until', () => endOf(exception)]];
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
    const failed = runPolicyTests(policy, inventory).flatMap(({ passed, name, reason }, at) =>
      passed ? [] : [problem(`/tests/${at}`, `test \`${name}\`: ${reason}`)],
    );
    const overruns = overrunsOf(policy, inventory).map(({ family, text }): PolicyProblem => ({
      code: 'policy-budget-exceeded',
      severity: 'error',
      where: `/budget/${family}`,
      message: text,
    }));
    return [...failed, ...overruns];
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
