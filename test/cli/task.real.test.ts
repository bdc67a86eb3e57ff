/** Tasks as people type them, on a whole stack: seen, taken on, answered by their types, and the run that goes on with them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { RunDetail } from '../../api/contract/runs.ts';
import type { Task } from '../../api/contract/tasks.ts';
import { describeWith } from '../stack/fixture.ts';
import { openGround, refusal, until, type Ground } from './edict.ts';

/** Every call of the command is a process of its own. */
jest.setTimeout(120_000);

const playbook = `playbook: asked
version: 1.0.0
title: A person is asked
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - id: call
    title: Call the owner
    manual:
      roles: [analyst]
      instructions: Ask whether it was them
      outputs: { badge: string, age: int, verdict: { enum: [benign, malicious], description: what the owner says }, comment: { type: string, optional: true } }
      expires: 1h
outputs: { badge: call.badge, verdict: call.verdict, by: call.by }
`;

describeWith(['postgres', 'temporal', 'opa'], 'edict task', () => {
  let ground: Ground;
  let run = '';
  let task = '';
  const shown = (): Promise<RunDetail> => ground.json<RunDetail>('run', 'show', run);
  const analyst = (...args: readonly string[]) => ground.edict(['--as', 'analyst', 'task', ...args]);

  beforeAll(async () => {
    ground = await openGround();
    const file = join(ground.folder, 'asked.yaml');
    writeFileSync(file, playbook);
    await ground.json('--as', 'engineer', 'playbook', 'publish', file, '--no-tests');
    run = (await ground.json<{ run: string }>('--as', 'analyst', 'playbook', 'run', 'asked')).run;
    const detail = await until(shown, ({ view }) => view?.steps[0]?.task !== undefined);
    task = detail.view?.steps[0]?.task ?? '';
  }, 180_000);
  afterAll(() => ground?.close(), 60_000);

  it('shows what waits for whom, and in the run where it is answered', async () => {
    expect((await ground.edict(['run', 'show', run])).stdout).toContain(`\`edict task show ${task}\``);
    expect((await analyst('list', '--mine')).stdout).toMatch(new RegExp(`${task} +open +analyst .*Call the owner`, 'u'));
    expect((await ground.edict(['--as', 'auditor', 'task', 'list', '--mine'])).stdout).toContain('nothing waits for a person');
    expect((await analyst('show', task)).stdout).toContain('verdict  one of benign, malicious · what the owner says');
  });

  it('is answered by who took it on, with values as declared, and says what is wrong where they are not', async () => {
    expect((await analyst('claim', task)).stdout).toContain('taken by analyst');
    const answer = (...outputs: readonly string[]) => [
      '--as',
      'analyst',
      'task',
      'answer',
      task,
      ...outputs.flatMap((one) => ['--output', one]),
    ];
    expect(await refusal(ground, answer('verdct=benign'))).toMatchObject({ exit: 2, help: 'did you mean `verdict`?' });
    expect(await refusal(ground, answer('age=old'))).toMatchObject({ exit: 2, expected: 'int' });
    expect(await refusal(ground, answer('badge=007', 'age=41'))).toMatchObject({
      exit: 2,
      code: 'input-invalid',
      where: '/outputs/verdict',
    });
    expect(await refusal(ground, ['--as', 'manager-1', ...answer('badge=1', 'age=41', 'verdict=benign').slice(2)])).toMatchObject({
      exit: 4,
      code: 'task-role-missing',
    });
    const answered = await ground.json<Task>(...answer('badge=007', 'age=41', 'verdict=benign'), '--note', 'by phone');
    expect(answered).toMatchObject({
      status: 'answered',
      answeredBy: 'analyst',
      answer: { badge: '007', age: 41, verdict: 'benign' },
      note: 'by phone',
    });
    const detail = await until(shown, ({ status }) => status === 'ended');
    expect(detail.view).toMatchObject({ outcome: 'done', outputs: { badge: '007', verdict: 'benign', by: 'analyst' } });
    expect(await refusal(ground, answer('badge=1', 'age=1', 'verdict=malicious'))).toMatchObject({ exit: 5, code: 'task-closed' });
  });
});
