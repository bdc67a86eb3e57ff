/** What an analysis finds in a set of policies. Plain JSON, but for sizes. */
import type { Decision, Request } from '../model.ts';

export const findingKinds = [
  'shadowed',
  'redundant',
  'empty',
  'over-budget',
  'correlated',
  'conflicting',
  'over-broad',
  'never-used',
  'unused-object',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** `fault`: the rule does not do what it says, or nothing at all. `advice`: somebody should look at it. */
export type Severity = 'fault' | 'advice';

export const severityOf: Readonly<Record<FindingKind, Severity>> = {
  shadowed: 'fault',
  redundant: 'fault',
  empty: 'fault',
  'over-budget': 'fault',
  correlated: 'fault',
  conflicting: 'advice',
  'over-broad': 'advice',
  'never-used': 'advice',
  'unused-object': 'advice',
};

export type FindingWitness = { readonly request: Request; readonly decision: Decision; readonly text: string };

export type Finding = {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** `policy/rule`; absent for an unused object and a policy over its budget. */
  readonly rule?: string | undefined;
  /** A selector such as `group:admin`, of an unused object. */
  readonly object?: string | undefined;
  /** The rules that cover it, or that it meets. */
  readonly rules: readonly string[];
  /** A request that shows it, and how it is decided. */
  readonly witness?: FindingWitness | undefined;
  /** Of a shadowed, redundant or empty rule: it may go together with all others that say so. */
  readonly droppable?: boolean | undefined;
  readonly text: string;
};
