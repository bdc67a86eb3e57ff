/** The tables as Kysely sees them; migrations/ makes them. Documents are `json`, not `jsonb`: what comes out is the text that went in. */
import type { ColumnType, Generated } from 'kysely';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { AccessDecisionEvent, Connection, DecisionEvent, IdentityEvent, Indicator } from '../../domain/context/event.ts';
import type { Digest } from '../../domain/digest.ts';
import type { PointAnswer, PointQuestion } from '../../domain/enforcement/question.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { GuardDecision } from '../../domain/guard/decision.ts';
import type { GuardSettings } from '../../domain/guard/settings.ts';
import type { Severity, Signal, SignalStatus } from '../../domain/incident/signal.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ApprovalPlan, ApprovalStatus, BreakGlass, Granted, Review, Statement, Vote } from '../../domain/playbook/approval.ts';
import type { Fork } from '../../domain/playbook/control/fork.ts';
import type { RunOrigin } from '../../domain/playbook/control/origin.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { TaskOutputs, TaskStatus } from '../../domain/playbook/task.ts';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Policy } from '../../domain/policy/model.ts';
import type { SystemKind } from '../../domain/systems/catalogue.ts';
import type { Loss, TargetName } from '../../domain/policy/targets/target.ts';
import type { SignInMethod } from '../access/port-access.ts';
import type { LastProbe, PointQuestionRow, SeenPermissions } from '../points/port-questions.ts';
import type {
  CommandStatus,
  EffectStatus,
  IncidentRow,
  Migration,
  PointRow,
  PolicyState,
  PolicyVersionRow,
  Role,
  RunRow,
} from '../port.ts';

/** Read as a value, written as its JSON text: the driver would write an array as an array of PostgreSQL. */
type Document<T> = ColumnType<T, string, string>;
type OptionalDocument<T> = ColumnType<T | null, string | null | undefined, string | null>;
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>;

