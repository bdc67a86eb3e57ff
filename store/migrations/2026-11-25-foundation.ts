/** The first schema: every table of the store, the append function of the audit chain, and the guard that keeps the chain append-only. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [audit, people, policies, context, procedures, incidents, rest]) await statements.execute(db);
}

/**
 * INVARIANT: ids are 1, 2, 3, … without a gap and in the order of commits: the row of `audit_head` is locked from the append to
 * the end of the transaction. The hash is SHA-256 over the canonical JSON of the row, whose parts the caller quotes.
 */
const audit = sql`
create table audit (
  id bigint primary key,
  at text not null,
  actor text not null,
  event text not null,
  subject text not null,
  detail json not null,
  previous text not null,
  hash text not null
);
create index audit_subject on audit (subject, id);

create table audit_head (single boolean primary key default true check (single), id bigint not null, hash text not null) with (fillfactor = 10);
insert into audit_head (id, hash) values (0, repeat('0', 64));

create table audit_files (sink text primary key, last_id bigint not null);

create function audit_append(actor json, event json, subject json, detail json) returns setof audit language plpgsql as $$
declare
  head audit_head%rowtype;
  made audit%rowtype;
begin
  -- The caller waits for the disk after the commit, when the head is free again: see chain/flush.ts.
  perform set_config('synchronous_commit', 'off', true);
  select * into strict head from audit_head for update;
  made.id := head.id + 1;
  made.at := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  made.actor := actor #>> '{}';
  made.event := event #>> '{}';
  made.subject := subject #>> '{}';
  made.detail := detail;
  made.previous := head.hash;
  made.hash := encode(sha256(convert_to(
    '{"actor":' || actor::text || ',"at":"' || made.at || '","detail":' || detail::text || ',"event":' || event::text ||
    ',"id":' || made.id || ',"previous":"' || made.previous || '","subject":' || subject::text || '}', 'UTF8')), 'hex');
  insert into audit select made.*;
  update audit_head set id = made.id, hash = made.hash;
  return next made;
end $$;

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit chain is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_append_only before update or delete on audit for each row execute function audit_is_append_only();
create trigger audit_no_truncate before truncate on audit for each statement execute function audit_is_append_only();
`;

const people = sql`
create table people (id text primary key, name text not null, roles text[] not null, disabled boolean not null);
create table tokens (
  id text primary key,
  person text not null references people,
  label text not null,
  hash text not null unique,
  created_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz
);
create index tokens_person on tokens (person);
`;

const policies = sql`
create table policies (
  policy text primary key,
  state text not null,
  draft integer,
  enforced integer,
  author text not null,
  reason text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create index policies_newest on policies (created_at desc, policy desc);
create table policy_versions (
  policy text not null references policies,
  version integer not null check (version > 0),
  document json not null,
  digest text not null,
  status text not null,
  author text not null,
  approval text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (policy, version)
);
create table artifacts (digest text primary key, target text not null, files json not null, size_bytes integer not null);
create table compilations (
  policy text not null,
  version integer not null,
  target text not null,
  artifact text not null references artifacts,
  losses json not null,
  primary key (policy, version, target),
  foreign key (policy, version) references policy_versions
);
create table proofs (
  policy text not null,
  version integer not null,
  target text not null,
  artifact text not null,
  equal boolean not null,
  detail json not null,
  at timestamptz not null default clock_timestamp(),
  primary key (policy, version, target, artifact),
  foreign key (policy, version) references policy_versions
);
create table what_ifs (
  policy text not null,
  version integer not null,
  result json not null,
  primary key (policy, version),
  foreign key (policy, version) references policy_versions
);
`;

const context = sql`
create table inventories (digest text primary key, document json not null, saved_at timestamptz not null default clock_timestamp());
create index inventories_newest on inventories (saved_at desc);
create table connections (id text primary key, at timestamptz not null, from_address text not null, to_address text not null, document json not null);
create index connections_at on connections (at desc, id desc);
create index connections_from on connections (from_address, at desc);
create index connections_to on connections (to_address, at desc);
create table identity_events (id text primary key, at timestamptz not null, document json not null);
create index identity_events_at on identity_events (at desc, id desc);
create table indicators (id text primary key, value text not null, document json not null);
create index indicators_value on indicators using hash (value);
create table decisions (id text primary key, at timestamptz not null, point text not null, document json not null);
create index decisions_at on decisions (at desc, id desc);
create index decisions_point on decisions (point, at desc, id desc);
`;

