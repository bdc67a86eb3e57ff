/** The queue of incidents: filtered, paged by key, each with what decides about its place. Counts of its usual views. */
import { sql, type RawBuilder } from 'kysely';
import { containWithinMs, riskPart } from '../../domain/incident/sla.ts';
import type { Severity } from '../../domain/incident/signal.ts';
import type { Db } from '../postgres/database.ts';
import { pageLimit, timeKey, toPage } from '../postgres/page.ts';
import type { Incidents, QueueCounts, QueuedIncident, QueueFilter } from './port-incidents.ts';

/** Signals of one incident that its kinds and senders are taken from: a storm has many thousands of the same. */
const looked = 200;
/** Ids of signals that are listed with it. */
const listed = 20;

type Condition = RawBuilder<boolean>;

const allowed = sql<number>`(case incidents.severity ${sql.join(
  Object.entries(containWithinMs).map(([severity, ms]) => sql`when ${severity} then ${ms}::bigint`),
  sql` `,
)} end * interval '1 millisecond')`;
const due = sql<string>`(incidents.opened_at + ${allowed})`;
const late: Condition = sql`(incidents.status = 'open' and ${due} <= now())`;
const atRisk: Condition = sql`(incidents.status = 'open' and ${due} > now() and ${due} - ${allowed} * ${riskPart}::float8 <= now())`;
const approvalsOpen = sql<number>`(select count(*) from runs join approvals on approvals.run = runs.run
  where runs.incident = incidents.id and approvals.status = 'open')`;
const mentioned = (person: string): Condition =>
  sql`exists (select 1 from incident_notes where incident_notes.incident = incidents.id and mentions @> array[${person}]::text[])`;

export function incidentQueue(db: Db): Pick<Incidents, 'queue' | 'queued' | 'counts'> {
  return {
    queue: async (filter, page) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      const urgent = filter.order === 'urgent';
      const place = urgent ? due : sql<string>`incidents.opened_at`;
      const beyond =
        after === undefined
          ? []
          : [sql<boolean>`(${place}, incidents.id) ${urgent ? sql`>` : sql`<`} (${after.at}::timestamptz, ${after.id})`];
      const order = urgent ? sql`${place}, incidents.id` : sql`${place} desc, incidents.id desc`;
      const rows = await read(db, sql`where ${all([...conditionsOf(filter), ...beyond])} order by ${order} limit ${limit + 1}`);
      return toPage({ rows, limit, key: (row) => [urgent ? row.dueAt : row.openedAt, row.id], item: (row) => row });
    },
    queued: async (id) => (await read(db, sql`where incidents.id = ${id}`))[0],
    counts: (person) => counted(db, person),
  };
}

