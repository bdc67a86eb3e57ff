/** An undo that failed for good is tried again: recorded with who wants it and why, and done by a run that does nothing else. */
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { knownRun } from './runs.ts';

export function effectHandlers({ store, orchestrator }: HandlerDeps): HandlersOf<'effects.retry-undo'> {
  return {
    'effects.retry-undo': async ({ body: { key, reason }, by }) => {
      const found = await store.effects.get(key);
      if (found === undefined) throw new EdictError('not-found', `there is no effect \`${key}\``);
      const { entries } = await store.effects.orderRetry({ key, by, reason });
      const { playbook, version, planDigest, inputs, incident, policy, origin: above } = await knownRun(store, found.run);
      const run = retryRun(key, entries);
      const origin = { kind: 'undo', run: found.run, only: 'diverged', depth: above?.depth ?? 0 } as const;
      if ((await store.runs.get(run)) === undefined)
        await store.runs.order({ run, playbook, version, planDigest, inputs, requester: by, incident, policy, origin }, by);
      await orchestrator.startRun(run).catch(() => undefined);
      return { key, run };
    },
  };
}

/** The same order gives the same run, and the outbox starts it where this process cannot. */
function retryRun(key: string, entries: readonly number[]): string {
  return `run-${digestOf(['retry-undo', key, entries.at(-1) ?? 0]).slice('sha256:'.length, 'sha256:'.length + 16)}`;
}
