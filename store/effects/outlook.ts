/** All that an effect has to know before it may be meant, in one journey: the order of its run, where the effect stands, and the situation. */
import type pg from 'pg';
import { escapeLiteral } from 'pg';
import type { Db } from '../postgres/database.ts';
import type { Effects, EffectRow, Outlook, RunRow } from '../port.ts';
import { toRun, type StoredRun } from '../runs/runs.ts';
import { entriesOf, toEffect, type StoredEffect } from './ledger.ts';
import type { Situations } from './situation.ts';

type Answers = readonly [
  pg.QueryResult<StoredRun>,
  pg.QueryResult<StoredEffect>,
  pg.QueryResult<Outlook['points'][number]>,
  pg.QueryResult,
];

export function outlook({ pool, db }: { readonly pool: pg.Pool; readonly db: Db }, situation: Situations): Effects['outlook'] {
  return async ({ run, key, action, subjects }) => {
    let order: RunRow | undefined;
    let known: EffectRow | undefined;
    let points: Outlook['points'] = [];
    const rows = `select * from runs where run = ${escapeLiteral(run)}; select * from effects where key = ${escapeLiteral(key)};
      select name, target from points order by name`;
    const found = await situation({ action, playbook: { run }, subjects }, async (statement) => {
      const answers: unknown = await pool.query(`${rows}; ${statement}`);
      const [runs, effects, named, looked] = answers as Answers;
      points = named.rows;
      [order] = runs.rows.map(toRun);
      [known] = await Promise.all(effects.rows.map(async (row) => toEffect(row, await entriesOf(db, [key]))));
      return looked.rows;
    });
    return { order, known, points, situation: found };
  };
}
