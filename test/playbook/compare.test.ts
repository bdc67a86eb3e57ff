import { describe, expect, it } from '@jest/globals';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { differencesOf } from '../../domain/playbook/compare.ts';
import { simulate, type SimulatedRun } from '../../domain/playbook/simulate.ts';

function run(lease: string, roles = 'manager'): SimulatedRun {
  const { plan } = compilePlaybook(
    `playbook: p\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: ask, approval: { of: [a], roles: [${roles}], expires: 1h } }\n  - { id: a, action: network.isolate, with: { asset: ws-1 }, undo: network.release, lease: ${lease} }\n`,
    'p.yaml',
  );
  const people = [{ atMs: 60_000, who: 'max', step: 'ask', decision: 'approve' as const }];
  return simulate({ plan, fakes: { 'network.isolate': { outputs: { receipt: 'r', points: [] } } }, people });
}

describe('two runs', () => {
  it('do not differ when they decide alike', () => {
    expect(differencesOf(run('1h'), run('1h'))).toEqual([]);
  });

  it('differ in when an effect is undone, and when all is over', () => {
    expect(differencesOf(run('1h'), run('2h'))).toEqual([
      { what: 'effect of a', before: expect.objectContaining({ undone: '1h1m' }), after: expect.objectContaining({ undone: '2h1m' }) },
      { what: 'over at', before: '1h1m', after: '2h1m' },
    ]);
  });

  it('differ in who is asked', () => {
    expect(differencesOf(run('1h'), run('1h', 'admin'))).toEqual([
      {
        what: 'approval ask',
        before: expect.objectContaining({ roles: ['manager'] }),
        after: expect.objectContaining({ roles: ['admin'] }),
      },
    ]);
  });
});
