/** `action`: performs a verb of the catalogue. What an approval covers runs only as it was approved. */
import { digestOf } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { actions, type ActionSpec } from '../../actions.ts';
import type { PlannedEffect } from '../../approval.ts';
import { evaluate } from '../../expression.ts';
import type { ActionStep } from '../../plan.ts';
import { evaluateTemplates } from '../../template.ts';
import { leaseOf, recordEffect, recordUncertain, undo } from '../effects.ts';
import { stay, type Kind, type Move } from '../move.ts';
import { lateInRest } from '../rest.ts';
import type { Fault, Performed, StepState } from '../state.ts';
import { goesBack, invocationOf, jsonBytes, largestOutput, scopeOf, stepOfKind, type Turn } from '../turn.ts';

export const action: Kind<'action'> = {
  enter: (turn, state, step) => {
    if (step.approval !== undefined && turn.state.withheld?.[state.key] !== undefined)
      return { to: 'step', id: step.next, status: 'withheld' };
    const planned = asGranted(turn, step, plannedEffect(turn, step, state.prefix));
    const approval = step.approval === undefined ? undefined : approvalFor(turn, state.key, planned);
    const { analysis } = actions[step.action] as ActionSpec;
    state.performed = { params: planned.params, ...(planned.lease === undefined ? {} : { lease: planned.lease }) };
    turn.state.owed[`act:${state.key}`] = true;
    turn.commands.push({
      type: 'perform',
      step: state.key,
      invocation: invocationOf(turn, state),
      action: step.action,
      params: planned.params,
      ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
      ...(step.retry ? { retry: step.retry } : {}),
      ...(approval === undefined ? {} : { approval }),
      ...(approval === undefined || planned.lease === undefined ? {} : { lease: planned.lease }),
      ...(analysis ? { analysis } : {}),
    });
    return stay;
  },
};

/** The effect exactly as it will be performed: this is what an approval shows and binds. */
export function plannedEffect(turn: Turn, step: ActionStep, prefix: string): PlannedEffect {
  const lease = leaseOf(turn, step, prefix);
  const params = evaluateTemplates(step.params, scopeOf(turn, prefix));
  return {
    step: `${prefix}${step.id}`,
    action: step.action,
    params,
    ...(lease === undefined ? {} : { lease }),
    ...(step.undo === undefined ? {} : { undo: step.undo }),
  };
}

/** An approval may have been given for a shorter lease than was asked for. */
function asGranted(turn: Turn, { approval }: ActionStep, planned: PlannedEffect): PlannedEffect {
  const lease = approval === undefined ? undefined : turn.state.grants[planned.step]?.lease;
  return lease === undefined ? planned : { ...planned, lease };
}

function approvalFor(turn: Turn, key: string, planned: PlannedEffect): string {
  const grant = turn.state.grants[key];
  if (!grant) throw new EdictError('approval-missing', `step \`${key}\` may not run without its approval`);
  if (grant.digest !== digestOf(planned))
    throw new EdictError('approval-digest-changed', `step \`${key}\` is no longer what was approved`, { help: 'ask again' });
  return grant.approval;
}

export function actionCompleted(turn: Turn, state: StepState, outputs: JsonObject): Move {
  const step = stepOfKind(turn, state.id, 'action');
  recordEffect(turn, state, step, settlePerformed(turn, state));
  if (state.status !== 'running') return tooLate(turn, state);
  if (jsonBytes(outputs) > largestOutput)
    throw new EdictError('output-too-large', `step \`${state.key}\` gave more than ${largestOutput} characters`, {
      help: 'store it as an artifact and give its digest',
    });
  return { to: 'next', outputs: { ...outputs, ...ownOutputs(turn, state, step, outputs) } };
}

export function actionFailed(turn: Turn, state: StepState, error: Fault): Move {
  const { params } = settlePerformed(turn, state);
  recordUncertain(turn, state, stepOfKind(turn, state.id, 'action'), { params, error });
  if (state.status !== 'running') return tooLate(turn, state);
  return { to: error.code === 'cancelled' ? 'cancelled' : 'fail', error };
}

/** The step was cancelled meanwhile: what it did does not stay. When the whole run is undone, its turn comes. */
export function tooLate(turn: Turn, state: StepState): Move {
  if (lateInRest(turn, state)) return stay;
  if (state.effect !== undefined && !goesBack(turn)) undo(turn, state.effect);
  return stay;
}

function settlePerformed(turn: Turn, state: StepState): Performed {
  delete turn.state.owed[`act:${state.key}`];
  const performed = state.performed ?? { params: {} };
  delete state.performed;
  return performed;
}

function ownOutputs(turn: Turn, state: StepState, step: ActionStep, result: JsonObject): JsonObject {
  const scope = scopeOf(turn, state.prefix, { result });
  return Object.fromEntries(Object.entries(step.outputs ?? {}).map(([name, cel]): [string, Json] => [name, evaluate(cel, scope)]));
}
