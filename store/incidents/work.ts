/** What people do with an incident: take it, speak about it, mark what proves it, close it and open it again. Each is a row of the chain. */
import { sql } from 'kysely';
import { digestOfText } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import { mentionsIn } from '../../domain/incident/mentions.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db, type Tx } from '../postgres/database.ts';
import type { IncidentPin, IncidentStatus, Incidents, RelatedIncident } from './port-incidents.ts';

const edges: { readonly [from in IncidentStatus]: readonly IncidentStatus[] } = {
  open: ['contained', 'closed'],
  contained: ['open', 'closed'],
  closed: [],
};
/** Of the text of a comment, what the chain holds; of longer ones, the digest. */
const textMost = 2000;
const relatedMost = 20;

type Work = Pick<Incidents, 'note' | 'comment' | 'setStatus' | 'reopen' | 'assign' | 'pin' | 'unpin'>;

export function incidentWork(change: Change): Work {
  const status = (id: string, to: IncidentStatus, by: string, more: { readonly reason?: string | undefined; readonly reopens?: boolean }) =>
    change(async (tx, record) => {
      const from = await locked(tx, id);
      if (from === to) return;
      if (!edges[from].includes(to) && more.reopens !== true)
        throw new EdictError('conflict', `the incident \`${id}\` is ${from} and cannot become ${to}`, { where: `incident/${id}` });
      await requireOnlyOne(tx, id, from);
      await tx.updateTable('incidents').set({ status: to, updated_at: now() }).where('id', '=', id).execute();
      const detail = { from, to, ...(more.reason === undefined ? {} : { reason: more.reason }) };
      record({ actor: by, event: 'incident-status-changed', subject: `incident/${id}`, detail });
    });
  return {
    note: async (id, text, by) => void (await added(change, { id, text, by, mentions: [] })),
    comment: (id, text, by) => added(change, { id, text, by, mentions: mentionsIn(text) }),
    setStatus: (id, to, by, reason) => status(id, to, by, { reason }),
    reopen: (id, by) => status(id, 'open', by, { reopens: true }),
    assign: (id, assignee, by) =>
      change(async (tx, record) => {
        await locked(tx, id);
        const { assignee: before } = await tx.selectFrom('incidents').select('assignee').where('id', '=', id).executeTakeFirstOrThrow();
        if ((before ?? undefined) === assignee) return;
        if (assignee !== undefined) await requirePerson(tx, assignee);
        await tx
          .updateTable('incidents')
          .set({ assignee: assignee ?? null, updated_at: now() })
          .where('id', '=', id)
          .execute();
        record({ actor: by, event: 'incident-assigned', subject: `incident/${id}`, detail: { assignee: assignee ?? 'nobody' } });
      }),
    ...pinning(change),
  };
}

function pinning(change: Change): Pick<Incidents, 'pin' | 'unpin'> {
  return {
    pin: ({ incident, entry, note }, by) =>
      change(async (tx, record) => {
        await locked(tx, incident);
        const known = await tx.selectFrom('audit').select('event').where('id', '=', entry).executeTakeFirst();
        if (known === undefined) throw new EdictError('not-found', `there is no entry \`${entry}\` in the chain`, { where: '/entry' });
        await tx
          .insertInto('incident_pins')
          .values({ incident, entry, by, note: note ?? null })
          .onConflict((conflict) => conflict.columns(['incident', 'entry']).doUpdateSet({ note: note ?? null, by }))
          .execute();
        const detail = { entry, on: known.event, ...(note === undefined ? {} : { note }) };
        record({ actor: by, event: 'incident-evidence-pinned', subject: `incident/${incident}`, detail });
      }),
    unpin: (incident, entry, by) =>
      change(async (tx, record) => {
        const { numDeletedRows } = await tx
          .deleteFrom('incident_pins')
          .where('incident', '=', incident)
          .where('entry', '=', entry)
          .executeTakeFirst();
        if (numDeletedRows === 0n) throw new EdictError('not-found', `entry \`${entry}\` is not pinned`, { where: `incident/${incident}` });
        record({ actor: by, event: 'incident-evidence-unpinned', subject: `incident/${incident}`, detail: { entry } });
      }),
  };
}

