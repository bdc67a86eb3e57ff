/** What the audit chain says of incidents: of each itself, its signals, its runs, and their approvals, tasks and effects. One statement for all. */
import { sql } from 'kysely';
import type { Db } from './postgres/database.ts';
import type { Incidents, IncidentEntry } from './incidents/port-incidents.ts';

/** Signals of one incident that are looked at, from the first on: a storm has many thousands of the same. */
const signalsMost = 200;

export function incidentLedger(db: Db): Pick<Incidents, 'ledger'> {
  return {
    ledger: async (ids, events) => {
      if (ids.length === 0) return [];
      const chosen = events === undefined ? sql`true` : sql`audit.event = any(${[...events]})`;
      const { rows } = await sql<IncidentEntry>`
        with own as (select unnest(${[...ids]}::text[]) as incident),
        own_runs as (select own.incident, runs.run from own join runs on runs.incident = own.incident),
        parts as (
          select incident, 'incident/' || incident as subject from own
          union
          select own.incident, 'signal/' || signals.signal from own cross join lateral (
            select signal from incident_signals where incident_signals.incident = own.incident order by position limit ${signalsMost}
          ) signals
          union
          select incident, 'run/' || run from own_runs
          union
          select incident, 'approval/' || approvals.id from own_runs join approvals on approvals.run = own_runs.run
          union
          select incident, 'task/' || tasks.id from own_runs join tasks on tasks.run = own_runs.run
          union
          select incident, 'effect/' || effects.key from own_runs join effects on effects.run = own_runs.run
        )
        select parts.incident, audit.id, audit.at, audit.actor, audit.event, audit.subject, audit.detail
        from parts join audit on audit.subject = parts.subject
        where ${chosen}
        order by audit.id`.execute(db);
      return rows;
    },
  };
}
