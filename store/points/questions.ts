/** Questions to enforcement points: recorded before they are asked, answered once. */
import type { Selectable } from 'kysely';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import { printRequest } from '../../domain/policy/request-text.ts';
import type { Change } from '../chain/change.ts';
import { now, type Db } from '../postgres/database.ts';
import type { Tables } from '../postgres/tables.ts';
import type { PointQuestionRow, PointQuestions } from './port-questions.ts';

export function questionMethods(db: Db, change: Change): PointQuestions {
  return { ...asking(db, change), ...facts(db) };
}

function asking(db: Db, change: Change): Pick<PointQuestions, 'ask' | 'question' | 'answer'> {
  return {
    ask: ({ id, point, question }, by) =>
      change(async (tx, record) => {
        const known = await tx.selectFrom('points').select('name').where('name', '=', point).executeTakeFirst();
        if (known === undefined) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${point}\``);
        await tx
          .insertInto('point_questions')
          .values({ id, point, question: canonicalJson(question), asked_by: by })
          .execute();
        const about = question.kind === 'test' ? { asked: printRequest(question.request, { assets: [], zones: [] }) } : {};
        record({ actor: by, event: 'point-asked', subject: `point/${point}`, detail: { question: id, kind: question.kind, ...about } });
      }),
    question: async (id) => {
      const row = await db.selectFrom('point_questions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRow(row);
    },
    answer: (id, { answer, fault }) =>
      change(async (tx, record) => {
        const ended = await tx
          .updateTable('point_questions')
          .set({
            answer: answer === undefined ? null : canonicalJson(answer),
            fault: fault === undefined ? null : canonicalJson(fault),
            answered_at: now(),
          })
          .where('id', '=', id)
          .where('answered_at', 'is', null)
          .returning(['point', 'asked_by'])
          .executeTakeFirst();
        if (ended === undefined) return;
        const told = fault === undefined ? { answer: digestOf(answer) } : { fault: fault.code };
        record({ actor: ended.asked_by, event: 'point-answered', subject: `point/${ended.point}`, detail: { question: id, ...told } });
      }),
  };
}

function facts(db: Db): Pick<PointQuestions, 'setProbed' | 'setPermissions'> {
  return {
    setProbed: async (point, probe) =>
      void (await db
        .updateTable('points')
        .set({ last_probe: canonicalJson(probe) })
        .where('name', '=', point)
        .execute()),
    setPermissions: async (point, seen) =>
      void (await db
        .updateTable('points')
        .set({ permissions: canonicalJson(seen) })
        .where('name', '=', point)
        .execute()),
  };
}

function toRow({ id, point, question, asked_by, asked_at, answer, fault }: Selectable<Tables['point_questions']>): PointQuestionRow {
  return { id, point, question, by: asked_by, askedAt: asked_at, answer: answer ?? undefined, fault: fault ?? undefined };
}
