/**
 * The compiler of playbooks: YAML text → plan. Throws `playbook-invalid` or `expression-invalid` with file, line and column;
 * what it accepts has no unknown step, action, name or edge. Same text, same plan.
 */
import { digestOf } from '../digest.ts';
import { EdictError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Catalogue } from './publishing/catalogue.ts';
import type { Compiling } from './compile/block.ts';
import { checkerOf, compileCel } from './compile/expressions.ts';
import { placedIssue, readSource, refuse, type Issue, type PlacedIssue, type SourcePath } from './compile/source.ts';
import { compileBlock } from './compile/steps.ts';
import { roadIssues } from './compile/roads.ts';
import { secretIssues } from './compile/secrets.ts';
import { repeatedEffects } from './compile/timing.ts';
import { surveyOf, type Survey } from './compile/survey.ts';
import { triggersOf } from './compile/triggers.ts';
import { parseDuration } from './duration.ts';
import { resolveInputs } from './inputs.ts';
import type { Plan, PlanInput } from './plan.ts';
import type { SourcePlaybook } from './playbook.schema.ts';

export type CompiledPlaybook = {
  readonly plan: Plan;
  readonly warnings: readonly string[];
  /** The warnings, each with its place. */
  readonly remarks: readonly PlacedIssue[];
};

/** `playbooks`: those that it may call; what it calls is checked against them. Where they are not given, a call is a warning. */
export type CompileOptions = { readonly playbooks?: Catalogue | undefined };

export function compilePlaybook(text: string, file: string, { playbooks }: CompileOptions = {}): CompiledPlaybook {
  try {
    return compile(text, file, playbooks);
  } catch (error) {
    // What is nested some thousand levels deep exhausts the stack of every parser.
    if (error instanceof RangeError) throw new EdictError('playbook-invalid', `nested too deeply (${file})`, { where: file, cause: error });
    throw error;
  }
}

function compile(text: string, file: string, known: Catalogue | undefined): CompiledPlaybook {
  const source = readSource(text, file);
  const { playbook } = source;
  const survey = surveyOf(playbook);
  if (survey.issues.length > 0) throw refuse(survey.issues, file, source.locate);
  const compiling: Compiling = { ...checkerOf(playbook, survey, known), steps: new Map(), visibleAt: new Map(), compileBlock };
  const visible = new Set<string>();
  const start = compileBlock(compiling, playbook.steps, ['steps'], { visible, loopNames: [] });
  const body = {
    playbook: playbook.playbook,
    version: playbook.version,
    title: playbook.title,
    ...(playbook.description === undefined ? {} : { description: playbook.description }),
    ...(playbook.owner === undefined ? {} : { owner: playbook.owner }),
    tags: tagsOf(playbook),
    triggers: triggersOf(compiling, playbook),
    inputs: inputsOf(compiling, playbook),
    start,
    steps: Object.fromEntries(compiling.steps),
    outputs: outputsOf(compiling, playbook, visible),
  };
  const roads = roadIssues({ steps: body.steps, start, survey });
  const secrets = secretIssues(text, playbook);
  const errors = [...compiling.issues, ...roads.errors, ...secrets.errors];
  if (errors.length > 0) throw refuse(errors, file, source.locate);
  const warnings = [...warningsOf(body, survey), ...(known ? [] : unknownCalls(survey)), ...roads.warnings, ...secrets.warnings];
  const remarks = warnings.map((issue) => placedIssue(issue, source.locate(issue)));
  return { plan: { ...body, digest: digestOf(body) }, warnings: warnings.map(({ text }) => text), remarks };
}

function tagsOf({ attack, d3fend, controls }: SourcePlaybook): JsonObject {
  return { ...(attack ? { attack } : {}), ...(d3fend ? { d3fend } : {}), ...(controls ? { controls } : {}) };
}

function inputsOf(compiling: Compiling, playbook: SourcePlaybook): { readonly [name: string]: PlanInput } {
  const names = { visible: new Set<string>(), loopNames: [] };
  return Object.fromEntries(
    Object.entries(playbook.inputs).map(([name, { min, max, ...input }]) => {
      if (input.from !== undefined) compileCel(compiling, input.from, names, { at: ['inputs', name, 'from'] });
      const spec = {
        ...input,
        ...(min === undefined ? {} : { min: limit(min) }),
        ...(max === undefined ? {} : { max: limit(max) }),
      } as PlanInput;
      checkDefault(compiling, playbook, name, spec);
      return [name, spec];
    }),
  );
}

const limit = (value: number | string): number => (typeof value === 'string' ? parseDuration(value) : value);

function checkDefault(compiling: Compiling, { playbook }: SourcePlaybook, name: string, spec: PlanInput): void {
  if (spec.default === undefined) return;
  try {
    resolveInputs({ playbook, inputs: { [name]: spec } }, { [name]: spec.default });
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    compiling.issues.push({
      code: 'playbook-invalid',
      at: ['inputs', name, 'default'],
      text: `default: ${error.message}`,
      help: error.expected,
    });
  }
}

function outputsOf(compiling: Compiling, playbook: SourcePlaybook, visible: ReadonlySet<string>): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(playbook.outputs).map(([name, text]) => [
      name,
      compileCel(compiling, text, { visible, loopNames: [] }, { at: ['outputs', name] }),
    ]),
  );
}

/** What a playbook calls is checked where the other playbooks are at hand. */
function unknownCalls({ steps }: Survey): readonly Issue[] {
  return [...steps.values()].flatMap(({ id, at, source: { playbook } }) =>
    playbook === undefined
      ? []
      : [
          {
            code: 'playbook-invalid' as const,
            at: [...at, 'playbook'],
            text: `step \`${id}\` calls playbook \`${playbook.name}\`, which is not at hand: what it takes and gives is not checked`,
          },
        ],
  );
}

/** Not wrong, but worth a look. */
function warningsOf(plan: Pick<Plan, 'steps' | 'triggers'>, { steps: known }: Survey): readonly Issue[] {
  const alone = plan.triggers.some((trigger) => trigger.kind === 'signal');
  const warning = (text: string, ...at: SourcePath): Issue => ({ code: 'playbook-invalid', text, at });
  const actions = Object.values(plan.steps).flatMap((step) => (step.kind === 'action' ? [{ step, at: known.get(step.id)?.at ?? [] }] : []));
  return [
    ...actions.flatMap(({ step, at }) =>
      alone && step.undo !== undefined && step.approval === undefined
        ? [warning(`step \`${step.id}\` changes something on a signal without an approval`, ...at)]
        : [],
    ),
    ...actions.flatMap(({ step, at }) =>
      step.undo === undefined && step.reason !== undefined ? [warning(`step \`${step.id}\` cannot be undone: ${step.reason}`, ...at)] : [],
    ),
    ...repeatedEffects(plan.steps, (id) => known.get(id)?.at ?? []),
    ...(plan.triggers.length === 0 ? [warning('nothing starts this playbook but a stage or the API: it has no trigger')] : []),
  ];
}
