/** The meaning of failure and of leases, in virtual time: what is retried, taken back, kept. */
import { describe, expect, it } from '@jest/globals';
import { run, statuses, isolate, ok, undone } from './scenes.ts';

describe('failure', () => {
  it('without a handler fails the run and takes back what was done, newest first', () => {
    const result = run(`${isolate('a')}${isolate('b')}- { id: c, fail: "no \${inputs.n}" }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': { takesMs: 1000 } },
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'playbook-failed', message: 'no 0' } });
    expect(undone(result)).toEqual(['b', 'a']);
    expect(statuses(result)).toMatchObject({ a: 'undone', b: 'undone' });
  });

  it('continue goes on, and the step says that it is not ok', () => {
    const result = run(
      `- { id: a, action: intel.lookup, with: { indicator: x }, on_failure: continue }\n- { id: b, if: "!a.ok && a.error.code == 'not-found'", action: control.noop }\n`,
      { fakes: { 'intel.lookup': { fail: 'not-found' } } },
    );
    expect(statuses(result)).toEqual({ a: 'failed', b: 'done' });
    expect(result.view.outcome).toBe('done');
  });

  it('is retried by the driver where the code may be, with waits that double', () => {
    const step = `- { id: a, action: intel.lookup, with: { indicator: x }, retry: { attempts: 4, backoff: 1s..3s } }\n`;
    const away = { fail: 'dependency-unavailable' } as const;
    expect(run(step, { fakes: { 'intel.lookup': [away, away, away, { outputs: { verdict: 'x', indicators: [] } }] } })).toMatchObject({
      endedAtMs: 6000,
      view: { outcome: 'done' },
    });
    expect(run(step, { fakes: { 'intel.lookup': away } })).toMatchObject({ endedAtMs: 6000, view: { outcome: 'failed' } });
    expect(run(step, { fakes: { 'intel.lookup': { fail: 'not-found' } } })).toMatchObject({ endedAtMs: 0, view: { outcome: 'failed' } });
  });

  it('of an effect that may have happened is undone; of one that was refused is not', () => {
    const released = (fail: 'timeout' | 'access-denied'): number => {
      let count = 0;
      run(isolate('a'), {
        fakes: { 'network.isolate': { fail } },
        observe: (_, __, commands) =>
          void (count += commands.filter((command) => command.type === 'perform' && command.undoes !== undefined).length),
      });
      return count;
    };
    expect(released('timeout')).toBe(1);
    expect(released('access-denied')).toBe(0);
  });

  it('of an undo is never silent: the others are undone, and the run has failed', () => {
    const result = run(`${isolate('a')}${isolate('b')}- { id: c, end: fine, if: "inputs.n > 9" }\n- { id: d, fail: no }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': [{ fail: 'effect-failed', message: 'broken' }, {}] },
    });
    expect(statuses(result)).toMatchObject({ a: 'undone', b: 'undo-failed' });
    expect(result.view.outcome).toBe('failed');
    expect(result.view.error?.message).toBe('no; step `b` could not be undone: broken');
  });

  it('undo and then: the named steps are undone before what follows', () => {
    const result = run(
      `${isolate('a')}${isolate('b')}- { id: c, action: control.noop, on_failure: { undo: [a], then: { end: half } } }\n`,
      { fakes: { 'network.isolate': ok, 'control.noop': { fail: 'probe-unexpected' } } },
    );
    expect(undone(result)).toEqual(['a']);
    expect(result.view).toMatchObject({ outcome: 'half', status: 'ended' });
  });

  it('an undo that fails in a handler fails the run', () => {
    const result = run(`${isolate('a')}- { id: c, action: control.noop, on_failure: { undo: [a], then: { end: half } } }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': { fail: 'effect-failed' }, 'control.noop': { fail: 'probe-unexpected' } },
    });
    expect(result.view).toMatchObject({ outcome: 'failed', error: { code: 'effect-failed' } });
  });

  it('an effect with a reason instead of an undo stays', () => {
    const result = run(
      `- { id: a, action: network.isolate, with: { asset: x }, undo: none, reason: it is for good }\n- { id: b, fail: no }\n`,
      { fakes: { 'network.isolate': ok } },
    );
    expect(result.effects).toHaveLength(1);
    expect(undone(result)).toEqual([]);
    expect(result.view.outcome).toBe('failed');
  });

  it('wrong inputs fail the run before its first step', () => {
    expect(run(`- { id: a, action: control.noop }\n`, { inputs: { m: 1 } }).view).toMatchObject({
      status: 'ended',
      outcome: 'failed',
      steps: [],
      error: { code: 'input-invalid' },
    });
  });
});

describe('leases', () => {
  it('hold after the procedure has ended, and the run ends when they are over', () => {
    const result = run(`${isolate('a', ', lease: 4h')}- { id: b, action: control.noop }\n`, {
      fakes: { 'network.isolate': ok },
      more: 'outputs: { for: a.lease.duration }',
    });
    expect(result).toMatchObject({ outcomeAtMs: 0, endedAtMs: 4 * 3_600_000, view: { outcome: 'done', outputs: { for: '4h' } } });
    expect(undone(result)).toEqual(['a']);
  });

  it('end in the middle of the procedure where that takes longer', () => {
    const result = run(
      `${isolate('a', ', lease: 1h')}- { id: b, wait: 2h }\n- { id: c, if: a.status == "undone", action: control.noop }\n`,
      { fakes: { 'network.isolate': ok } },
    );
    expect(result.effects).toMatchObject([{ undoneAtMs: 3_600_000 }]);
    expect(statuses(result)['c']).toBe('done');
  });

  it('are not undone a second time by a failure after their end', () => {
    let releases = 0;
    run(`${isolate('a', ', lease: 1h')}- { id: b, wait: 2h }\n- { id: c, fail: no }\n`, {
      fakes: { 'network.isolate': ok },
      observe: (_, __, commands) =>
        void (releases += commands.filter((command) => command.type === 'perform' && command.undoes !== undefined).length),
    });
    expect(releases).toBe(1);
  });

  it('are over when their effect is undone before their end', () => {
    const result = run(
      `${isolate('a', ', lease: 4h')}- { id: c, action: control.noop, on_failure: { undo: [a], then: { end: half } } }\n`,
      {
        fakes: { 'network.isolate': ok, 'control.noop': { fail: 'probe-unexpected' } },
      },
    );
    expect(result).toMatchObject({ endedAtMs: 0, view: { outcome: 'half' } });
  });

  it('do not end by themselves while the run is taken back', () => {
    const result = run(`${isolate('a', ', lease: 1m')}${isolate('b')}- { id: w, wait: 1h }\n`, {
      fakes: { 'network.isolate': ok, 'network.release': { takesMs: 60_000 } },
      cancel: { atMs: 30_000, by: 'm', reason: 'x' },
    });
    expect(result.effects.map(({ undoneAtMs }) => undoneAtMs)).toEqual([150_000, 90_000]);
  });

  it('whose undo fails make a run that was done a failed one', () => {
    expect(
      run(isolate('a', ', lease: 1h'), { fakes: { 'network.isolate': ok, 'network.release': { fail: 'effect-failed' } } }).view,
    ).toMatchObject({ status: 'ended', outcome: 'failed', steps: [{ status: 'undo-failed' }] });
  });
});
