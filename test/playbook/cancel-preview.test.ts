/** What a cancellation would do is what it does: the preview is compared with the cancellation itself. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../domain/json.ts';
import type { RunState } from '../../domain/playbook/engine/state.ts';
import { cancelPreview, type CancelPreview } from '../../domain/playbook/control/cancel-preview.ts';
import { simulate, type SimulatedRun } from '../../domain/playbook/simulate.ts';
import { isolate, noop, planOf, wait } from './control-fixture.ts';

const fakes = { 'network.isolate': { outputs: { receipt: 'r', points: [] } }, 'network.release': {} };

/** The preview of the last state before `atMs`, and the run that is cancelled then. */
function previewed(steps: readonly JsonObject[], atMs: number, slow = 0): { readonly preview: CancelPreview; readonly run: SimulatedRun } {
  const plan = planOf(steps);
  let before: RunState | undefined;
  const takes = { ...fakes, 'network.isolate': { ...fakes['network.isolate'], takesMs: slow } };
  const run = simulate({
    plan,
    fakes: takes,
    cancel: { atMs, by: 'm', reason: 'x' },
    observe: (state, event) => {
      if (event?.type !== 'cancel-requested' && (event?.nowMs ?? 0) < atMs) before = JSON.parse(JSON.stringify(state)) as RunState;
    },
  });
  const text = JSON.stringify(before);
  const preview = cancelPreview(plan, before!, atMs);
  expect(JSON.stringify(before)).toBe(text);
  return { preview, run };
}

describe('the preview of a cancellation', () => {
  it('names what is undone in the order in which it is', () => {
    const { preview, run } = previewed([isolate('a'), isolate('b'), isolate('c'), wait('w', '1h')], 5_000);
    expect(preview.undone.map(({ step, by, effect }) => [step, by, effect])).toEqual([
      ['c', 'network.release', 'done'],
      ['b', 'network.release', 'done'],
      ['a', 'network.release', 'done'],
    ]);
    expect(run.effects.every(({ undoneAtMs }) => undoneAtMs === 5_000)).toBe(true);
    expect(preview.stopped).toEqual([{ step: 'w', kind: 'wait' }]);
  });

  it('says what stays and why', () => {
    const once = { id: 'note', action: 'network.isolate', with: { asset: 'x' }, undo: 'none', reason: 'it was said already' };
    const { preview } = previewed([once, wait('w', '1h')], 5_000);
    expect(preview).toMatchObject({ undone: [], kept: [{ step: 'note', what: 'network.isolate', reason: 'it was said already' }] });
  });

  it('counts an effect that is under way as one that may have happened', () => {
    const { preview } = previewed([isolate('a')], 5_000, 60_000);
    expect(preview.undone).toMatchObject([{ step: 'a', effect: 'may-have-happened' }]);
    expect(preview.stopped).toEqual([{ step: 'a', kind: 'action' }]);
  });

  it('lists the steps that run first, and the approvals that close', () => {
    const ask = {
      id: 'ask',
      approval: { of: ['i'], roles: ['manager'], expires: '1h' },
      on_cancel: { steps: [noop('tell'), isolate('shield')] },
    };
    const { preview, run } = previewed([ask, isolate('i')], 5_000);
    expect(preview.first.map(({ step, action }) => [step, action])).toEqual([
      ['tell', 'control.noop'],
      ['shield', 'network.isolate'],
    ]);
    expect(preview.approvals).toEqual([{ step: 'ask', approval: 'approval-1' }]);
    expect(run.approvals).toMatchObject([{ status: 'cancelled' }]);
    expect(preview.undone.map(({ step }) => step)).toEqual(['shield']);
  });

  it('of a run whose leases alone are left names what they hold', () => {
    const { preview } = previewed([isolate('a', { lease: '1h' })], 5_000);
    expect(preview.undone).toMatchObject([{ step: 'a', effect: 'done' }]);
  });
});