type NewNote = { readonly id: string; readonly text: string; readonly by: string; readonly mentions: readonly string[] };

function added(change: Change, { id, text, by, mentions }: NewNote): ReturnType<Incidents['comment']> {
  return change(async (tx, record) => {
    const { numUpdatedRows } = await tx.updateTable('incidents').set({ updated_at: now() }).where('id', '=', id).executeTakeFirst();
    if (numUpdatedRows === 0n) throw unknownIncident(id);
    const known = mentions.length === 0 ? [] : await tx.selectFrom('people').select('id').where('id', 'in', mentions).execute();
    const called = known.map((person) => person.id);
    const { position, at } = await tx
      .insertInto('incident_notes')
      .values({ incident: id, by, text, mentions: called })
      .returning(['position', 'at'])
      .executeTakeFirstOrThrow();
    const detail = text.length > textMost ? { digest: digestOfText(text) } : { text };
    record({ actor: by, event: 'incident-noted', subject: `incident/${id}`, detail });
    return { id: position, at, by, text, mentions: called };
  });
}

export function incidentParts(db: Db): Pick<Incidents, 'pins' | 'related'> {
  return {
    pins: async (incident) => {
      const rows = await db.selectFrom('incident_pins').selectAll().where('incident', '=', incident).orderBy('entry').execute();
      return rows.map(({ entry, by, at, note }): IncidentPin => ({ entry, by, at, note: note ?? undefined }));
    },
    related: async (incident) => {
      const { rows } = await sql<RelatedIncident>`
        with own as (
          select distinct ends.value from (
            select signal from incident_signals where incident = ${incident} order by position limit 50
          ) mine join signals on signals.id = mine.signal
          cross join lateral (values (signals.document->>'source'), (signals.document->>'destination')) ends (value)
          where ends.value is not null
        ), sharing as (
          select signals.incident, ends.value from signals
          cross join lateral (values (signals.document->>'source'), (signals.document->>'destination')) ends (value)
          where signals.incident is not null and signals.incident <> ${incident} and ends.value in (select value from own)
          union
          select other.id, other.key from incidents other join incidents self on self.id = ${incident}
          where other.key = self.key and other.id <> self.id
        )
        select incidents.id, incidents.title, incidents.severity, incidents.status, incidents.opened_at as "openedAt",
          array_agg(distinct sharing.value) as shared
        from sharing join incidents on incidents.id = sharing.incident
        group by incidents.id order by incidents.opened_at desc limit ${relatedMost}`.execute(db);
      return rows;
    },
  };
}

async function locked(tx: Tx, id: string): Promise<IncidentStatus> {
  const found = await tx.selectFrom('incidents').select('status').where('id', '=', id).forUpdate().executeTakeFirst();
  if (found === undefined) throw unknownIncident(id);
  return found.status;
}

async function requireOnlyOne(tx: Tx, id: string, from: IncidentStatus): Promise<void> {
  if (from !== 'closed') return;
  const { rows } = await sql<{ readonly id: string }>`
    select other.id from incidents other join incidents self on self.id = ${id}
    where other.key = self.key and other.id <> self.id and other.status <> 'closed' limit 1`.execute(tx);
  if (rows[0] !== undefined)
    throw new EdictError('conflict', `the incident \`${rows[0].id}\` of the same key has been opened since`, { where: `incident/${id}` });
}

async function requirePerson(tx: Tx, id: string): Promise<void> {
  const person = await tx.selectFrom('people').select('disabled').where('id', '=', id).executeTakeFirst();
  if (person === undefined || person.disabled)
    throw new EdictError('not-found', `there is nobody \`${id}\` to give it to`, { where: '/assign' });
}

function unknownIncident(id: string): EdictError {
  return new EdictError('not-found', `there is no incident \`${id}\``);
}
