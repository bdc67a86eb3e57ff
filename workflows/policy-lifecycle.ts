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
  const now: Progress = { drafted: life.cycle === 1, idle: life.cycle > 1, ready: false, generating: undefined };

  setHandler(draftedSignal, () => {
    now.drafted = true;
  });
  setHandler(submitUpdate, () => submit(life, now));

  while (!now.generating) {
    now.idle = !now.drafted;
    await condition(() => now.drafted);
    Object.assign(now, { drafted: false, idle: false, ready: false });
    await stage(life, 'create');
    await stage(life, 'context');
    now.ready = true;
    await condition(() => now.drafted || Boolean(now.generating));
  }
  await carryOut(life, now.generating);
  await condition(allHandlersFinished);
  await continueAsNew<typeof policyLifecycle>({ policy: life.policy, cycle: life.cycle + 1 });
}

type Progress = {
  drafted: boolean;
  /** Nothing is at hand: it waits for a draft. */
  idle: boolean;
  /** The draft went through its first stages and can be submitted. */
  ready: boolean;
  /** The run that makes the submitted draft ready for review; empty while it is being ordered. */
  generating: string | undefined;
};

async function submit(life: Lifecycle, now: Progress): Promise<{ run: string }> {
  now.drafted ||= now.idle;
  await condition(() => now.ready);
  if (now.generating !== undefined) throw submittedAlready(life);
  now.generating = '';
  try {
    const { run } = await order(life, 'generate');
    now.generating = run;
    return { run };
  } catch (error) {
    now.generating = undefined;
    throw error;
  }
}

function submittedAlready({ policy }: Lifecycle): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`policy \`${policy}\` was submitted already`, 'policy-state-wrong');
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