const procedures = sql`
create table playbooks (
  seq bigint generated always as identity,
  playbook text not null,
  version text not null,
  digest text not null,
  source text not null,
  plan json not null,
  published_at timestamptz not null default clock_timestamp(),
  primary key (playbook, version)
);
create index playbooks_digest on playbooks (digest);
create index playbooks_newest on playbooks (playbook, seq desc);
create table runs (
  run text primary key,
  playbook text not null,
  version text not null,
  plan_digest text not null,
  inputs json not null,
  requester text not null,
  incident text,
  policy text,
  signal text,
  ordered_at timestamptz not null default clock_timestamp(),
  status text not null,
  outcome text,
  view json,
  ended_at timestamptz,
  cancelled_by text
);
create index runs_newest on runs (ordered_at desc, run desc);
create index runs_incident on runs (incident, ordered_at desc, run desc);
create index runs_policy on runs (policy, ordered_at desc, run desc);
create index runs_live on runs (status, ordered_at desc, run desc) where status <> 'ended';
create table approvals (
  id text primary key,
  run text not null,
  step text not null,
  digest text not null,
  plan json not null,
  summary text not null,
  facts json not null,
  roles text[] not null,
  quorum integer not null check (quorum > 0),
  requester text not null,
  opened_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  status text not null,
  closed_at timestamptz,
  unique (run, step, digest)
);
create unique index approvals_one_open on approvals (run, step) where status = 'open';
create index approvals_newest on approvals (opened_at desc, id desc);
create index approvals_status on approvals (status, opened_at desc, id desc);
create table approval_votes (
  approval text not null references approvals,
  voter text not null,
  position integer not null,
  approves boolean not null,
  document json not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (approval, voter)
);
create table effects (
  key text primary key,
  run text not null,
  step text not null,
  action text not null,
  targets text[] not null,
  params json not null,
  status text not null,
  approval text,
  receipt json,
  error json,
  attempts integer not null,
  actor text not null,
  intended_at timestamptz not null default clock_timestamp(),
  applied_at timestamptz,
  confirmed_at timestamptz,
  undone_at timestamptz
);
create index effects_newest on effects (intended_at desc, key desc);
create index effects_run on effects (run, intended_at desc, key desc);
create index effects_status on effects (status, intended_at desc, key desc);
create table points (
  name text primary key,
  kind text not null,
  target text not null,
  settings json not null,
  desired json not null,
  observed json,
  health text not null,
  updated_at timestamptz not null default clock_timestamp()
);
`;

const incidents = sql`
create table signals (
  id text primary key,
  document json not null,
  status text not null,
  incident text,
  door text not null,
  duplicates bigint not null default 0,
  received_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz
);
create index signals_undelivered on signals (received_at) where delivered_at is null;
create table incidents (
  id text primary key,
  key text not null,
  title text not null,
  severity text not null,
  status text not null,
  opened_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create unique index incidents_one_live on incidents (key) where status <> 'closed';
create index incidents_key on incidents (key, opened_at desc);
create index incidents_newest on incidents (opened_at desc, id desc);
create index incidents_status on incidents (status, opened_at desc, id desc);
create table incident_signals (
  incident text not null references incidents,
  signal text not null,
  position bigint generated always as identity,
  primary key (incident, signal)
);
create table incident_notes (
  incident text not null references incidents,
  position bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  by text not null,
  text text not null,
  primary key (incident, position)
);
`;

const rest = sql`
create table reports (id text primary key, title text not null, html text not null, json json not null, at timestamptz not null default clock_timestamp());
create index reports_newest on reports (at desc, id desc);
create table idempotency (
  actor text not null,
  key text not null,
  request_digest text not null,
  status integer,
  body json,
  begun_at timestamptz not null default clock_timestamp(),
  primary key (actor, key)
);
create index idempotency_begun on idempotency (begun_at);
create table bundles (point text primary key, revision text not null, bytes bytea not null, put_at timestamptz not null default clock_timestamp());
create table secrets (name text primary key, value text not null);
`;
