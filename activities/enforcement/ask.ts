/**
 * `point.ask`: puts a recorded question of a person to an enforcement point: a request is tried there, a change is planned and not made, or the
 * account's permissions are looked at. Nothing is put in force by it. What came of it is recorded, once; the same question again is not asked again.
 */
import type { Activities } from '../contract.ts';
import type { CallOptions, Connector } from '../../connectors/connector.ts';
import type { PointAnswer } from '../../domain/enforcement/question.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Request } from '../../domain/policy/model.ts';
import type { PointQuestionRow } from '../../store/port.ts';
import { requireWorkflow } from '../control/caller-check.ts';
import { pointRow, wholeDesired } from '../effect/desired-state.ts';
import type { Ports } from '../ports.ts';

/** Somebody waits for it. */
const timeoutMs = 12_000;

export function askActivities(ports: Ports): Pick<Activities, 'point.ask'> {
  const { points } = ports.store;
  return {
    'point.ask': async ({ question: id }) => {
      requireWorkflow(ports, `question/${id}`);
      const row = await points.question(id);
      if (row === undefined) throw new EdictError('order-missing', `nobody asked \`${id}\``, { help: 'points are asked through the API' });
      if (row.answer !== undefined) return row.answer;
      if (row.fault !== undefined) throw new EdictError(row.fault.code, row.fault.message);
      try {
        const answer = await answerOf(ports, row);
        await points.answer(id, { answer, fault: undefined });
        return answer;
      } catch (error) {
        if (error instanceof EdictError)
          await points.answer(id, { answer: undefined, fault: { code: error.code, message: error.message } });
        throw error;
      }
    },
  };
}

async function answerOf(ports: Ports, { point, question, by }: PointQuestionRow): Promise<PointAnswer> {
  const { store } = ports;
  const connector = await ports.connector(point);
  const options = { signal: ports.caller().signal, timeoutMs };
  switch (question.kind) {
    case 'test': {
      const answer = await tried(connector, question.request, options);
      if (answer.probe !== undefined)
        await store.points.setProbed(point, { ...answer.probe, request: question.request, tried: 1, by, at: ports.now().toISOString() });
      return answer;
    }
    case 'dry-run': {
      // An effect under way is not taken for something left to do.
      const plan = async () => connector.plan(await wholeDesired(store, (await pointRow(store, point)).desired), options);
      return { kind: 'dry-run', ...(await store.points.locked(point, plan)) };
    }
    case 'permissions': {
      const permissions = await connector.permissions(options);
      await store.points.setPermissions(point, { permissions, at: ports.now().toISOString() });
      return { kind: 'permissions', permissions };
    }
  }
}

/** A point that cannot try this request says why; that is an answer. */
async function tried(connector: Connector, request: Request, options: CallOptions): Promise<Extract<PointAnswer, { kind: 'test' }>> {
  try {
    return { kind: 'test', probe: await connector.probe(request, options) };
  } catch (error) {
    if (error instanceof EdictError && error.code === 'probe-unsupported') return { kind: 'test', reason: error.message };
    throw error;
  }
}
