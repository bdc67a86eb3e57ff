/** Requests at the boundaries of the rules that a target holds, with what the rules decide: what its engine, or a point, is asked. */
import type { Inventory } from '../../domain/context/inventory.ts';
import { accessWitnesses } from '../../domain/policy/access/space/witnesses.ts';
import type { Decider } from '../../domain/policy/decide.ts';
import type { Decision, Policy, Request } from '../../domain/policy/model.ts';
import { isNetworkTarget, targetOf } from '../../domain/policy/targets/index.ts';
import type { Loss, TargetName } from '../../domain/policy/targets/target.ts';
import { witnesses } from '../../domain/policy/witnesses.ts';

export type Trial = {
  readonly request: Request;
  readonly expected: Decision;
  readonly determining: readonly string[];
  readonly rule: string;
  /** `inside`, or the field in which it is elsewhere. */
  readonly at: string;
};

export type Trying = {
  readonly target: TargetName;
  readonly losses: readonly Loss[];
  readonly policies: readonly Policy[];
  readonly inventory: Inventory;
  readonly decider: Decider;
  readonly most?: number;
};

/** Where a declared loss may show, nothing is tried: how far it may is the symbolic half's business. */
export function trialsOf({ target, losses, policies, inventory, decider, ...limit }: Trying): readonly Trial[] {
  const lossy = new Set(losses.map((loss) => loss.rule));
  const apart = (one: Trial) => lossy.has(one.rule) || one.determining.some((rule) => lossy.has(rule));
  if (isNetworkTarget(targetOf(target))) return witnesses(policies, inventory, { ...limit, decider }).filter((one) => !apart(one));
  const found = accessWitnesses(policies, inventory, { ...limit, deciders: decider.access, apart: lossy });
  return found.filter((one) => one.touches === undefined && !apart(one));
}
