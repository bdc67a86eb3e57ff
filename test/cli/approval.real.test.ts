/** `edict approval …`: people in the loop from the command line, on the whole stack. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { loadDemoData, openGround, refusal, until, type Ground } from './edict.ts';

jest.setTimeout(240_000);

const source = `playbook: two-hosts
version: 1.0.0
title: Isolate two hosts
triggers: [{ manual: { roles: [analyst] } }]
steps:
  - id: ask
    approval:
      of: [first, second]
      roles: [manager]
      quorum: 2
      expires: 10m
      risk: high
      break_glass: { roles: [manager], review: 1h }
  - { id: first, action: network.isolate, with: { asset: ws-17 }, undo: network.release, lease: 1h }
  - { id: second, action: network.isolate, with: { asset: ws-18 }, undo: network.release, lease: 1h }
`;

type Approval = {
  readonly id: string;
  readonly run: string;
  readonly digest: string;
  readonly proposals: readonly { readonly digest: string }[];
};

describeWith(['postgres', 'temporal', 'opa'], 'edict approval', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
    await loadDemoData(ground);
    const file = join(ground.folder, 'two-hosts.yaml');
    writeFileSync(file, source);
    await ground.json('--as', 'engineer', 'playbook', 'publish', file);
  }, 120_000);
  afterAll(() => ground?.close(), 60_000);

  async function begin(): Promise<Approval> {
    const { run } = await ground.json<{ run: string }>('--as', 'analyst', 'playbook', 'run', 'two-hosts');
    const page = await until(
      () => ground.json<{ items: Approval[] }>('approvals'),
      ({ items }) => items.some((one) => one.run === run),
    );
    return page.items.find((one) => one.run === run) as Approval;
  }
  const ended = (run: string) =>
    until(
      () => ground.json<{ status: string; outcome?: string; view?: { steps: { step: string; status: string }[] } }>('run', 'show', run),
      ({ status }) => status === 'ended',
    );

  it('shows the exact plan, and takes votes for less of it: a second one joins by the digest that it shows', async () => {
    const { id, run } = await begin();
    const shown = (await ground.edict(['approval', 'show', id])).stdout;
    for (const words of [
      'network.isolate',
      'targets    ws-17, ws-18',
      'high: approving takes a reason',
      'glass      manager may break it',
      'until ',
    ])
      expect(shown).toContain(words);
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id])).toMatchObject({ exit: 2, code: 'approval-reason-missing' });
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id, '--steps', 'third', '--reason', 'r'])).toMatchObject({
      exit: 2,
      code: 'approval-not-narrower',
    });
    const less = ['--steps', 'first', '--lease', '1s', '--reason', 'the second one stays up'];
    expect(await ground.json('--as', 'manager-1', 'approve', id, ...less)).toMatchObject({ status: 'open', approvals: 1 });
    const { proposals } = await ground.json<Approval>('approval', 'show', id);
    expect((await ground.edict(['approval', 'show', id])).stdout).toContain(`proposed   ${proposals[0]?.digest}`);
    const joined = ['--digest', proposals[0]?.digest ?? '', '--reason', 'agreed'];
    expect(await ground.json('--as', 'manager-2', 'approve', id, ...joined)).toMatchObject({ status: 'approved' });
    const { view } = await ended(run);
    expect(view?.steps).toMatchObject([
      { step: 'ask', status: 'done' },
      { step: 'first', status: 'undone' },
      { step: 'second', status: 'withheld' },
    ]);
  });

  it('passes a right on, votes with it, and takes it back', async () => {
    const give = ['approval', 'delegate', '--to', 'engineer', '--roles', 'manager', '--until', '2h', '--reason', 'on leave'];
    expect(await refusal(ground, ['--as', 'analyst', ...give])).toMatchObject({ exit: 4, code: 'access-denied' });
    const { id: delegation } = await ground.json<{ id: string }>('--as', 'manager-1', ...give);
    expect((await ground.edict(['approval', 'delegations'])).stdout).toMatch(/manager-1\s+engineer\s+manager/u);
    const { id, run } = await begin();
    const vote = ['--as', 'engineer', 'approve', id, '--for', 'manager-1', '--reason', 'as agreed'];
    expect(await ground.json(...vote)).toMatchObject({ status: 'open', approvals: 1 });
    expect(await refusal(ground, ['--as', 'manager-1', 'approve', id, '--reason', 'me too'])).toMatchObject({
      code: 'approval-vote-repeated',
    });
    expect((await ground.edict(['approval', 'show', id])).stdout).toContain('approve by engineer on behalf of manager-1');
    await ground.json('--as', 'manager-1', 'approval', 'revoke', delegation);
    expect((await ground.edict(['approval', 'delegations'])).stdout).toContain('nobody votes on somebody’s behalf');
    // What was voted with it counts no more: one manager is not two.
    expect(await ground.json('--as', 'manager-2', 'approve', id, '--reason', 'seen')).toMatchObject({ status: 'open' });
    await ground.json('--as', 'analyst', 'run', 'cancel', run, '--reason', 'enough', '--yes');
    expect(await ended(run)).toMatchObject({ outcome: 'cancelled' });
  });

  it('breaks the glass, and has it reviewed by somebody else', async () => {
    const { id, run } = await begin();
    const glass = ['approval', 'break-glass', id, '--reason', 'it encrypts the file server now', '--lease', '1s'];
    expect(await refusal(ground, ['--as', 'analyst', ...glass])).toMatchObject({ exit: 4, code: 'access-denied' });
    expect(await refusal(ground, ['--as', 'admin', ...glass])).toMatchObject({ exit: 4, code: 'break-glass-denied' });
    const { review } = await ground.json<{ review: string }>('--as', 'manager-1', ...glass);
    expect((await ground.edict(['approval', 'reviews'])).stdout).toContain(review);
    expect((await ground.edict(['approval', 'reviews', '--overdue'])).stdout).toContain('no glass was broken');
    const verdict = ['approval', 'review', review, '--accept', '--comment', 'it was going'];
    expect(await refusal(ground, ['--as', 'manager-1', ...verdict])).toMatchObject({ exit: 4, code: 'access-denied' });
    expect(await refusal(ground, ['--as', 'manager-2', 'approval', 'review', review, '--comment', 'c'])).toMatchObject({ exit: 2 });
    expect(await ground.json('--as', 'manager-2', ...verdict)).toMatchObject({ status: 'accepted' });
    expect((await ground.edict(['approval', 'show', id])).stdout).toContain('glass broken by manager-1: it encrypts');
    expect((await ended(run)).view?.steps).toMatchObject([{ status: 'done' }, { status: 'undone' }, { status: 'undone' }]);
  });
});
