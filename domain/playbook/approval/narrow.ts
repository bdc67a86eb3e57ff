/** A narrower plan: fewer of the covered steps, or a shorter lease. It has a digest of its own, and is all that may be done once it is the one approved. */
import { canonicalJson } from '../../digest.ts';
import { EdictError } from '../../errors.ts';
import type { ApprovalPlan, Narrow, PlannedEffect } from '../approval.ts';
import { parseDuration } from '../duration.ts';

/** Throws `approval-not-narrower` where it is not a part of the plan. `steps` names steps by id or by key; in any order. */
export function narrowPlan(plan: ApprovalPlan, narrow: Narrow): ApprovalPlan {
  const kept = narrow.steps === undefined ? plan.effects : keptEffects(plan, narrow.steps);
  const effects = narrow.lease === undefined ? kept : kept.map((effect) => shortened(effect, narrow.lease ?? ''));
  if (canonicalJson(effects) === canonicalJson(plan.effects)) throw notNarrower(plan, 'it leaves the plan as it is');
  if (plan.shown === undefined) return { ...plan, effects };
  const irreversible = plan.shown.irreversible.filter(({ step }) => effects.some((effect) => effect.step === step));
  return { ...plan, effects, shown: { ...plan.shown, irreversible } };
}

/** The plan that a vote is on. */
export function votedPlan(plan: ApprovalPlan, narrow: Narrow | undefined): ApprovalPlan {
  return narrow === undefined ? plan : narrowPlan(plan, narrow);
}

/** Covered steps that a narrower plan leaves out. */
export function leftOut(plan: ApprovalPlan, narrower: ApprovalPlan): readonly string[] {
  return plan.effects.map(({ step }) => step).filter((step) => !narrower.effects.some((effect) => effect.step === step));
}

/** Whether nothing in it goes beyond the plan. */
export function isWithin(plan: ApprovalPlan, narrower: ApprovalPlan): boolean {
  const known = new Map(plan.effects.map((effect) => [effect.step, effect]));
  return narrower.effects.every((effect) => {
    const planned = known.get(effect.step);
    return planned !== undefined && (same(planned, effect) || same(shortened(planned, effect.lease ?? ''), effect));
  });
}

function keptEffects(plan: ApprovalPlan, steps: readonly string[]): readonly PlannedEffect[] {
  const idOf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);
  const unknown = steps.find((step) => !plan.effects.some((effect) => effect.step === step || idOf(effect.step) === step));
  if (unknown !== undefined) throw notNarrower(plan, `\`${unknown}\` is none of its steps`);
  const kept = plan.effects.filter(({ step }) => steps.includes(step) || steps.includes(idOf(step)));
  if (kept.length === 0) throw notNarrower(plan, 'it leaves nothing to do: that is a denial');
  return kept;
}

/** What cannot be undone has no lease, and one that is short enough stays. */
function shortened(effect: PlannedEffect, lease: string): PlannedEffect {
  if (effect.undo === undefined || lease === '') return effect;
  const ms = parseDuration(lease);
  if (ms <= 0) throw new EdictError('approval-not-narrower', `a lease of \`${lease}\` is none`, { where: effect.step });
  return effect.lease !== undefined && parseDuration(effect.lease) <= ms ? effect : { ...effect, lease };
}

const same = (a: PlannedEffect, b: PlannedEffect): boolean => canonicalJson(a) === canonicalJson(b);

function notNarrower(plan: ApprovalPlan, why: string): EdictError {
  return new EdictError('approval-not-narrower', `this is no narrower plan of step \`${plan.step}\`: ${why}`, {
    expected: `some of ${plan.effects.map(({ step }) => `\`${step}\``).join(', ')}, or a lease shorter than planned`,
  });
}
