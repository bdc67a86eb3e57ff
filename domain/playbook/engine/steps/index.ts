/** The step kinds, one file each. A kind that is not in the table fails closed. */
import { EdictError } from '../../../errors.ts';
import type { PlanStep, StepKind } from '../../plan.ts';
import type { AnyKind, Kind } from '../move.ts';
import { action } from './action.ts';
import { approval } from './approval.ts';
import { end, fail } from './end.ts';
import { foreach } from './foreach.ts';
import { branch } from './if.ts';
import { manual } from './manual.ts';
import { parallel } from './parallel.ts';
import { playbook } from './playbook.ts';
import { set } from './set.ts';
import { choice } from './switch.ts';
import { undo } from './undo.ts';
import { wait } from './wait.ts';
import { repeat } from './while.ts';

const kinds: { readonly [K in StepKind]: Kind<K> } = {
  action,
  approval,
  manual,
  playbook,
  wait,
  if: branch,
  switch: choice,
  set,
  end,
  fail,
  parallel,
  foreach,
  while: repeat,
  undo,
};

/** The step's own kind; its functions take exactly that step. */
export function kindOf(step: PlanStep): AnyKind {
  if (!Object.hasOwn(kinds, step.kind))
    throw new EdictError('playbook-invalid', `step kind \`${step.kind}\` of step \`${step.id}\` is unknown`);
  return kinds[step.kind] as AnyKind;
}
