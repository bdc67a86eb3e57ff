/**
 * Whether a run that is under way can go on with another version of its playbook, and what that means where it stands now. Steps are
 * the same by their id. One that has begun has to be there with the same kind and in the same block; one that is under way has to be
 * the same altogether, but for where it goes on. Anything else blocks, by name.
 */
import { canonicalJson } from '../../digest.ts';
import { EdictError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { RunState, StepState } from '../engine/state.ts';
import { resolveInputs } from '../inputs.ts';
import type { Plan, PlanStep, StepKind } from '../plan.ts';

export type Block = { readonly step: string; readonly why: string };

export type MigrationPreview = {
  readonly run: string;
  readonly from: { readonly version: string; readonly digest: string };
  readonly to: { readonly version: string; readonly digest: string };
  /** Why it cannot be; empty: it can. */
  readonly blocks: readonly Block[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Steps that are otherwise in the new version, and what that means for this run. */
  readonly changed: readonly { readonly step: string; readonly now: 'has-ended' | 'goes-on-as-it-is' | 'asked-again' | 'new-form' }[];
  /** Approvals that were given or are open for what is otherwise now. */
  readonly askedAgain: readonly string[];
  /** Under way, and what would begin next. */
  readonly standsAt: readonly string[];
};

/** What the engine has to do beyond taking the new plan. */
export type Migration = {
  readonly preview: MigrationPreview;
  readonly inputs: JsonObject;
  readonly reopened: readonly string[];
  readonly voided: readonly string[];
};

type Comparing = { readonly before: Plan; readonly after: Plan; readonly state: RunState };

export function migrationOf(before: Plan, after: Plan, state: RunState): Migration {
  const comparing: Comparing = { before, after, state };
  const reopened = Object.keys(state.active).filter((key) => isAskedAgain(comparing, key));
  const voided = Object.keys(state.grants).filter((key) => isVoid(comparing, key));
  const inputs = inputsOf(comparing);
  const askedAgain = [...new Set([...reopened, ...voided.flatMap((key) => approvalBefore(comparing, key) ?? [])])];
  const preview: MigrationPreview = {
    run: state.run,
    from: { version: before.version, digest: before.digest },
    to: { version: after.version, digest: after.digest },
    blocks: [...planBlocks(comparing), ...stepBlocks(comparing, reopened), ...grantBlocks(comparing, voided), ...inputs.blocks],
    ...differences(comparing, reopened),
    askedAgain,
    standsAt: [...Object.keys(state.active), ...heldKeys(state)],
  };
  return { preview, inputs: inputs.given, reopened, voided };
}

function planBlocks({ before, after, state }: Comparing): readonly Block[] {
  if (after.playbook !== before.playbook)
    return [{ step: '', why: `it is a version of \`${after.playbook}\`, not of \`${before.playbook}\`` }];
  if (after.digest === before.digest) return [{ step: '', why: `the run goes by version ${before.version} already` }];
  if (state.phase !== 'running') return [{ step: '', why: 'its procedure has ended' }];
  return [];
}

function stepBlocks(comparing: Comparing, reopened: readonly string[]): readonly Block[] {
  const { state } = comparing;
  const begun = Object.values(state.steps).flatMap((step) => blockOf(comparing, step, reopened.includes(step.key)) ?? []);
  const held = (state.deferred ?? []).flatMap(({ id, prefix }) => placeBlock(comparing, `${prefix}${id}`, id) ?? []);
  return [...begun, ...held];
}

function blockOf(comparing: Comparing, step: StepState, asksAgain: boolean): Block | undefined {
  const { before, after, state } = comparing;
  const misplaced = placeBlock(comparing, step.key, step.id);
  if (misplaced || !state.active[step.key]) return misplaced;
  if (step.skip || step.retrying || state.owed[`open:${step.key}`] || step.approval?.closing || step.task?.closing)
    return { step: step.key, why: 'is between two states: try again in a moment' };
  const same = sameWhileUnderWay(before.steps[step.id], after.steps[step.id]);
  return same || asksAgain ? undefined : { step: step.key, why: `is under way, and is another step in version ${after.version}` };
}

function placeBlock({ before, after }: Comparing, key: string, id: string): Block | undefined {
  const [old, now] = [before.steps[id], Object.hasOwn(after.steps, id) ? after.steps[id] : undefined];
  if (!now) return { step: key, why: `is not in version ${after.version}` };
  if (old?.kind !== now.kind) return { step: key, why: `is a ${old?.kind} step, and a ${now.kind} step in version ${after.version}` };
  if (old.in === now.in) return undefined;
  return { step: key, why: `is ${placeOf(old)}, and ${placeOf(now)} in version ${after.version}` };
}

const placeOf = (step: PlanStep): string => (step.in === undefined ? 'outside of blocks' : `in \`${step.in}\``);

/** Parts that say what comes after, what people read, or what was computed already. */
const everywhere = ['next', 'failure', 'cancelled', 'title', 'says'];
const elsewhere: { readonly [K in StepKind]?: readonly string[] } = {
  action: ['timeoutMs', 'retry', 'reason'],
  approval: ['denied', 'expired'],
  manual: ['expired'],
  wait: ['for', 'until'],
  foreach: ['items', 'concurrency', 'body'],
  while: ['from', 'body', 'condition', 'max'],
};

/** The same step in both versions, as far as one that is under way, or was approved, can tell. */
export function sameWhileUnderWay(old: PlanStep | undefined, now: PlanStep | undefined): boolean {
  if (!old || !now) return false;
  const left = new Set([...everywhere, ...(elsewhere[old.kind] ?? [])]);
  const shape = (step: PlanStep): string => canonicalJson(Object.fromEntries(Object.entries(step).filter(([name]) => !left.has(name))));
  return shape(old) === shape(now);
}

/** An open approval is void when it, or a step that it covers, is otherwise. */
function isAskedAgain({ before, after, state }: Comparing, key: string): boolean {
  const step = state.steps[key];
  if (step?.approval?.id === undefined) return false;
  const [old, now] = [before.steps[step.id], after.steps[step.id]];
  if (old?.kind !== 'approval' || now?.kind !== 'approval') return false;
  return !sameWhileUnderWay(old, now) || old.of.some((id) => !sameWhileUnderWay(before.steps[id], after.steps[id]));
}

/** A grant that was given for another form of the step, or by a rule that is another now. */
function isVoid({ before, after, state }: Comparing, key: string): boolean {
  if (Object.hasOwn(state.steps, key)) return false;
  const id = stepId(key);
  const asked = approvalId(before, id);
  return !sameWhileUnderWay(before.steps[id], after.steps[id]) || !sameWhileUnderWay(before.steps[asked], after.steps[asked]);
}

/** It can be asked again where the run still stands right behind it. */
function grantBlocks(comparing: Comparing, voided: readonly string[]): readonly Block[] {
  const { after } = comparing;
  return voided.flatMap((key) => {
    if (approvalId(after, stepId(key)) === '' && Object.hasOwn(after.steps, stepId(key))) return [];
    if (!Object.hasOwn(after.steps, stepId(key)) || approvalBefore(comparing, key) !== undefined) return [];
    return [{ step: key, why: `was approved in another form, and the run is past its approval: rerun it from there instead` }];
  });
}

/** The key of the approval behind which the run is held. */
export function approvalBefore({ before, state }: Pick<Comparing, 'before' | 'state'>, key: string): string | undefined {
  const approval = before.steps[approvalId(before, stepId(key))];
  const prefix = key.slice(0, key.length - stepId(key).length);
  const held = state.deferred?.some((entry) => entry.id === approval?.next && entry.prefix === prefix);
  return held && approval ? `${prefix}${approval.id}` : undefined;
}

function approvalId({ steps }: Plan, id: string): string {
  const step = steps[id];
  return step?.kind === 'action' ? (step.approval ?? '') : '';
}

const stepId = (key: string): string => (key.split('].').at(-1) ?? '').replace(/\[\d+\]$/u, '');

/** Inputs that the new version adds have their defaults; the others keep their values. */
function inputsOf({ after, state }: Comparing): { readonly given: JsonObject; readonly blocks: readonly Block[] } {
  const known = Object.fromEntries(Object.entries(state.inputs).filter(([name]) => Object.hasOwn(after.inputs, name)));
  try {
    return { given: resolveInputs(after, known), blocks: [] };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return { given: {}, blocks: [{ step: '', why: error.message }] };
  }
}

function differences(
  { before, after, state }: Comparing,
  reopened: readonly string[],
): Pick<MigrationPreview, 'added' | 'removed' | 'changed'> {
  const ids = Object.keys(before.steps);
  const states = Object.values(state.steps);
  const now = (id: string): MigrationPreview['changed'][number]['now'] => {
    const mine = states.filter((step) => step.id === id);
    if (mine.some(({ key }) => reopened.includes(key))) return 'asked-again';
    if (mine.some(({ key }) => state.active[key])) return 'goes-on-as-it-is';
    return mine.length > 0 ? 'has-ended' : 'new-form';
  };
  return {
    added: Object.keys(after.steps).filter((id) => !Object.hasOwn(before.steps, id)),
    removed: ids.filter((id) => !Object.hasOwn(after.steps, id)),
    changed: ids
      .filter((id) => Object.hasOwn(after.steps, id) && canonicalJson(before.steps[id]) !== canonicalJson(after.steps[id]))
      .map((step) => ({ step, now: now(step) })),
  };
}

const heldKeys = ({ deferred }: RunState): readonly string[] => (deferred ?? []).map(({ id, prefix }) => `${prefix}${id}`);
