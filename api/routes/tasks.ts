/** Tasks for people. An answer is recorded first: the run is told of it then, and by the outbox where it could not be told at once. */
import type { FastifyBaseLogger } from 'fastify';
import { EdictError } from '../../domain/errors.ts';
import type { TaskRecord } from '../../domain/playbook/task.ts';
import { asEdictError } from '../failure.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

export function taskHandlers({
  store,
  orchestrator,
}: HandlerDeps): HandlersOf<'tasks.list' | 'tasks.get' | 'tasks.claim' | 'tasks.answer'> {
  const tell = async ({ id, run }: TaskRecord, log: Pick<FastifyBaseLogger, 'warn'>): Promise<void> => {
    try {
      await orchestrator.taskAnswered(run, id);
    } catch (error) {
      log.warn({ code: asEdictError(error).code, task: id }, 'an answer waits for the outbox');
    }
  };
  return {
    'tasks.list': ({ query: { status, run, role, ...page }, by }) =>
      store.tasks.list({ status, run, for: role === 'mine' ? by : undefined }, page),
    'tasks.get': async ({ params }) => {
      const task = await store.tasks.get(params.id);
      if (task === undefined) throw new EdictError('not-found', `there is no task \`${params.id}\``);
      return task;
    },
    'tasks.claim': ({ params: { id }, body: { take, release }, by }) =>
      release ? store.tasks.release(id, by) : store.tasks.claim({ id, by, take }),
    'tasks.answer': async ({ params, body, by, http }) => {
      const task = await store.tasks.answer({ id: params.id, by, ...body });
      await tell(task, http.log);
      return task;
    },
  };
}
