/** The steps of a playbook of ours as a CACAO workflow. Blocks become roads: the last step of a block goes on to what follows the block. */
import type { Json, JsonObject } from '../../json.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { edgesOf } from './edges.ts';
import { cacaoId, extensionIds } from './extensions.ts';
import type { CacaoExtensions, CacaoId, CacaoStep } from './model.ts';

type Exporting = { readonly playbook: string; readonly agent: CacaoId; readonly workflow: Map<CacaoId, CacaoStep> };
type Extensions = { readonly step: JsonObject; readonly others?: CacaoExtensions };

export function exportSteps(
  steps: readonly SourceStep[],
  { playbook, agent }: { readonly playbook: string; readonly agent: CacaoId },
): { readonly start: CacaoId; readonly workflow: { readonly [id: CacaoId]: CacaoStep } } {
  const exporting: Exporting = { playbook, agent, workflow: new Map() };
  const start = cacaoId('start', playbook, 'start');
  const first = exportBlock(exporting, steps, quietEnd(exporting, 'end'));
  const workflow = {
    [start]: { type: 'start', on_completion: first } as const,
    ...Object.fromEntries([...exporting.workflow].toReversed()),
  };
  return { start, workflow: withoutUnused(workflow, start) };
}

/** Gives the first step of the block. From its end, since each step names the one after it. */
function exportBlock(exporting: Exporting, steps: readonly SourceStep[], next: CacaoId): CacaoId {
  return steps.reduceRight((following, step) => exportGuarded(exporting, step, following), next);
}

/** The end of a block: where playbooks of ours say nothing, CACAO wants a step. */
function quietEnd(exporting: Exporting, key: string): CacaoId {
  return add(exporting, key, { type: 'end', step_extensions: { [extensionIds.step]: { implicit: true } } });
}

function add(exporting: Exporting, key: string, step: CacaoStep): CacaoId {
  const id = cacaoId(step.type, exporting.playbook, key);
  exporting.workflow.set(id, step);
  return id;
}

function exportGuarded(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  const { if: guard, ...bare } = source;
  if (guard === undefined || source.then !== undefined || source.else !== undefined) return exportStep(exporting, source, next);
  return add(exporting, `${source.id}.guard`, {
    ...decided(source.id, guard),
    name: `${source.title ?? source.id}?`,
    on_true: exportStep(exporting, bare, next),
    on_false: next,
    step_extensions: { [extensionIds.step]: { guard: true, cel: guard, join_step: next } },
  });
}

/** CACAO's conditions are weaker than ours: the condition is a variable, and the extension says what gives its value. */
function decided(
  id: string,
  cel: string,
): { readonly type: 'if-condition' } & Pick<CacaoStep & { type: 'if-condition' }, 'condition' | 'step_variables'> {
  const variable = `__${id.replaceAll('-', '_')}__`;
  return {
    type: 'if-condition',
    condition: `${variable}:value = 'true'`,
    step_variables: { [variable]: { type: 'bool', description: `whether ${cel}` } },
  };
}

function exportStep(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  const { id } = source;
  if (!isKnown(source)) return addAction(exporting, source, next, wholeStep(source));
  if (source.then !== undefined || source.else !== undefined) return exportIf(exporting, source, next);
  if (source.parallel) return exportParallel(exporting, source, next);
  if (source.foreach ?? source.while) return exportLoop(exporting, source, next);
  if (source.switch) return exportSwitch(exporting, source, next);
  if (source.playbook) return exportCall(exporting, source, next);
  if (source.end !== undefined || source.fail !== undefined)
    return add(exporting, id, {
      type: 'end',
      ...naming(source),
      step_extensions: { [extensionIds.step]: compact({ ...named(source), outcome: source.end, message: source.fail }) },
    });
  return addAction(exporting, source, next, extensionsOf(source));
}

/** Keys that this form of the export understands; a step with another one travels whole, in an extension. */
const knownKeys = new Set(
  'id title if then else action with timeout retry undo reason lease outputs set on_failure on_cancel summary approval manual playbook wait parallel foreach while switch end fail'.split(
    ' ',
  ),
);

function isKnown(source: SourceStep): boolean {
  return Object.keys(source).every((key) => knownKeys.has(key));
}

function exportIf(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  return add(exporting, source.id, {
    ...decided(source.id, source.if ?? ''),
    ...naming(source),
    on_true: exportBlock(exporting, source.then ?? [], next),
    on_false: exportBlock(exporting, source.else ?? [], next),
    ...failureRoad(exporting, source, undefined),
    step_extensions: {
      [extensionIds.step]: compact({ ...named(source), cel: source.if, join_step: next, ...ways(source) }),
    },
  });
}

