/**
 * The store as everything else sees it: one repository a noun. Implemented on PostgreSQL by Kysely in this folder; what each repository offers is in `port/`, or beside it. All
 * times are RFC 3339 UTC text. Every method that changes state writes its audit row in the same transaction, before the
 * effect that it allows; when neither audit sink can record, the change is refused with `audit-unavailable`.
 */
import type { Accounts, Identities, Sessions, Tries } from './access/port-access.ts';
import type { Compliance } from './compliance/port-compliance.ts';
import type { Guard } from './effects/port-guard.ts';
import type { Incidents, Overview, Views } from './incidents/port-incidents.ts';
import type { Approvals, Delegations, Reviews } from './port/approvals.ts';
import type { Audit } from './port/audit.ts';
import type { Bundles } from './port/bundles.ts';
import type { Context } from './port/context.ts';
import type { Effects } from './port/effects.ts';
import type { Idempotency } from './port/idempotency.ts';
import type { People } from './port/people.ts';
import type { Playbooks } from './port/playbooks.ts';
import type { Points } from './port/points.ts';
import type { Policies } from './port/policies.ts';
import type { Reports } from './port/reports.ts';
import type { Runs } from './port/runs.ts';
import type { Signals } from './port/signals.ts';
import type { Tasks } from './port/tasks.ts';
import type { Values } from './port/values.ts';
import type { Commands } from './runs/port-commands.ts';
import type { Secrets } from './secrets/port-secrets.ts';
import type { Systems } from './systems/port-systems.ts';
import type { Triggers } from './triggers/port-triggers.ts';

export type { AuditRow } from '../domain/audit-chain.ts';
export type { Guard, GuardSituation } from './effects/port-guard.ts';
export type { IncidentRow } from './incidents/port-incidents.ts';
export type { Approvals, Delegations, Reviews } from './port/approvals.ts';
export type { Audit, AuditFilter } from './port/audit.ts';
export type { BundleRow, Bundles } from './port/bundles.ts';
export type { Context, DecisionFilter } from './port/context.ts';
export type { AtPoint, EffectIntent, EffectRow, EffectStatus, Effects, Outlook } from './port/effects.ts';
export type { Idempotency } from './port/idempotency.ts';
export type { People, Person, TokenRow } from './port/people.ts';
export type { PlaybookRow, PlaybookVersion, Playbooks } from './port/playbooks.ts';
export type { PointRow, Points } from './port/points.ts';
export type { Policies, PolicyRow, PolicyState, PolicyVersionRow, ProofRow } from './port/policies.ts';
export type { Reports } from './port/reports.ts';
export type { Migration, Order, RunRow, Runs } from './port/runs.ts';
export type { SignalRow, Signals } from './port/signals.ts';
export type { Actor, Page, PageRequest, Role } from './port/words.ts';
export type { PointQuestionRow } from './points/port-questions.ts';
export type { CommandRow, CommandStatus } from './runs/port-commands.ts';
export type { SecretRow, Secrets } from './secrets/port-secrets.ts';
export type { SystemRow, Systems } from './systems/port-systems.ts';

export type Store = {
  readonly people: People;
  readonly sessions: Sessions;
  readonly accounts: Accounts;
  readonly tries: Tries;
  readonly identities: Identities;
  readonly policies: Policies;
  readonly context: Context;
  readonly playbooks: Playbooks;
  readonly triggers: Triggers;
  readonly values: Values;
  readonly runs: Runs;
  readonly commands: Commands;
  readonly approvals: Approvals;
  readonly tasks: Tasks;
  readonly delegations: Delegations;
  readonly reviews: Reviews;
  readonly effects: Effects;
  readonly guard: Guard;
  readonly points: Points;
  readonly signals: Signals;
  readonly incidents: Incidents;
  readonly views: Views;
  readonly overview: Overview;
  readonly audit: Audit;
  readonly compliance: Compliance;
  readonly reports: Reports;
  readonly idempotency: Idempotency;
  readonly secrets: Secrets;
  readonly systems: Systems;
  readonly bundles: Bundles;
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
