/** A real OpenFGA in memory, and what it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort } from '../../../stack/ports.ts';
import { engineProgram } from '../../engines/engines.ts';
import type { Question, Verdict } from './check.ts';

export type OpenFga = {
  readonly open: (files: { readonly [path: string]: string }) => Promise<{ readonly check: (question: Question) => Promise<Verdict> }>;
  readonly stop: () => Promise<void>;
};

/** What one call of `write` takes at most. */
const writesAtOnce = 100;

export async function startOpenFga(): Promise<OpenFga> {
  const taken = new Set<number>();
  const [http, grpc] = [await choosePort(taken), await choosePort(taken)];
  const options = ['--playground-enabled=false', '--metrics-enabled=false', '--log-level=none'];
  const child = spawn(engineProgram('openfga'), ['run', `--http-addr=127.0.0.1:${http}`, `--grpc-addr=127.0.0.1:${grpc}`, ...options], {
    stdio: 'ignore',
  });
  const base = `http://127.0.0.1:${http}`;
  await ready(base, child);
  return {
    open: async (files) => {
      const { id } = await post(`${base}/stores`, { name: 'edict' });
      const { authorization_model_id: model } = await post(`${base}/stores/${id}/authorization-models`, JSON.parse(files['model.json']!));
      const tuples: readonly unknown[] = JSON.parse(files['tuples.json']!).tuple_keys;
      for (let at = 0; at < tuples.length; at += writesAtOnce)
        await post(`${base}/stores/${id}/write`, {
          authorization_model_id: model,
          writes: { tuple_keys: tuples.slice(at, at + writesAtOnce) },
        });
      return { check: (question) => ask(`${base}/stores/${id}/check`, model, question) };
    },
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await gone;
    },
  };
}

async function ask(url: string, model: string, { user, relation, object, context }: Question): Promise<Verdict> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ authorization_model_id: model, tuple_key: { user, relation, object }, context }),
  });
  const answer: any = await response.json();
  if (typeof answer.allowed === 'boolean') return answer.allowed ? 'allowed' : 'refused';
  if (response.status < 500) return 'error';
  throw new Error(`${url} answers ${response.status}: ${JSON.stringify(answer)}`);
}

async function post(url: string, body: unknown): Promise<any> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

async function ready(base: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`openfga ended with ${child.exitCode}`);
    const answered = await fetch(`${base}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error('openfga does not answer');
}