function all(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`;
}

function conditionsOf({ status, assignee, sla, waiting, ...filter }: QueueFilter): readonly Condition[] {
  const live: Condition = sql`incidents.status <> 'closed'`;
  return [
    given(status, (value) => (value === 'live' ? live : sql`incidents.status = ${value}`)),
    given(filter.severity, (value) => sql`incidents.severity = ${value}`),
    given(assignee, ({ person }) => sql`incidents.assignee is not distinct from ${person ?? null}::text`),
    given(sla, (value) => (value === 'late' ? late : atRisk)),
    given(waiting === true ? waiting : undefined, () => sql`(${live} and ${approvalsOpen} > 0)`),
    given(filter.mentions, mentioned),
    given(filter.key, (value) => sql`incidents.key = ${value}`),
    given(filter.text, containing),
    given(filter.from, (value) => sql`incidents.opened_at >= ${value}::timestamptz`),
    given(filter.to, (value) => sql`incidents.opened_at < ${value}::timestamptz`),
    given(filter.answered, answeredBy),
    given(filter.reached, hasReached),
  ].flat();
}

function given<T>(value: T | undefined, condition: (value: T) => Condition): readonly Condition[] {
  return value === undefined ? [] : [condition(value)];
}

function answeredBy(answered: NonNullable<QueueFilter['answered']>): Condition {
  const own = answered === 'automatic' ? sql`and runs.requester like 'system:%'` : sql``;
  return sql`exists (select 1 from runs where runs.incident = incidents.id ${own})`;
}

/** By the chain, as domain/incident/metrics.ts measures: all four times count from when the first of its signals was accepted. */
function hasReached(time: NonNullable<QueueFilter['reached']>): Condition {
  const accepted = sql<boolean>`exists (select 1 from (
      select signal from incident_signals where incident = incidents.id order by position limit ${looked}
    ) own join audit on audit.subject = 'signal/' || own.signal and audit.event = 'signal-accepted')`;
  if (time === 'detect') return accepted;
  const told =
    time === 'decide'
      ? sql`join approvals on approvals.run = runs.run join audit on audit.subject = 'approval/' || approvals.id and audit.event = 'approval-approved'`
      : sql`join effects on effects.run = runs.run join audit on audit.subject = 'effect/' || effects.key
          and audit.event = ${time === 'contain' ? 'effect-confirmed' : 'effect-undone'}`;
  return sql`(${accepted} and exists (select 1 from runs ${told} where runs.incident = incidents.id))`;
}

function containing(text: string): Condition {
  const pattern = `%${text.replaceAll(/[\\%_]/gu, '\\$&')}%`;
  return sql`(incidents.title ilike ${pattern} or incidents.key ilike ${pattern} or incidents.id ilike ${pattern})`;
}

type Stored = Omit<QueuedIncident, 'assignee' | 'kinds' | 'signals'> & {
  readonly assignee: string | null;
  readonly kinds: readonly string[] | null;
  readonly signals: readonly string[] | null;
};

/** What belongs to an incident is looked up for those of the page alone. */
async function read(db: Db, chosen: RawBuilder<unknown>): Promise<readonly QueuedIncident[]> {
  const { rows } = await sql<Stored>`
    select page.*, (select count(*) from incident_signals where incident_signals.incident = page.id) as "signalCount",
      first.kinds, coalesce(first.doors, 0)::int as doors, ids.signals,
      (select count(*) from runs where runs.incident = page.id and runs.status in ('ordered', 'running')) as "runsActive"
    from (
      select incidents.id, incidents.key, incidents.title, incidents.severity, incidents.status, incidents.assignee,
        incidents.opened_at as "openedAt", incidents.updated_at as "updatedAt", ${due} as "dueAt", ${approvalsOpen} as "approvalsOpen"
      from incidents ${chosen}
    ) page
    left join lateral (
      select array_agg(distinct signals.document->>'kind') as kinds, count(distinct signals.door) as doors
      from (select signal from incident_signals where incident = page.id order by position limit ${looked}) own
      join signals on signals.id = own.signal
    ) first on true
    left join lateral (
      select array_agg(own.signal order by own.position) as signals
      from (select signal, position from incident_signals where incident = page.id order by position limit ${listed}) own
    ) ids on true`.execute(db);
  return rows.map(({ assignee, kinds, signals, ...row }) => ({
    ...row,
    assignee: assignee ?? undefined,
    kinds: kinds ?? [],
    signals: signals ?? [],
  }));
}

type Counted = Omit<QueueCounts, 'severities'> & Readonly<Record<Severity, number>>;

async function counted(db: Db, person: string): Promise<QueueCounts> {
  const { rows } = await sql<Counted>`
    select count(*) as live,
      count(*) filter (where incidents.assignee = ${person}) as mine,
      count(*) filter (where incidents.assignee is null) as unassigned,
      count(*) filter (where ${atRisk}) as "atRisk",
      count(*) filter (where ${late}) as late,
      count(*) filter (where ${approvalsOpen} > 0) as waiting,
      count(*) filter (where ${mentioned(person)}) as mentions,
      count(*) filter (where incidents.severity = 'critical') as critical,
      count(*) filter (where incidents.severity = 'high') as high,
      count(*) filter (where incidents.severity = 'medium') as medium,
      count(*) filter (where incidents.severity = 'low') as low
    from incidents where incidents.status <> 'closed'`.execute(db);
  const [row] = rows;
  // An aggregate over nothing is a row too.
  if (row === undefined) throw new Error('a count without a row');
  const { critical, high, medium, low, ...counts } = row;
  return { ...counts, severities: { low, medium, high, critical } };
}
