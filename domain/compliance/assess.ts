/** The state of every control that is known or cited: derived from the facts alone, the same facts always giving the same answer. */
import { claims, playbookClaim, policyClaim } from './claims.ts';
import type { Claim } from './claims.ts';
import { statusOf } from './effectiveness.ts';
import type { Status } from './effectiveness.ts';
import type { ComplianceFacts } from './facts.ts';
import { allControls, frameworkNamed, frameworks } from './frameworks.ts';
import type { Framework, KnownControl } from './frameworks.ts';
import { mechanismClaims } from './mechanisms.ts';

export type AssessedControl = KnownControl & {
  readonly status: Status;
  readonly holds: number;
  readonly fails: number;
  readonly unseen: number;
  /** Rows that were looked at. */
  readonly evidence: number;
  readonly claims: readonly Claim[];
  /** Policies that cite it and were never in force: they claim nothing yet. */
  readonly planned: readonly string[];
};

export type AssessedFramework = Framework & { readonly counts: Readonly<Record<Status, number>> };

export function assess(facts: ComplianceFacts): readonly AssessedControl[] {
  const planned = new Map<string, string[]>();
  const made = new Map<string, Claim[]>();
  for (const policy of facts.policies) {
    if (claims(policy)) addTo(made, policy.controls, policyClaim(policy, facts));
    else if (policy.state !== 'retired') addTo(planned, policy.controls, policy.policy);
  }
  for (const playbook of facts.playbooks) addTo(made, playbook.controls, playbookClaim(playbook));
  for (const { controls, claim } of mechanismClaims(facts)) addTo(made, controls, claim);
  return allControls([...made.keys(), ...planned.keys()]).map((control) => assessed(control, made, planned));
}

function assessed(
  control: KnownControl,
  made: ReadonlyMap<string, readonly Claim[]>,
  planned: ReadonlyMap<string, readonly string[]>,
): AssessedControl {
  const refs = [control.control, ...control.via];
  const its = [...new Set(refs.flatMap((ref) => made.get(ref) ?? []))];
  const needs = its.flatMap((claim) => claim.needs);
  const count = (state: string): number => needs.filter((one) => one.state === state).length;
  return {
    ...control,
    status: statusOf(needs),
    holds: count('holds'),
    fails: count('fails'),
    unseen: count('unseen'),
    evidence: needs.reduce((sum, { rows }) => sum + rows, 0),
    claims: its,
    planned: [...new Set(refs.flatMap((ref) => planned.get(ref) ?? []))].toSorted(),
  };
}

export function byFramework(controls: readonly AssessedControl[]): readonly AssessedFramework[] {
  const ids = [...new Set([...frameworks.map(({ id }) => id), ...controls.map(({ framework }) => framework)])];
  return ids.map((id) => {
    const counts: Record<Status, number> = { 'no-evidence': 0, 'not-effective': 0, partly: 0, effective: 0 };
    for (const { framework, status } of controls) if (framework === id) counts[status] += 1;
    return { ...frameworkNamed(id), counts };
  });
}

function addTo<T>(map: Map<string, T[]>, keys: readonly string[], value: T): void {
  for (const key of new Set(keys)) {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  }
}