function exportParallel(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  const { steps = [], branches, ...joined } = source.parallel ?? { join: 'all' as const, steps: [], branches: undefined };
  const roads: readonly (readonly SourceStep[])[] = branches ?? steps.map((step) => [step]);
  const ends = roads.map((branch, index) => exportBlock(exporting, branch, quietEnd(exporting, `${source.id}.end.${index}`)));
  // CACAO wants two.
  const lone = ends.length === 1 ? [quietEnd(exporting, `${source.id}.end.lone`)] : [];
  return add(exporting, source.id, {
    type: 'parallel',
    ...naming(source),
    next_steps: [...ends, ...lone],
    ...failureRoad(exporting, source, next),
    step_extensions: { [extensionIds.step]: compact({ ...named(source), parallel: joined, ...ways(source) }) },
  });
}

/** CACAO has one loop; which of ours it is, and over what, is said in the extension. */
function exportLoop(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  const variable = `__${source.id.replaceAll('-', '_')}__`;
  const { steps = [], ...loop } = source.foreach ?? source.while ?? {};
  const goesOn = source.while ? `while ${source.while.if}` : `while items of ${JSON.stringify(source.foreach?.in)} are left`;
  return add(exporting, source.id, {
    type: 'while-condition',
    ...naming(source),
    condition: `${variable}:value = 'true'`,
    step_variables: { [variable]: { type: 'bool', description: goesOn } },
    on_true: exportBlock(exporting, steps, quietEnd(exporting, `${source.id}.end`)),
    ...failureRoad(exporting, source, next),
    step_extensions: { [extensionIds.step]: compact({ ...named(source), [source.foreach ? 'foreach' : 'while']: loop, ...ways(source) }) },
  });
}

function exportSwitch(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  const { on = '', cases = [], default: otherwise } = source.switch ?? {};
  const roads = cases.map(({ when, steps }) => ({ values: [when].flat(), to: exportBlock(exporting, steps, next) }));
  const keys = roads.flatMap(({ values }) => values.map(String));
  // CACAO's cases are texts: where two of ours would be one, or one would be its default, the step travels whole.
  if (new Set([...keys, 'default']).size !== keys.length + 1) return addAction(exporting, source, next, wholeStep(source));
  const variable = `__${source.id.replaceAll('-', '_')}__`;
  const fallback = otherwise === 'continue' ? next : otherwise && exportBlock(exporting, otherwise, next);
  return add(exporting, source.id, {
    type: 'switch-condition',
    ...naming(source),
    switch: `${variable}:value`,
    step_variables: { [variable]: { type: 'string', description: on } },
    cases: {
      ...Object.fromEntries(roads.flatMap(({ values, to }) => values.map((value) => [String(value), to]))),
      ...(fallback === undefined ? {} : { default: fallback }),
    },
    ...failureRoad(exporting, source, undefined),
    step_extensions: {
      [extensionIds.step]: compact({
        ...named(source),
        switch: { on, cases: cases.map(({ when }) => when) },
        join_step: next,
        ...ways(source),
      }),
    },
  });
}

/** The id of the other document is the one that its export has. */
function exportCall(exporting: Exporting, source: SourceStep, next: CacaoId): CacaoId {
  const { name = '' } = source.playbook ?? {};
  const { others } = extensionsOf(source);
  return add(exporting, source.id, {
    type: 'playbook-action',
    ...naming(source),
    ...failureRoad(exporting, source, next),
    playbook_id: cacaoId('playbook', name),
    step_extensions: { [extensionIds.step]: compact({ ...named(source), playbook: source.playbook, ...ways(source) }), ...others },
  });
}

function wholeStep(source: SourceStep): Extensions {
  return { step: { source: source as unknown as JsonObject } };
}

/** What a step of any kind may have besides. */
function ways(source: SourceStep): { readonly [key: string]: unknown } {
  const { on_cancel, summary, timeout, retry } = source;
  return { on_failure: failureExtension(source), on_cancel, summary, timeout, retry };
}

function addAction(exporting: Exporting, source: SourceStep, next: CacaoId, { step, others }: Extensions): CacaoId {
  return add(exporting, source.id, {
    type: 'action',
    ...naming(source),
    ...failureRoad(exporting, source, next),
    commands: [{ type: 'manual', command: inWords(source) }],
    agent: exporting.agent,
    step_extensions: { [extensionIds.step]: step, ...others },
  });
}