export type Tables = {
  readonly people: { id: string; name: string; roles: Role[]; disabled: boolean };
  readonly tokens: { id: string; person: string; label: string; hash: string; created_at: Generated<string>; revoked_at: Optional<string> };
  readonly sessions: {
    id: string;
    person: string;
    hash: string;
    method: SignInMethod;
    address: string;
    agent: string;
    started_at: Generated<string>;
    seen_at: Generated<string>;
    authenticated_at: Generated<string>;
    ends_at: string;
    ended_at: Optional<string>;
  };
  readonly passwords: { person: string; encoded: string; set_at: Generated<string> };
  readonly sign_in_links: { hash: string; person: string; made_at: Generated<string>; expires_at: string; used_at: Optional<string> };
  readonly sign_in_tries: { key: string; count: number; last_at: Generated<string>; until: string };
  readonly identities: { issuer: string; subject: string; person: string; bound_at: Generated<string> };
  readonly policies: {
    policy: string;
    state: PolicyState;
    draft: Optional<number>;
    enforced: Optional<number>;
    author: string;
    reason: Optional<string>;
    created_at: Generated<string>;
    updated_at: Generated<string>;
  };
  readonly policy_versions: {
    policy: string;
    version: number;
    document: Document<Policy>;
    digest: Digest;
    status: PolicyVersionRow['status'];
    author: string;
    approval: Optional<string>;
    created_at: Generated<string>;
  };
  readonly artifacts: { digest: Digest; target: TargetName; files: Document<{ readonly [path: string]: string }>; size_bytes: number };
  readonly compilations: { policy: string; version: number; target: TargetName; artifact: Digest; losses: Document<readonly Loss[]> };
  readonly proofs: {
    policy: string;
    version: number;
    target: TargetName;
    artifact: Digest;
    equal: boolean;
    detail: Document<JsonObject>;
    at: Generated<string>;
  };
  readonly what_ifs: { policy: string; version: number; result: Document<JsonObject> };
  readonly inventories: { digest: Digest; document: Document<Inventory>; saved_at: Generated<string> };
  readonly connections: { id: string; at: string; from_address: string; to_address: string; document: Document<Connection> };
  readonly identity_events: { id: string; at: string; document: Document<IdentityEvent> };
  readonly indicators: { id: string; value: string; document: Document<Indicator> };
  readonly decisions: { id: string; at: string; point: string; document: Document<DecisionEvent | AccessDecisionEvent> };
  readonly playbooks: {
    seq: Generated<number>;
    playbook: string;
    version: string;
    digest: string;
    source: string;
    plan: Document<Plan>;
    published_at: Generated<string>;
    follows: ColumnType<string[], string[] | undefined, string[]>;
    tests: Optional<string>;
  };
  readonly trigger_switches: {
    playbook: string;
    disabled: boolean;
    paused: boolean;
    changed_by: string;
    reason: Optional<string>;
    changed_at: Generated<string>;
  };
  readonly runs: {
    run: string;
    playbook: string;
    version: string;
    plan_digest: string;
    inputs: Document<JsonObject>;
    requester: string;
    incident: Optional<string>;
    policy: Optional<string>;
    signal: Optional<string>;
    origin: OptionalDocument<RunOrigin>;
    origin_run: Optional<string>;
    ordered_at: Generated<string>;
    status: RunRow['status'];
    outcome: Optional<string>;
    view: OptionalDocument<RunView>;
    ended_at: Optional<string>;
    cancelled_by: Optional<string>;
    fork: OptionalDocument<Fork>;
    fork_of: Optional<string>;
    migrations: OptionalDocument<readonly Migration[]>;
  };
  readonly run_commands: {
    id: string;
    seq: Generated<number>;
    run: string;
    kind: string;
    by: string;
    reason: string;
    params: Document<JsonObject>;
    at: Generated<string>;
    status: CommandStatus;
    error: OptionalDocument<{ readonly code: ErrorCode; readonly message: string }>;
    answered_at: Optional<string>;
  };
  readonly approvals: {
    id: string;
    run: string;
    step: string;
    digest: Digest;
    plan: Document<ApprovalPlan>;
    summary: string;
    facts: Document<JsonObject>;
    roles: string[];
    people: string[];
    excluded: string[];
    break_glass: OptionalDocument<BreakGlass>;
    quorum: number;
    requester: string;
    granted: OptionalDocument<Granted>;
    opened_at: Generated<string>;
    expires_at: string;
    status: ApprovalStatus;
    closed_at: Optional<string>;
  };
  readonly approval_comments: {
    id: Generated<number>;
    approval: string;
    author: string;
    body: string;
    made_at: Generated<string>;
  };
  readonly tasks: {
    id: string;
    run: string;
    step: string;
    invocation: number;
    undo: boolean;
    title: string;
    instructions: string;
    outputs: Document<TaskOutputs>;
    roles: string[];
    people: string[];
    opened_at: Generated<string>;
    expires_at: string;
    status: TaskStatus;
    claimed_by: Optional<string>;
    claimed_at: Optional<string>;
    answer: OptionalDocument<JsonObject>;
    answered_by: Optional<string>;
    note: Optional<string>;
    closed_at: Optional<string>;
    delivered_at: Optional<string>;
  };
  readonly approval_votes: {
    approval: string;
    voter: string;
    /** On whose behalf. */
    principal: Optional<string>;
    position: number;
    approves: boolean;
    document: Document<Vote>;
    recorded_at: Generated<string>;
  };
  readonly delegations: {
    id: string;
    from_person: string;
    to_person: string;
    roles: string[];
    since: string;
    until: string;
    reason: Optional<string>;
    made_at: Generated<string>;
    revoked_at: Optional<string>;
  };
  readonly approval_reviews: {
    id: string;
    approval: string;
    run: string;
    by_person: string;
    reason: string;
    statement: Document<Statement>;
    opened_at: Generated<string>;
    due_at: string;
    status: Generated<Review['status']>;
    closed_by: Optional<string>;
    comment: Optional<string>;
    closed_at: Optional<string>;
    raised_at: Optional<string>;
  };
  readonly effects: {
    key: string;
    run: string;
    step: string;
    action: string;
    targets: string[];
    params: Document<JsonObject>;
    status: EffectStatus;
    approval: Optional<string>;
    receipt: OptionalDocument<Json>;
    error: OptionalDocument<{ readonly code: ErrorCode; readonly message: string }>;
    attempts: number;
    actor: string;
    intended_at: Generated<string>;
    applied_at: Optional<string>;
    confirmed_at: Optional<string>;
    undone_at: Optional<string>;
    playbook: Optional<string>;
    subjects: ColumnType<string[], string[] | undefined, string[]>;
    decision: OptionalDocument<GuardDecision>;
    retry_by: Optional<string>;
  };
  readonly guard_settings: {
    version: number;
    digest: Digest;
    document: Document<GuardSettings>;
    saved_by: string;
    reason: Optional<string>;
    saved_at: Generated<string>;
  };
  readonly points: {
    name: string;
    kind: string;
    target: TargetName;
    settings: Document<JsonObject>;
    desired: Document<PointRow['desired']>;
    observed: OptionalDocument<JsonObject>;
    health: PointRow['health'];
    updated_at: Generated<string>;
    last_probe: OptionalDocument<LastProbe>;
    permissions: OptionalDocument<SeenPermissions>;
  };
  readonly point_questions: {
    id: string;
    point: string;
    question: Document<PointQuestion>;
    asked_by: string;
    asked_at: Generated<string>;
    answer: OptionalDocument<PointAnswer>;
    fault: OptionalDocument<NonNullable<PointQuestionRow['fault']>>;
    answered_at: ColumnType<string | null, string | null | undefined, unknown>;
  };
  readonly systems: {
    name: string;
    kind: SystemKind;
    settings: Document<JsonObject>;
    secrets: Document<{ readonly [role: string]: string }>;
    updated_at: Generated<string>;
  };
  readonly system_effects: { effect: string; target: string; prepared: Document<JsonObject> };
  readonly signals: {
    id: string;
    document: Document<Signal>;
    status: SignalStatus;
    incident: Optional<string>;
    door: string;
    duplicates: Generated<number>;
    received_at: Generated<string>;
    delivered_at: Optional<string>;
  };
  readonly incidents: {
    id: string;
    key: string;
    title: string;
    severity: Severity;
    status: IncidentRow['status'];
    assignee: Optional<string>;
    opened_at: Generated<string>;
    updated_at: Generated<string>;
  };
  readonly incident_signals: { incident: string; signal: string; position: Generated<number> };
  readonly incident_notes: {
    incident: string;
    position: Generated<number>;
    at: Generated<string>;
    by: string;
    text: string;
    mentions: ColumnType<string[], readonly string[] | undefined, string[]>;
  };
  readonly incident_pins: { incident: string; entry: number; by: string; note: Optional<string>; at: Generated<string> };
  readonly saved_views: {
    id: string;
    owner: string;
    screen: string;
    name: string;
    query: Document<JsonObject>;
    made_at: Generated<string>;
  };
  readonly audit: {
    id: number;
    at: string;
    actor: string;
    event: string;
    subject: string;
    detail: Document<JsonObject>;
    previous: string;
    hash: string;
  };
  readonly audit_head: { single: Generated<boolean>; id: number; hash: string };
  readonly audit_files: { sink: string; last_id: number };
  readonly reports: { id: string; title: string; html: string; json: Document<Json>; at: Generated<string> };
  readonly idempotency: {
    actor: string;
    key: string;
    request_digest: Digest;
    status: Optional<number>;
    body: OptionalDocument<Json>;
    begun_at: Generated<string>;
  };
  readonly bundles: { point: string; revision: string; bytes: Uint8Array; put_at: Generated<string> };
  readonly large_values: { digest: Digest; bytes: Uint8Array; size_bytes: number; stored_at: Generated<string> };
  readonly secrets: { name: string; value: string; made_at: Generated<string>; expires_at: Optional<string> };
};
