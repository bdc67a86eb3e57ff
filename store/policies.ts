/** Policies: one row with the state of each, and its versions, which never change once they are approved. */
import { sql } from 'kysely';
import { canonicalJson, digestOf } from '../domain/digest.ts';
import { EdictError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy/model.ts';
import type { AuditEntry } from './chain/append.ts';
import type { Change } from './chain/change.ts';
import { now, type Db, type Tx } from './postgres/database.ts';
import { pageLimit, timeKey, toPage } from './postgres/page.ts';
import type { Policies, PolicyRow, PolicyState, PolicyVersionRow } from './port.ts';
import { compilationMethods } from './policy-results.ts';

/** The state machine of DESIGN §5. Review sends back to `draft` or, where a version is in force, to `revising`. */
const edges: { readonly [from in PolicyState]: readonly PolicyState[] } = {
  draft: ['in-review', 'retired'],
  'in-review': ['approved', 'draft', 'revising', 'retired'],
  approved: ['distributing', 'draft', 'revising', 'retired'],
  distributing: ['enforced', 'approved', 'draft', 'revising', 'retired'],
  enforced: ['revising', 'distributing', 'retired'],
  revising: ['in-review', 'enforced', 'retired'],
  retired: [],
};

export function policiesRepository(db: Db, change: Change): Policies {
  return { ...reads(db), ...changes(change), ...freezes(change), ...compilationMethods(db, change) };
}

function reads(db: Db): Pick<Policies, 'get' | 'version' | 'versions' | 'list' | 'inForce'> {
  return {
    get: async (policy) => {
      const row = await db.selectFrom('policies').selectAll().where('policy', '=', policy).executeTakeFirst();
      return row && toPolicyRow(row);
    },
    version: (policy, version) => findVersion(db, policy, version),
    versions: async (policy) =>
      (await db.selectFrom('policy_versions').selectAll().where('policy', '=', policy).orderBy('version').execute()).map(toVersionRow),
    list: async (page, state) => {
      const [limit, after] = [pageLimit(page), timeKey(page)];
      let query = db
        .selectFrom('policies')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('policy', 'desc')
        .limit(limit + 1);
      if (state === 'live' || state === 'in-force') query = query.where('state', '<>', 'retired');
      else if (state !== undefined) query = query.where('state', '=', state);
      if (state === 'in-force') query = query.where('enforced', 'is not', null);
      if (after !== undefined) query = query.where(sql<boolean>`(created_at, policy) < (${after.at}::timestamptz, ${after.id})`);
      return toPage({ rows: await query.execute(), limit, key: (row) => [row.created_at, row.policy], item: toPolicyRow });
    },
    inForce: async () => {
      const rows = await db
        .selectFrom('policies')
        .innerJoin('policy_versions', (join) =>
          join.onRef('policy_versions.policy', '=', 'policies.policy').onRef('policy_versions.version', '=', 'policies.enforced'),
        )
        .where('policies.state', '<>', 'retired')
        .selectAll('policy_versions')
        .orderBy('policies.policy')
        .execute();
      return rows.map(toVersionRow);
    },
  };
}

function changes(change: Change): Pick<Policies, 'saveDraft' | 'replaceDraft' | 'transition'> {
  return {
    saveDraft: (document, author) =>
      change(async (tx, record) => {
        const { version, entry } = await saveDraft(tx, document, author);
        record(entry);
        return version;
      }),
    replaceDraft: (document, version, by) =>
      change(async (tx, record) => {
        await lockPolicy(tx, document.policy);
        const found = await requireVersion(tx, document.policy, version);
        if (found.status !== 'draft')
          throw wrongState(document.policy, `version ${version} is ${found.status}`, 'a version that is a draft');
        const digest = digestOf(document);
        if (digest === found.digest) return found;
        await tx
          .updateTable('policy_versions')
          .set({ document: canonicalJson(document), digest })
          .where('policy', '=', document.policy)
          .where('version', '=', version)
          .execute();
        await forgetResults(tx, document.policy, version);
        await tx.updateTable('policies').set({ updated_at: now() }).where('policy', '=', document.policy).execute();
        record(entryOf('policy-redrafted', document.policy, by, { version, digest }));
        return { ...found, document, digest };
      }),
    transition: ({ policy, to, by, reason }) =>
      change(async (tx, record) => {
        const row = await lockPolicy(tx, policy);
        if (row.state === to) return row;
        if (!edges[row.state].includes(to))
          throw wrongState(policy, `it is ${row.state} and cannot become ${to}`, edges[row.state].join(' or ') || 'nothing: it is retired');
        const updated = await tx
          .updateTable('policies')
          .set({ state: to, reason: reason ?? null, updated_at: now() })
          .where('policy', '=', policy)
          .returningAll()
          .executeTakeFirstOrThrow();
        record(entryOf('policy-state-changed', policy, by, { from: row.state, to, ...(reason === undefined ? {} : { reason }) }));
        return toPolicyRow(updated);
      }),
  };
}

function freezes(change: Change): Pick<Policies, 'approve' | 'enforce'> {
  return {
    approve: ({ policy, version, by, approval }) =>
      change(async (tx, record) => {
        await lockPolicy(tx, policy);
        const found = await requireVersion(tx, policy, version);
        if (found.status === 'approved') return found;
        if (found.status !== 'draft') throw wrongState(policy, `version ${version} is ${found.status}`, 'a version that is a draft');
        await setStatus(tx, { policy, version }, 'approved', approval);
        record(entryOf('policy-approved', policy, by, { version, digest: found.digest, approval }));
        return { ...found, status: 'approved' as const };
      }),
    enforce: ({ policy, version, by }) =>
      change(async (tx, record) => {
        const row = await lockPolicy(tx, policy);
        if (row.enforced === version) return;
        const { digest } = await requireApproved(tx, policy, version);
        if (row.enforced !== undefined) await setStatus(tx, { policy, version: row.enforced }, 'superseded');
        await setStatus(tx, { policy, version }, 'approved');
        const draft = row.draft === version ? null : (row.draft ?? null);
        await tx.updateTable('policies').set({ enforced: version, draft, updated_at: now() }).where('policy', '=', policy).execute();
        record(entryOf('policy-enforced', policy, by, { version, digest, before: row.enforced ?? null }));
      }),
  };
}

/** Of two first drafts at the same moment one inserts the row and the other waits for it, and then finds it. */
async function saveDraft(
  tx: Tx,
  document: Policy,
  author: string,
): Promise<{ readonly version: PolicyVersionRow; readonly entry: AuditEntry }> {
  const { policy } = document;
  await tx
    .insertInto('policies')
    .values({ policy, state: 'draft', author })
    .onConflict((conflict) => conflict.column('policy').doNothing())
    .execute();
  const row = await lockPolicy(tx, policy);
  if (row.state === 'in-review')
    throw new EdictError('conflict', `a draft of the policy \`${policy}\` is in review`, { expected: 'a decision on it first' });
  if (row.state !== 'draft' && row.state !== 'revising' && row.state !== 'enforced')
    throw wrongState(policy, `it is ${row.state}`, 'draft, revising or enforced');
  const { latest } = await tx
    .selectFrom('policy_versions')
    .select((eb) => eb.fn.max('version').as('latest'))
    .where('policy', '=', policy)
    .executeTakeFirstOrThrow();
  const version = (latest ?? 0) + 1;
  await tx
    .updateTable('policy_versions')
    .set({ status: 'superseded' })
    .where('policy', '=', policy)
    .where('status', '=', 'draft')
    .execute();
  const digest = digestOf(document);
  const saved = await tx
    .insertInto('policy_versions')
    .values({ policy, version, document: canonicalJson(document), digest, status: 'draft', author })
    .returningAll()
    .executeTakeFirstOrThrow();
  const state = row.enforced === undefined ? 'draft' : 'revising';
  await tx.updateTable('policies').set({ draft: version, state, updated_at: now() }).where('policy', '=', policy).execute();
  return { version: toVersionRow(saved), entry: entryOf('policy-drafted', policy, author, { version, digest, state }) };
}

/** What was compiled, proved and tried was another document. */
async function forgetResults(tx: Tx, policy: string, version: number): Promise<void> {
  for (const table of ['compilations', 'proofs', 'what_ifs'] as const)
    await tx.deleteFrom(table).where('policy', '=', policy).where('version', '=', version).execute();
}

async function lockPolicy(tx: Tx, policy: string): Promise<PolicyRow> {
  const row = await tx.selectFrom('policies').selectAll().where('policy', '=', policy).forUpdate().executeTakeFirst();
  if (row === undefined) throw new EdictError('not-found', `there is no policy \`${policy}\``);
  return toPolicyRow(row);
}

async function findVersion(db: Db, policy: string, version: number): Promise<PolicyVersionRow | undefined> {
  const row = await db
    .selectFrom('policy_versions')
    .selectAll()
    .where('policy', '=', policy)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && toVersionRow(row);
}

async function requireVersion(tx: Tx, policy: string, version: number): Promise<PolicyVersionRow> {
  const found = await findVersion(tx, policy, version);
  if (found === undefined) throw new EdictError('not-found', `the policy \`${policy}\` has no version ${version}`);
  return found;
}

/** A superseded version may come back into force (a rollback), but only if it was approved once. */
async function requireApproved(tx: Tx, policy: string, version: number): Promise<PolicyVersionRow> {
  const found = await requireVersion(tx, policy, version);
  const { approval } = await tx
    .selectFrom('policy_versions')
    .select('approval')
    .where('policy', '=', policy)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  if (approval === null) throw wrongState(policy, `version ${version} was never approved`, 'an approved version');
  return found;
}

async function setStatus(
  tx: Tx,
  { policy, version }: { readonly policy: string; readonly version: number },
  status: PolicyVersionRow['status'],
  approval?: string,
): Promise<void> {
  const changes = approval === undefined ? { status } : { status, approval };
  await tx.updateTable('policy_versions').set(changes).where('policy', '=', policy).where('version', '=', version).execute();
}

function wrongState(policy: string, is: string, expected: string): EdictError {
  return new EdictError('policy-state-wrong', `the policy \`${policy}\` is in the wrong state: ${is}`, {
    where: `policy/${policy}`,
    expected,
  });
}

function entryOf(event: string, policy: string, actor: string, detail: AuditEntry['detail']): AuditEntry {
  return { actor, event, subject: `policy/${policy}`, detail };
}

type StoredPolicy = {
  policy: string;
  state: PolicyState;
  draft: number | null;
  enforced: number | null;
  author: string;
  reason: string | null;
  created_at: string;
  updated_at: string;
};

function toPolicyRow(row: StoredPolicy): PolicyRow {
  return {
    policy: row.policy,
    state: row.state,
    draft: row.draft ?? undefined,
    enforced: row.enforced ?? undefined,
    author: row.author,
    reason: row.reason ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

type StoredVersion = Omit<PolicyVersionRow, 'createdAt'> & { readonly created_at: string };

function toVersionRow({ policy, version, document, digest, status, author, created_at }: StoredVersion): PolicyVersionRow {
  return { policy, version, document, digest, status, author, createdAt: created_at };
}