function extensionsOf(source: SourceStep): Extensions {
  const { action, with: inputs, outputs, set, wait, manual, approval, undo, reason, lease } = source;
  const { of: covers, ...asked } = approval ?? { of: [] };
  return {
    step: compact({ ...named(source), action, inputs, outputs, set, wait, manual, ...ways(source) }),
    others: {
      ...(approval ? { [extensionIds.approval]: compact({ covers, ...asked }) } : {}),
      ...(undo === undefined && reason === undefined ? {} : { [extensionIds.undo]: compact({ ...undone(undo), reason }) }),
      ...(lease === undefined ? {} : { [extensionIds.lease]: leaseExtension(lease) }),
    },
  };
}

function leaseExtension(lease: NonNullable<SourceStep['lease']>): JsonObject {
  return typeof lease === 'string' ? { duration: lease } : { duration: lease.for, extend: lease.extend };
}

/** By an action, by what a called playbook did, by nothing, or by a person. */
function undone(undo: SourceStep['undo']): { readonly [key: string]: unknown } {
  return typeof undo === 'object' ? { manual: undo.manual } : { action: undo };
}

/** A failure that goes on by steps is a road of CACAO; `continue` and `undo` are said in the extension too. */
function failureRoad(
  exporting: Exporting,
  source: SourceStep,
  next: CacaoId | undefined,
): { readonly on_completion?: CacaoId; readonly on_success?: CacaoId; readonly on_failure?: CacaoId } {
  const failed = failureStep(exporting, source, next);
  if (failed === undefined) return next === undefined ? {} : { on_completion: next };
  return { ...(next === undefined ? {} : { on_success: next }), on_failure: failed };
}

function failureStep(exporting: Exporting, source: SourceStep, next: CacaoId | undefined): CacaoId | undefined {
  const { id, on_failure: failure, approval } = source;
  if (failure === 'continue' && next !== undefined) return next;
  if (failure !== undefined && failure !== 'continue' && failure.steps && next !== undefined)
    return exportBlock(exporting, failure.steps, next);
  if (failure === undefined && approval === undefined) return undefined;
  return add(exporting, `${id}.failed`, { type: 'end', name: approval && failure === undefined ? 'refused' : 'failed' });
}

function failureExtension(source: SourceStep): Json | undefined {
  const { on_failure: failure } = source;
  if (failure === undefined) return undefined;
  const branches = source.then ?? source.else ?? source.switch;
  const road = failure !== 'continue' && failure.steps !== undefined && branches === undefined;
  return road ? undefined : (failure as unknown as Json);
}

function naming({ id, title }: SourceStep): { readonly name: string } {
  return { name: title ?? id };
}

function named({ id, title }: SourceStep): JsonObject {
  return { step_id: id, ...(title === id ? { titled: true } : {}) };
}

function compact(value: { readonly [key: string]: unknown }): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as JsonObject;
}

/** For a person at another engine. */
function inWords(source: SourceStep): string {
  const { id, action, approval, manual, wait, outputs, set = outputs } = source;
  if (manual) return `${manual.instructions}\n(${[...manual.roles, ...manual.people].join(', ')}, within ${manual.expires})`;
  if (approval)
    return `Ask ${[...approval.roles, ...approval.people].join(', ')} to approve ${approval.of.join(', ')}: ${approval.summary ?? ''}`;
  if (wait !== undefined) return `Wait: ${typeof wait === 'string' ? wait : JSON.stringify(wait)}`;
  if (action === undefined) return set ? `Note the values of ${id}: ${JSON.stringify(set)}` : `Perform ${JSON.stringify(source)}`;
  return `${action} ${JSON.stringify(source.with ?? {})}${howLong(source)}`;
}

function howLong({ lease, undo, reason }: SourceStep): string {
  const held = lease === undefined ? '' : `; for ${typeof lease === 'string' ? lease : lease.for}`;
  if (typeof undo === 'object') return `${held}; undone by a person: ${undo.manual.instructions}`;
  if (undo !== undefined && undo !== 'none') return `${held}; undone by ${undo}`;
  return reason === undefined ? held : `${held}; not undone: ${reason}`;
}

/** Of a guard or a last step the end that was made beforehand may be on no road. */
function withoutUnused(workflow: { readonly [id: CacaoId]: CacaoStep }, start: CacaoId): { readonly [id: CacaoId]: CacaoStep } {
  const named = new Set([start, ...Object.entries(workflow).flatMap(([id, step]) => edgesOf(id, step).map(({ to }) => to))]);
  return Object.fromEntries(Object.entries(workflow).filter(([id, step]) => step.type !== 'end' || named.has(id)));
}
