/** The first walk over a playbook: which steps there are, of which kind, inside what, and which approval covers which. */
import { actions, type ActionName } from '../actions.ts';
import type { StepKind } from '../plan.ts';
import type { SourceFailure, SourcePlaybook, SourceStep } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';
import type { Issue, SourcePath } from './source.ts';

export type KnownStep = {
  readonly id: string;
  readonly kind: StepKind;
  readonly source: SourceStep;
  readonly at: SourcePath;
  /** The enclosing `foreach` and `while` steps, outermost first. */
  readonly loops: readonly string[];
  readonly order: number;
};

export type Survey = {
  readonly steps: ReadonlyMap<string, KnownStep>;
  /** Step → the approval that covers it. */
  readonly coveredBy: ReadonlyMap<string, string>;
  readonly loopNames: ReadonlySet<string>;
  readonly issues: readonly Issue[];
};

/** Roots that are not steps. */
export const reservedRoots = ['inputs', 'signal', 'run', 'incident', 'result', 'index'] as const;
const reservedWords = new Set<string>([
  ...reservedRoots,
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
  'int',
  'uint',
  'double',
  'string',
  'bool',
  'bytes',
  'list',
  'map',
  'type',
  'dyn',
  'cel',
  'has',
  'size',
  'constructor',
]);

type Walk = { readonly steps: Map<string, KnownStep>; readonly loopNames: Set<string>; readonly issues: Issue[] };

export function surveyOf(playbook: SourcePlaybook): Survey {
  const walk: Walk = { steps: new Map(), loopNames: new Set(), issues: [] };
  walkSteps(walk, playbook.steps, ['steps'], []);
  return { ...walk, coveredBy: covers(walk) };
}

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(actions, name);
}

function walkSteps(walk: Walk, steps: readonly SourceStep[], at: SourcePath, loops: readonly string[]): void {
  steps.forEach((source, index) => walkStep(walk, source, [...at, index], loops));
}

function walkStep(walk: Walk, source: SourceStep, at: SourcePath, loops: readonly string[]): void {
  const { id } = source;
  const kind = kindOf(walk, source, at);
  const wrong = walk.steps.has(id) ? 'used twice' : reservedWords.has(id) || walk.loopNames.has(id) ? 'a reserved word' : undefined;
  if (wrong) walk.issues.push({ code: 'playbook-invalid', text: `step id \`${id}\` is ${wrong}`, at: [...at, 'id'] });
  if (kind) walk.steps.set(id, { id, kind, source, at, loops, order: walk.steps.size });
  walkBranches(walk, source, at, loops);
  for (const name of ['foreach', 'while'] as const) if (source[name]) walkLoop(walk, source, [...at, name], loops);
  walkAfter(walk, source, at, loops);
}

function walkAfter(walk: Walk, source: SourceStep, at: SourcePath, loops: readonly string[]): void {
  walkFailure(walk, source.on_failure, [...at, 'on_failure'], loops);
  walkSteps(walk, source.on_cancel?.steps ?? [], [...at, 'on_cancel', 'steps'], loops);
  walkSteps(walk, source.manual?.on_expired?.steps ?? [], [...at, 'manual', 'on_expired', 'steps'], loops);
  for (const name of ['on_denied', 'on_expired'] as const)
    walkSteps(walk, source.approval?.[name]?.steps ?? [], [...at, 'approval', name, 'steps'], loops);
}

function walkBranches(walk: Walk, source: SourceStep, at: SourcePath, loops: readonly string[]): void {
  for (const name of ['then', 'else'] as const) walkSteps(walk, source[name] ?? [], [...at, name], loops);
  source.switch?.cases.forEach(({ steps }, index) => walkSteps(walk, steps, [...at, 'switch', 'cases', index, 'steps'], loops));
  if (Array.isArray(source.switch?.default)) walkSteps(walk, source.switch.default, [...at, 'switch', 'default'], loops);
  walkSteps(walk, source.parallel?.steps ?? [], [...at, 'parallel', 'steps'], loops);
  source.parallel?.branches?.forEach((branch, index) => walkSteps(walk, branch, [...at, 'parallel', 'branches', index], loops));
}

