/** The way of somebody who follows docs/writing-playbooks.md to its end, on a whole stack: write, lint, test, simulate, publish, run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { RunDetail } from '../../api/contract/runs.ts';
import { describeWith } from '../stack/fixture.ts';
import { loadDemoData, openGround, refusal, until, type Ground } from './edict.ts';

/** Every call of the command is a process of its own. */
jest.setTimeout(120_000);

const guide = readFileSync(new URL('../../docs/writing-playbooks.md', import.meta.url), 'utf8');

/** What stands in the guide under the file's name. */
function written(file: string): string {
  const blocks = [...guide.matchAll(/```yaml\n(# [^\n]+\n(?:.|\n)*?)```/gu)].map(([, text]) => text ?? '');
  return blocks
    .filter((text) => text.startsWith(`# ${file}\n`))
    .map((text) => text.slice(text.indexOf('\n') + 1))
    .join('\n');
}

describeWith(['postgres', 'temporal', 'opa'], 'a new playbook, by the guide', () => {
  let ground: Ground;
  let file = '';
  beforeAll(async () => {
    ground = await openGround();
    await loadDemoData(ground);
    file = join(ground.folder, 'quarantine.yaml');
    for (const name of ['quarantine.yaml', 'quarantine.test.yaml']) writeFileSync(join(ground.folder, name), written(name));
  }, 180_000);
  afterAll(() => ground?.close(), 60_000);

  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await ground.edict(args);
    expect({ args, code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };
  const shown = (run: string): Promise<RunDetail> => ground.json<RunDetail>('run', 'show', run);

  it('is linted, simulated, tested and covered without a server', async () => {
    await said('playbook', 'lint', file);
    expect(await said('playbook', 'simulate', file, '--inputs', 'host=ws-17', 'indicator=203.0.113.9')).toContain('expired at 30m');
    expect(await said('playbook', 'test', file)).toContain('5');
    await said('playbook', 'coverage', file, '--min', '100');
  });

  it('is checked, published, and started by whom it names; a manager decides, and it ends', async () => {
    expect(await said('playbook', 'publish', file, '--dry-run')).toMatch(
      /the first version\n5 tests hold\nwould be published: quarantine@1\.0\.0/u,
    );
    expect(await said('playbook', 'publish', file)).toContain('published quarantine@1.0.0');
    const { run } = await ground.json<{ run: string }>(
      '--as',
      'analyst',
      'playbook',
      'run',
      'quarantine',
      'host=ws-17',
      'indicator=203.0.113.9',
    );
    const { view } = await until(
      () => shown(run),
      (detail) => detail.view?.steps.some(({ approval, status }) => approval !== undefined && status === 'waiting') === true,
    );
    const approval = view?.steps.find((step) => step.approval !== undefined)?.approval ?? '';
    await said('--as', 'manager-1', 'approve', approval);
    const leased = await until(
      () => shown(run),
      (detail) => detail.view?.status === 'leased',
    );
    expect(leased).toMatchObject({
      version: '1.0.0',
      view: { outcome: 'done' },
      effects: [{ action: 'network.isolate', status: 'confirmed' }],
    });
    await said('--as', 'analyst', 'run', 'cancel', run, '--reason', 'the test is over', '--yes');
  });

  it('has versions that never change; another text is told which version is next', async () => {
    const other = written('quarantine.yaml').replace('for an hour', 'for one hour');
    writeFileSync(file, other);
    expect(await refusal(ground, ['playbook', 'publish', file])).toMatchObject({
      exit: 5,
      code: 'conflict',
      help: 'raise its version: the next one is `1.0.1`',
    });
    writeFileSync(file, other.replace('version: 1.0.0', 'version: 1.0.1'));
    expect(await said('playbook', 'publish', file)).toMatch(/different from 1\.0\.0:\n {2}~ title/u);
    expect(await ground.json('playbook', 'versions', 'quarantine')).toMatchObject({ items: [{ version: '1.0.1' }, { version: '1.0.0' }] });
    expect(await said('playbook', 'show', 'quarantine@1.0.0')).toContain('for an hour');
    const started = await ground.json('--as', 'analyst', 'playbook', 'run', 'quarantine@1.0.0', 'host=ws-17', 'indicator=203.0.113.9');
    expect(started).toMatchObject({ version: '1.0.0' });
  });

  it('is told each fault with its line and what was meant, and who may not publish is refused', async () => {
    writeFileSync(file, written('quarantine.yaml').replace('intel.lookup', 'intel.lokup').replace('1.0.0', '3.0.0'));
    const faulty = await ground.edict(['playbook', 'publish', file, '--no-tests']);
    expect(faulty.code).toBe(2);
    expect(faulty.stderr).toContain(
      'quarantine.yaml:12:13: unknown action `intel.lokup` in step `reputation` (did you mean `intel.lookup`?)',
    );
    expect(await refusal(ground, ['--as', 'analyst', 'playbook', 'publish', file])).toMatchObject({ exit: 4, code: 'access-denied' });
  });

  it('calls another one, waits for a signal of its incident, and runs by a schedule until it is paused', async () => {
    const caller = join(ground.folder, 'caller.yaml');
    const text = `playbook: caller
version: 1.0.0
title: Waits for the acknowledgement, then tells
triggers:
  - manual: { roles: [analyst] }
  - schedule: { cron: "0 3 * * 1", timezone: Europe/Berlin }
steps:
  - { id: ack, wait: { signal: edr-ack, for: 10m } }
  - { id: one, playbook: { name: told, with: { text: '\${ack.signal.title}' } } }
outputs: { text: one.text }
`;
    const told = join(ground.folder, 'told.yaml');
    writeFileSync(
      told,
      'playbook: told\nversion: 1.0.0\ntitle: t\ninputs: { text: { type: string } }\nsteps: [{ id: a, action: control.noop, with: { value: "${inputs.text}" } }]\noutputs: { text: a.value }\n',
    );
    writeFileSync(caller, text);
    expect(await refusal(ground, ['playbook', 'publish', caller])).toMatchObject({ code: 'playbook-invalid' });
    await said('playbook', 'publish', told);
    await said('playbook', 'publish', caller);
    await ground.json(
      '--as',
      'analyst',
      'signal',
      'send',
      'other',
      '--severity',
      'low',
      '--title',
      'first',
      '--source',
      'ws-17',
      '--key',
      'case-1',
    );
    const { items } = await until(
      () => ground.json<{ items: { id: string }[] }>('incident', 'list'),
      (page) => page.items.length > 0,
    );
    const { run } = await ground.json<{ run: string }>('--as', 'analyst', 'playbook', 'run', 'caller', '--incident', items[0]?.id ?? '');
    await until(
      () => shown(run),
      (detail) => detail.view?.steps.some(({ step, status }) => step === 'ack' && status === 'waiting') === true,
    );
    await ground.json(
      '--as',
      'analyst',
      'signal',
      'send',
      'edr-ack',
      '--severity',
      'low',
      '--title',
      'isolated it',
      '--source',
      'ws-17',
      '--key',
      'case-1',
    );
    const done = await until(
      () => shown(run),
      (detail) => detail.status === 'ended',
    );
    expect(done).toMatchObject({ outcome: 'done', view: { outputs: { text: 'isolated it' } } });
    const child = done.view?.steps.find(({ step }) => step === 'one')?.child ?? '';
    expect(await shown(child)).toMatchObject({ requester: 'analyst', origin: { kind: 'child', run, step: 'one' } });
    expect(await said('playbook', 'schedule', 'list')).toMatch(/caller@1\.0\.0 +0 3 \* \* 1 Europe\/Berlin +active/u);
    expect(await said('playbook', 'schedule', 'pause', 'caller', '--reason', 'holidays')).toBe('caller: its schedules are paused\n');
    expect(await said('playbook', 'schedule', 'list')).toMatch(/Europe\/Berlin +paused/u);
    expect(await said('playbook', 'disable', 'caller')).toBe('caller: nothing starts it by itself\n');
  });
});
