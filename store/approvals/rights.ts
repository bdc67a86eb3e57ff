/** Rights as they are now: roles of people, and delegations in force by the database's clock. Inside a transaction the rows are held, so that what is decided on them stays true until it is recorded. */
import { sql } from 'kysely';
import type { Rights, Voter } from '../../domain/playbook/approval/standing.ts';
import { now, type Db } from '../postgres/database.ts';

export async function rightsOf(db: Db, voters: readonly Voter[], hold: boolean): Promise<Rights> {
  const ids = [...new Set(voters.flatMap(({ by, onBehalfOf }) => (onBehalfOf === undefined ? [by] : [by, onBehalfOf])))].toSorted();
  const passed = voters.filter(({ onBehalfOf }) => onBehalfOf !== undefined);
  const roles = await rolesOf(db, ids, hold);
  const delegated = passed.length === 0 ? [] : await inForce(db, passed, hold);
  return {
    roles: (person) => roles.get(person),
    delegated: (from, to) => delegated.filter((one) => one.from_person === from && one.to_person === to).flatMap((one) => one.roles),
  };
}

async function rolesOf(db: Db, ids: readonly string[], hold: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
  if (ids.length === 0) return new Map();
  const query = db.selectFrom('people').select(['id', 'roles']).where('id', 'in', ids).where('disabled', '=', false).orderBy('id');
  const rows = await (hold ? query.forShare() : query).execute();
  return new Map(rows.map(({ id, roles }) => [id, roles]));
}

type Row = { readonly from_person: string; readonly to_person: string; readonly roles: readonly string[] };

async function inForce(db: Db, voters: readonly Voter[], hold: boolean): Promise<readonly Row[]> {
  const query = db
    .selectFrom('delegations')
    .select(['from_person', 'to_person', 'roles'])
    .where('from_person', 'in', [...new Set(voters.map(({ onBehalfOf }) => onBehalfOf ?? ''))])
    .where('to_person', 'in', [...new Set(voters.map(({ by }) => by))])
    .where('revoked_at', 'is', null)
    .where('since', '<=', now())
    .where('until', '>', now())
    .orderBy('id');
  return await (hold ? query.forShare() : query).execute();
}

/** Who asked for the run, and for the runs that brought it about or that it is a fork of. */
export async function requestersOf(db: Db, run: string, requester: string): Promise<readonly string[]> {
  const { rows } = await sql<{ requester: string }>`
    with recursive line (run, requester, before) as (
      select run, requester, array[origin_run, fork_of] from runs where run = ${run}
      union
      select runs.run, runs.requester, array[runs.origin_run, runs.fork_of] from runs join line on runs.run = any(line.before)
    )
    select distinct requester from line`.execute(db);
  return [...new Set([requester, ...rows.map((row) => row.requester)])].toSorted();
}
