/**
 * The life of one policy, an entity: create → context → (a person submits) → generate → review → distribute → enforce, each stage
 * a playbook. It only sequences: what is allowed when is the store's state machine, and what a stage does is its playbook.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { StageName } from '../activities/contract.ts';
import { messageNames } from './messages.ts';
import type { PolicyLifecycleInput } from './messages.ts';
import { control } from './options.ts';
import { failureOf, runToEnd } from './run-child.ts';

export const submitUpdate = defineUpdate<{ run: string }>(messageNames.submit);
export const draftedSignal = defineSignal(messageNames.drafted);

type Lifecycle = { readonly policy: string; readonly cycle: number };

export async function policyLifecycle(input: PolicyLifecycleInput): Promise<void> {
  const life: Lifecycle = { policy: input.policy, cycle: input.cycle ?? 1 };
  // The first cycle begins with a draft at hand; later ones when there is a new one.
  let drafted = life.cycle === 1;
  let ready = false;
  let generating: string | undefined;

  setHandler(draftedSignal, () => {
    drafted = true;
  });
  setHandler(submitUpdate, async () => {
    drafted = true;
    await condition(() => ready);
    if (generating !== undefined)
      throw ApplicationFailure.nonRetryable(`policy \`${life.policy}\` was submitted already`, 'policy-state-wrong');
    const { run } = await order(life, 'generate');
    generating = run;
    return { run };
  });

  await condition(() => drafted);
  await stage(life, 'create');
  await stage(life, 'context');
  ready = true;
  await condition(() => generating !== undefined);
  await carryOut(life, generating ?? '');
  await condition(allHandlersFinished);
  await continueAsNew<typeof policyLifecycle>({ policy: life.policy, cycle: life.cycle + 1 });
}

/** Each stage begins only when the one before it is done; a stage that is not done sends the policy back (lifecycle.record). */
async function carryOut(life: Lifecycle, generating: string): Promise<void> {
  if (!(await finish(life, 'generate', generating))) return;
  for (const name of ['review', 'distribute', 'enforce'] as const) {
    if (!(await stage(life, name))) return;
  }
}

/** True when the stage's playbook ended as done. */
async function stage(life: Lifecycle, name: StageName): Promise<boolean> {
  try {
    const { run } = await order(life, name);
    return await finish(life, name, run);
  } catch (error) {
    const failure = failureOf(error);
    await control['lifecycle.record']({ policy: life.policy, stage: name, outcome: 'failed', reason: failure.message });
    return false;
  }
}

async function order(life: Lifecycle, name: StageName): Promise<{ run: string }> {
  try {
    return await control['lifecycle.order']({ policy: life.policy, stage: name, cycle: life.cycle });
  } catch (error) {
    throw failureOf(error);
  }
}

async function finish(life: Lifecycle, name: StageName, run: string): Promise<boolean> {
  const { outcome, reason } = await runToEnd(run);
  await control['lifecycle.record']({ policy: life.policy, stage: name, outcome, reason });
  return outcome === 'done';
}
