/**
 * How two simulated runs differ in what was decided and done: of two versions of a playbook on the same signal, or of one version on two.
 * Steps are compared by their ids, so that a step which only moved shows in the path alone.
 */
import { canonicalJson } from '../digest.ts';
import type { Json, JsonObject } from '../json.ts';
import { printDuration } from './duration.ts';
import type { SimulatedRun } from './simulate.ts';

/** `null` where one of the two does not have it. */
export type Difference = { readonly what: string; readonly before: Json; readonly after: Json };

export function differencesOf(before: SimulatedRun, after: SimulatedRun): readonly Difference[] {
  const [old, now] = [decisionsOf(before), decisionsOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((what) => {
    const [was, is] = [old[what] ?? null, now[what] ?? null];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ what, before: was, after: is }];
  });
}

function decisionsOf({ view, path, approvals, effects, outcomeAtMs, endedAtMs }: SimulatedRun): JsonObject {
  return {
    path,
    ...Object.fromEntries(
      approvals.map(({ command, status }) => [
        `approval ${command.step}`,
        {
          status,
          quorum: command.quorum,
          roles: command.roles,
          of: command.plan.effects.map(({ action, params }) => ({ action, params })),
        },
      ]),
    ),
    ...Object.fromEntries(
      effects.map(({ step, action, params, atMs, undoneAtMs }) => [
        `effect of ${step}`,
        { action, params, at: printDuration(atMs), undone: undoneAtMs === undefined ? false : printDuration(undoneAtMs) },
      ]),
    ),
    outcome: view.outcome ?? null,
    error: view.error === undefined ? null : view.error.code,
    'outcome at': printDuration(outcomeAtMs),
    'over at': printDuration(endedAtMs),
    outputs: view.outputs ?? null,
  };
}
