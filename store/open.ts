/** The store on a migrated PostgreSQL. Opening it brings the audit file up to the table; closing it waits for the file. */
import { sql } from 'kysely';
import type pg from 'pg';
import { accountsRepository, identitiesRepository } from './access/accounts.ts';
import { sessionsRepository } from './access/sessions.ts';
import { triesRepository } from './access/tries.ts';
import { auditRepository } from './audit.ts';
import { recordedChange, type Change } from './chain/change.ts';
import { openAuditFile, type AuditFile } from './chain/file.ts';
import { approvalsRepository } from './approvals/approvals.ts';
import { delegationsRepository } from './approvals/delegations.ts';
import { reviewsRepository } from './approvals/reviews.ts';
import { openFlush } from './chain/flush.ts';
import { recordedStatement } from './chain/statement.ts';
import { complianceRepository } from './compliance/facts.ts';
import { contextRepository } from './context.ts';
import { commandsRepository } from './runs/commands.ts';
import { openDatabase, openPool, type Db } from './postgres/database.ts';
import { openListener, type Listener } from './postgres/listener.ts';
import { bundleChannel, bundlesRepository } from './bundles.ts';
import { guard } from './postgres/door.ts';
import { effectsRepository, lockedAt } from './effects/ledger.ts';
import { translateError } from './postgres/failures.ts';
import { guardRepository } from './effects/guard-settings.ts';
import { outlook } from './effects/outlook.ts';
import { situations } from './effects/situation.ts';
import { idempotencyRepository } from './idempotency.ts';
import { incidentsRepository } from './incidents.ts';
import { overviewRepository } from './incidents/posture.ts';
import { viewsRepository } from './incidents/views.ts';
import { checkSchema } from './migrate.ts';
import { peopleRepository } from './people.ts';
import { playbooksRepository } from './playbooks.ts';
import { changeLock } from './postgres/change-lock.ts';
import { pointsRepository } from './points.ts';
import { policiesRepository } from './policies.ts';
import type { Effects, Points, Store, Systems } from './port.ts';
import type { Values } from './port/values.ts';
import { reportsRepository } from './reports.ts';
import { runsRepository } from './runs/runs.ts';
import { secretsRepository } from './secrets/secrets.ts';
import { signalsRepository } from './signals.ts';
import { triggersRepository } from './triggers/triggers.ts';
import { valuesRepository } from './values.ts';
import { systemsRepository } from './systems/systems.ts';
import { tasksRepository } from './runs/tasks.ts';

const lockConnections = 16;

export type StoreOptions = {
  readonly databaseUrl: string;
  /** JSON lines; processes on one machine may share it. */
  readonly auditFile: string;
  /** Connections for the store's own statements; locks on points and systems use up to 16 more while they are held. */
  readonly poolSize?: number | undefined;
};

export async function openStore({ databaseUrl, auditFile, poolSize = 10 }: StoreOptions): Promise<Store> {
  const [pool, lockPool, flushPool] = [openPool(databaseUrl, poolSize), openPool(databaseUrl, lockConnections), openPool(databaseUrl, 1)];
  const db = openDatabase(pool);
  const flush = openFlush(flushPool);
  const file = openAuditFile(db, flush, auditFile);
  const listener = openListener(databaseUrl, bundleChannel);
  const end = once(async () => void (await Promise.all([listener.close(), db.destroy(), lockPool.end(), flushPool.end()])));
  try {
    await checkSchema(db);
    await file.catchUp();
  } catch (error) {
    await end();
    throw translateError(error, 'store.open');
  }
  const parts = repositories({ pool, db, file, listener });
  const { locked, lockedLooking } = changeLock(lockPool, 'point');
  return {
    ...parts,
    points: { ...parts.points, locked },
    effects: { ...parts.effects, lockedAt: lockedAt(lockedLooking) },
    systems: { ...parts.systems, locked: changeLock(lockPool, 'system').locked },
    close: async () => {
      await file.close();
      await end();
    },
  };
}

type Parts = { readonly pool: pg.Pool; readonly db: Db; readonly file: AuditFile; readonly listener: Listener };

function repositories({ pool, db, file, listener }: Parts): Omit<Store, 'points' | 'systems' | 'effects' | 'close'> & {
  readonly effects: Omit<Effects, 'lockedAt'>;
  readonly points: Omit<Points, 'locked'>;
  readonly systems: Omit<Systems, 'locked'>;
} {
  const recorded = recordedChange(pool, file);
  const change: Change = async (work) => (await recorded(work)).result;
  const people = peopleRepository(db, change);
  const situation = situations(db);
  return {
    // What a stranger sends as a token is hashed first: it needs no door, and wrong text is an unknown token.
    people: {
      ...guard('people', people),
      authenticate: (secret) => people.authenticate(secret).catch(inWords('store.people.authenticate')),
    },
    sessions: guard('sessions', sessionsRepository(db, change)),
    accounts: guard('accounts', accountsRepository(db, change)),
    tries: guard('tries', triesRepository(db, change)),
    identities: guard('identities', identitiesRepository(db, change)),
    policies: guard('policies', policiesRepository(db, change)),
    context: guard('context', contextRepository(db, change)),
    playbooks: guard('playbooks', playbooksRepository(db, change)),
    triggers: guard('triggers', triggersRepository(db, change)),
    runs: guard('runs', runsRepository(db, change)),
    commands: guard('commands', commandsRepository(db, change)),
    approvals: guard('approvals', approvalsRepository(db, change)),
    tasks: guard('tasks', tasksRepository(db, change)),
    delegations: guard('delegations', delegationsRepository(db, change)),
    reviews: guard('reviews', reviewsRepository(db, change)),
    effects: guard('effects', {
      ...effectsRepository(db, recorded, recordedStatement(pool, file)),
      outlook: outlook({ pool, db }, situation),
    }),
    guard: guard('guard', guardRepository(db, change, situation)),
    points: guard('points', pointsRepository(db, change)),
    systems: guard('systems', systemsRepository(db, change)),
    signals: guard('signals', signalsRepository(db, change)),
    incidents: guard('incidents', incidentsRepository(db, change)),
    views: guard('views', viewsRepository(db)),
    overview: guard('overview', overviewRepository(db)),
    audit: guard('audit', auditRepository(db, recorded, file)),
    compliance: guard('compliance', complianceRepository(db)),
    reports: guard('reports', reportsRepository(db, change)),
    idempotency: guard('idempotency', idempotencyRepository(db)),
    bundles: guard('bundles', bundlesRepository(db, listener)),
    values: valuesInWords(valuesRepository(db)),
    secrets: guard('secrets', secretsRepository(db, change)),
    ping: async () => void (await sql`select 1`.execute(db).catch(inWords('store.ping'))),
  };
}

/** Bytes that were JSON already: there is nothing in them that could not be stored. */
function valuesInWords({ put, get }: Values): Values {
  return {
    put: (json) => put(json).catch(inWords('store.values.put')),
    get: (digest) => get(digest).catch(inWords('store.values.get')),
  };
}

function inWords(where: string): (error: unknown) => never {
  return (error) => {
    throw translateError(error, where);
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
