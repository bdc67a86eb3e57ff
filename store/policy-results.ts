/** What a version was compiled to, proved and tried on: artifacts by digest, and one result a version and target. */
import { canonicalJson } from '../domain/digest.ts';
import type { Change } from './chain/change.ts';
import { now, type Db } from './postgres/database.ts';
import type { Policies } from './port.ts';

type ResultMethods = Pick<Policies, 'saveCompilation' | 'compilations' | 'artifact' | 'saveProof' | 'proofs' | 'saveWhatIf' | 'whatIf'>;

export function compilationMethods(db: Db, change: Change): ResultMethods {
  return { ...reads(db), ...changes(change) };
}

function reads(db: Db): Pick<Policies, 'compilations' | 'artifact' | 'proofs' | 'whatIf'> {
  return {
    compilations: (policy, version) =>
      db
        .selectFrom('compilations')
        .select(['target', 'artifact', 'losses'])
        .where('policy', '=', policy)
        .where('version', '=', version)
        .orderBy('target')
        .execute(),
    artifact: async (digest) => {
      const row = await db.selectFrom('artifacts').selectAll().where('digest', '=', digest).executeTakeFirst();
      return row && { target: row.target, digest: row.digest, files: row.files, sizeBytes: row.size_bytes };
    },
    proofs: (policy, version) =>
      db
        .selectFrom('proofs')
        .selectAll()
        .where('policy', '=', policy)
        .where('version', '=', version)
        .orderBy('at')
        .orderBy('target')
        .execute(),
    whatIf: async (policy, version) =>
      (await db.selectFrom('what_ifs').select('result').where('policy', '=', policy).where('version', '=', version).executeTakeFirst())
        ?.result,
  };
}

function changes(change: Change): Pick<Policies, 'saveCompilation' | 'saveProof' | 'saveWhatIf'> {
  return {
    saveCompilation: ({ policy, version, artifact, losses, by }) =>
      change(async (tx, record) => {
        const { digest, target, files, sizeBytes } = artifact;
        await tx
          .insertInto('artifacts')
          .values({ digest, target, files: JSON.stringify(files), size_bytes: sizeBytes })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const row = { policy, version, target, artifact: digest, losses: JSON.stringify(losses) };
        await tx
          .insertInto('compilations')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['policy', 'version', 'target']).doUpdateSet({ artifact: row.artifact, losses: row.losses }),
          )
          .execute();
        record({
          actor: by,
          event: 'policy-compiled',
          subject: `policy/${policy}`,
          detail: { version, target, artifact: digest, sizeBytes, losses: losses.length },
        });
      }),
    saveProof: ({ policy, version, target, artifact, equal, detail }, by) =>
      change(async (tx, record) => {
        const row = { policy, version, target, artifact, equal, detail: canonicalJson(detail) };
        const saved = await tx
          .insertInto('proofs')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['policy', 'version', 'target', 'artifact']).doUpdateSet({ equal, detail: row.detail, at: now() }),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
        record({ actor: by, event: 'policy-proved', subject: `policy/${policy}`, detail: { version, target, artifact, equal } });
        return saved;
      }),
    saveWhatIf: ({ policy, version, result, by }) =>
      change(async (tx, record) => {
        const row = { policy, version, result: canonicalJson(result) };
        await tx
          .insertInto('what_ifs')
          .values(row)
          .onConflict((conflict) => conflict.columns(['policy', 'version']).doUpdateSet({ result: row.result }))
          .execute();
        record({ actor: by, event: 'policy-tried', subject: `policy/${policy}`, detail: { version } });
      }),
  };
}
