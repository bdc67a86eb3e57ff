/** Compiles a manual step: who is asked for what, the types of the answer, what follows silence, and the task that takes it back. */
import type { Json } from '../../json.ts';
import { parseDuration } from '../duration.ts';
import type { ManualStep, TaskPlan, Template } from '../plan.ts';
import type { SourceManual, SourceStep, SourceTask } from '../playbook.schema.ts';
import { leaseParts } from './action-step.ts';
import { compileAfter } from './after.ts';
import { rungOf } from './approval-step.ts';
import { addStep, namesOf, type Block, type Build, type Compiling } from './block.ts';
import { checkDuration, compileTemplate } from './expressions.ts';
import type { SourcePath } from './source.ts';
import { outputsOf } from './task-outputs.ts';

export const manualPart: Build<'manual'> = (compiling, source, at, block) => {
  const task = source.manual as SourceManual;
  const here = [...at, 'manual'];
  const inner = { ...block, visible: new Set(block.visible).add(source.id) };
  return {
    kind: 'manual',
    ...taskPlan(compiling, source.id, { task, at: here }, block),
    expired: expiredOf(compiling, source, here, inner),
    ...undoPart(compiling, source, at, inner),
  };
};

type Given = { readonly task: SourceTask & Partial<Pick<SourceManual, 'outputs'>>; readonly at: SourcePath };

function taskPlan(compiling: Compiling, id: string, { task, at }: Given, block: Block): TaskPlan {
  const template = (key: 'instructions' | 'expires', value: Json): Template =>
    compileTemplate(compiling, value, namesOf(block), { at: [...at, key], step: id, expect: ['string'] });
  checkDuration(compiling, task.expires, { at: [...at, 'expires'], step: id });
  checkInTime(compiling, id, { task, at });
  return {
    roles: task.roles,
    people: task.people,
    instructions: template('instructions', task.instructions),
    outputs: outputsOf(task.outputs ?? {}),
    expires: template('expires', task.expires),
    remindMs: task.remind.map(parseDuration).toSorted((a, b) => a - b),
    ...(task.escalate
      ? {
          escalate: [task.escalate]
            .flat()
            .map(rungOf)
            .toSorted((a, b) => a.afterMs - b.afterMs),
        }
      : {}),
  };
}

/** A reminder that would come when the task is over reminds nobody. */
function checkInTime(compiling: Compiling, id: string, { task, at }: Given): void {
  if (task.expires.includes('${')) return;
  const limit = lengthOf(task.expires);
  const late = (key: string, text: string, index: number): void =>
    void compiling.issues.push({
      code: 'playbook-invalid',
      at: [...at, key, ...(Array.isArray(task[key as 'remind']) ? [index] : [])],
      text: `\`${text}\` in step \`${id}\` @ is not before the task expires`,
      help: `less than ${task.expires}`,
    });
  task.remind.forEach((after, index) => parseDuration(after) >= limit && late('remind', after, index));
  [task.escalate ?? []].flat().forEach(({ after }, index) => parseDuration(after) >= limit && late('escalate', after, index));
}

/** A text that is no duration is complained of elsewhere. */
function lengthOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    return Infinity;
  }
}

function expiredOf(compiling: Compiling, { id, manual }: SourceStep, at: SourcePath, block: Block): ManualStep['expired'] {
  const after = manual?.on_expired ?? { end: 'expired' };
  const here = [...at, 'on_expired'];
  if (after.fail !== undefined)
    return { fail: compileTemplate(compiling, after.fail, namesOf(block), { at: [...here, 'fail'], step: id }) };
  const next = after.steps ? addStep(compiling, { id: `${id}.expired.end`, kind: 'end', in: block.in, outcome: 'expired' }) : undefined;
  return { to: compileAfter(compiling, { id: `${id}.expired`, after, at: here }, { ...block, next }) };
}

function undoPart(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): Pick<ManualStep, 'undo' | 'lease'> {
  const { id, undo } = source;
  const { lease, extend, path } = leaseParts(source);
  const complain = (key: 'undo' | 'lease', text: string, help: string): void =>
    void compiling.issues.push({ code: 'playbook-invalid', at: [...at, key], text, help });
  if (typeof undo === 'string')
    complain(
      'undo',
      `step \`${id}\` @ is done by a person, and taken back by one`,
      'write `undo: { manual: { instructions: …, roles: […], expires: … } }`',
    );
  if (lease !== undefined && typeof undo !== 'object')
    complain('lease', `step \`${id}\` @ has a lease and no undo`, 'a lease ends by its undo');
  if (extend !== undefined)
    complain(
      'lease',
      `the lease of step \`${id}\` @ cannot be extended: what a person did is not in the ledger`,
      'write the lease as a duration',
    );
  if (typeof undo !== 'object') return {};
  const plan = taskPlan(compiling, id, { task: undo.manual, at: [...at, 'undo', 'manual'] }, block);
  if (lease === undefined) return { undo: plan };
  checkDuration(compiling, lease, { at: [...at, ...path], step: id });
  const outside = { ...block, visible: without(block.visible, id) };
  return { undo: plan, lease: compileTemplate(compiling, lease, namesOf(outside), { at: [...at, 'lease'], step: id, expect: ['string'] }) };
}

/** The lease has to be known before anybody is asked. */
function without(visible: ReadonlySet<string>, id: string): Set<string> {
  const others = new Set(visible);
  others.delete(id);
  return others;
}
