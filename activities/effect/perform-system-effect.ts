/**
 * The road of an effect on an outside system: order → approval → guard → intent → what is there now, recorded → (observe) → act → observe →
 * receipt → confirmed, under the lock of the one object that it changes. On a retry the system is asked before it is told again.
 */
import type { ActionCall } from '../contract.ts';
import type { OutsideSystem, Prepared, SystemObservation } from '../../connectors/system.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ActionName } from '../../domain/playbook/actions.ts';
import type { ChangeName } from '../../domain/systems/catalogue.ts';
import type { EffectRow } from '../../store/port.ts';
import { findSystem } from '../find-system.ts';
import type { Ports } from '../ports.ts';
import { checkApproval } from './check-approval.ts';
import { checkOrder } from './check-order.ts';
import { isFinal, recordFailed } from './failed-effect.ts';
import { intendGuarded } from './guard.ts';
import { observeSystemEffect } from './observe-system-effect.ts';
import { effectKey } from './receipt.ts';

export type SystemEffectSpec = { readonly action: ActionName; readonly change: ChangeName; readonly params: JsonObject };

export type SystemEffectDone = { readonly row: EffectRow; readonly target: string; readonly facts: JsonObject };

type Work = {
  readonly ports: Ports;
  readonly call: ActionCall;
  readonly spec: SystemEffectSpec;
  readonly key: string;
  readonly target: string;
  readonly system: OutsideSystem;
};

export async function performSystemEffect(ports: Ports, call: ActionCall, spec: SystemEffectSpec): Promise<SystemEffectDone> {
  const key = effectKey(call);
  if (call.observe) return { row: await observeSystemEffect(ports, key), target: '', facts: {} };
  const { order, step } = await checkOrder(ports, call, spec.action);
  const known = await ports.store.effects.get(key);
  if (known === undefined) {
    const approval = await checkApproval(ports, call, step, order);
    const choice = await chosen(ports, call, spec);
    const row = await intendGuarded(ports, { call, order, step, targets: [choice.target], approval }, known);
    return await attempt({ ports, call, spec, key, ...choice }, async () => row);
  }
  // After the first attempt something may be in force, which has to go where the approval does not hold any more.
  const work: Work = { ports, call, spec, key, ...(await recorded(ports, known)) };
  return await attempt(work, async () => {
    const approval = await checkApproval(ports, call, step, order);
    return await intendGuarded(ports, { call, order, step, targets: [work.target], approval }, known);
  });
}

async function attempt(work: Work, intended: () => Promise<EffectRow>): Promise<SystemEffectDone> {
  try {
    const row = await intended();
    return await work.ports.store.systems.locked(work.target, () => land(work, row));
  } catch (error) {
    throw await failed(work, error);
  }
}

type Choice = { readonly system: OutsideSystem; readonly target: string };

async function chosen(ports: Ports, call: ActionCall, { change, params }: SystemEffectSpec): Promise<Choice> {
  const system = await findSystem(ports, call, change);
  return { system, target: `${system.system}/${await system.target(change, params, { signal: ports.caller().signal })}` };
}

/** What was meant the first time stays meant, whatever systems were added since. */
async function recorded(ports: Ports, { targets: [target = ''] }: EffectRow): Promise<Choice> {
  return { system: await ports.system(target.split('/')[0] ?? ''), target };
}

async function land(work: Work, intended: EffectRow): Promise<SystemEffectDone> {
  const { ports, key, system, target } = work;
  // INVARIANT: an attempt that was given up for dead must not act after the undo, nor again after a later one; all hold the lock.
  const now = (await ports.store.effects.get(key)) ?? intended;
  requireLive(now);
  const { prepared, inherited } = await prepare(work);
  const options = { signal: ports.caller().signal };
  const seen = now.attempts > 1 || inherited ? await system.observe(prepared, key, options) : undefined;
  // It was done and seen: who has changed it since has a reason, and it is not for a retry to overrule them.
  if (now.status === 'confirmed' && seen !== undefined) return { row: now, target, facts: seen.facts };
  const { facts } = seen !== undefined && holds(seen) ? seen : await system.perform(prepared, key, options);
  await ports.store.effects.applied(key, jsonOf({ target, change: prepared.change, already: prepared.already, facts }));
  return { row: await ports.store.effects.confirmed(key), target, facts };
}

/** `inherited`: it is in force already, by another effect of ours. */
type Found = { readonly prepared: Prepared; readonly inherited: boolean };

/**
 * INVARIANT: recorded before anything is changed. Where it is so already because of another effect of ours that may still hold, what was before
 * that one is before this one too: whichever is undone last puts it back.
 */
async function prepare({ ports, spec, key, target, system }: Work): Promise<Found> {
  const known = await ports.store.systems.prepared(key);
  if (known !== undefined) return { prepared: known as Prepared, inherited: false };
  const found = await system.prepare(spec.change, spec.params, { signal: ports.caller().signal });
  const others = found.already ? ((await ports.store.systems.holding(target, key)) as readonly Prepared[]) : [];
  const holder = others.find((other) => other.change === spec.change && !other.already);
  const prepared: Prepared = holder === undefined ? found : { ...found, before: holder.before, already: false };
  const recorded = (await ports.store.systems.prepare(key, target, jsonOf(prepared))) as Prepared;
  return { prepared: recorded, inherited: holder !== undefined };
}

/** Another effect of ours that put the same in force, and may still hold it. */
export async function heldByOthers(ports: Ports, target: string, key: string, prepared: Prepared): Promise<boolean> {
  const others = (await ports.store.systems.holding(target, key)) as readonly Prepared[];
  const same = (other: Prepared) => digestOf([other.change, other.before]) === digestOf([prepared.change, prepared.before]);
  return others.some((other) => !other.already && same(other));
}

/** A final failure takes back what may have landed, so that a failed effect holds nowhere. Gives what to throw. */
async function failed(work: Work, error: unknown): Promise<unknown> {
  const { ports, key, target } = work;
  if (!isFinal(ports, error) || (error instanceof EdictError && error.code === 'guard-denied')) return error;
  const row = await ports.store.effects.get(key);
  if (row === undefined || !unsettled.includes(row.status)) return error;
  const stuck = await ports.store.systems
    .locked(target, () => takeBack(work))
    .then(
      () => [],
      () => [`\`${target}\``],
    );
  return await recordFailed(work, error, stuck);
}

const unsettled: readonly EffectRow['status'][] = ['intended', 'applied', 'uncertain'];

async function takeBack({ ports, key, target, system }: Work): Promise<void> {
  const prepared = (await ports.store.systems.prepared(key)) as Prepared | undefined;
  if (prepared === undefined) return;
  const { state } = await system.observe(prepared, key);
  if (state === 'absent' || state === 'gone' || (await heldByOthers(ports, target, key, prepared))) return;
  await system.undo(prepared, key);
}

function requireLive({ key, status }: EffectRow): void {
  if (status === 'undone' || status === 'diverged')
    throw new EdictError('run-state-wrong', `effect \`${key}\` is taken back, and is not done again`);
}

function holds({ state }: SystemObservation): boolean {
  return state === 'landed' || state === 'gone';
}

function jsonOf(value: object): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