function walkLoop(walk: Walk, source: SourceStep, at: SourcePath, loops: readonly string[]): void {
  const { as = 'item', steps = [] } = source.foreach ?? source.while ?? {};
  if (reservedWords.has(as) || walk.steps.has(as))
    walk.issues.push({
      code: 'playbook-invalid',
      text: `loop name \`${as}\` is a reserved word or a step id`,
      at: [...at, 'as'],
    });
  walk.loopNames.add(as);
  walkSteps(walk, steps, [...at, 'steps'], [...loops, source.id]);
}

function walkFailure(walk: Walk, failure: SourceFailure | undefined, at: SourcePath, loops: readonly string[]): void {
  if (failure === undefined || failure === 'continue') return;
  walkSteps(walk, failure.steps ?? [], [...at, 'steps'], loops);
  walkSteps(walk, failure.then?.steps ?? [], [...at, 'then', 'steps'], loops);
}

const kindKeys = [
  'action',
  'approval',
  'manual',
  'wait',
  'set',
  'switch',
  'parallel',
  'foreach',
  'while',
  'playbook',
  'end',
  'fail',
] as const satisfies readonly StepKind[];

function kindOf(walk: Walk, source: SourceStep, at: SourcePath): StepKind | undefined {
  const found = kindKeys.filter((key) => source[key] !== undefined);
  const branches = source.then !== undefined || source.else !== undefined;
  if (found.length > 1 || (branches && found.length > 0)) {
    const names = [...found, ...(branches ? ['then/else'] : [])].join('` and `');
    walk.issues.push({ code: 'playbook-invalid', text: `step \`${source.id}\` @ is both \`${names}\``, at, help: 'make two steps of it' });
    return undefined;
  }
  if (found[0]) return found[0];
  if (branches && source.if !== undefined) return 'if';
  if (!branches && source.outputs) return 'set';
  walk.issues.push({
    code: 'playbook-invalid',
    text: `step \`${source.id}\` @ does nothing`,
    at,
    help: `give it one of ${kindKeys.join(', ')}, or \`if\` with \`then\` or \`else\``,
  });
  return undefined;
}

function covers(walk: Walk): ReadonlyMap<string, string> {
  const coveredBy = new Map<string, string>();
  for (const step of walk.steps.values()) {
    step.source.approval?.of.forEach((id, index) => {
      const problem = coverProblem(walk, step, id, coveredBy);
      if (problem) walk.issues.push({ code: 'playbook-invalid', at: [...step.at, 'approval', 'of', index], ...problem });
      else coveredBy.set(id, step.id);
    });
  }
  return coveredBy;
}

function coverProblem(
  walk: Walk,
  approval: KnownStep,
  id: string,
  coveredBy: ReadonlyMap<string, string>,
): { readonly text: string; readonly help?: string } | undefined {
  const covered = walk.steps.get(id);
  if (!covered) {
    const near = suggest(id, walk.steps.keys());
    return { text: `unknown step \`${id}\` in approval \`${approval.id}\``, ...(near ? { help: `did you mean \`${near}\`?` } : {}) };
  }
  if (covered.kind !== 'action')
    return { text: `step \`${id}\` in approval \`${approval.id}\` @ is no action`, help: 'an approval covers action steps' };
  if (covered.order < approval.order) return { text: `step \`${id}\` comes before approval \`${approval.id}\`` };
  if (covered.loops.join() !== approval.loops.join())
    return {
      text: `step \`${id}\` is in another loop than approval \`${approval.id}\``,
      help: 'put the approval into the loop, or the step out of it',
    };
  if (coveredBy.has(id)) return { text: `step \`${id}\` is covered by two approvals` };
  return undefined;
}
