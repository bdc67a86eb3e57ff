/** How far a run is: a bar of its steps by what became of them, and the state of the whole. */
import type { ReactElement } from 'react';
import type { RunDetail } from '../../../api/contract/runs.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { State, type Tone } from '../../look/state.tsx';
import { lengthOf } from '../../look/time.ts';
import { useNow } from '../../look/clock.ts';
import { isOver, stateOf, toneOfStep } from './step-state.ts';
import css from './run.module.css';

export function RunState({ detail }: { readonly detail: Pick<RunDetail, 'status' | 'view' | 'outcome'> }): ReactElement {
  const { status, view, outcome } = detail;
  const word = status === 'ended' ? (outcome ?? 'done') : (view?.status ?? status);
  return <State value={word} tone={toneOfRun(word)} label={runWords[word] ?? word} />;
}

const runWords: Readonly<Record<string, string>> = {
  ordered: 'queued',
  'waiting-for-people': 'waiting for a person',
  leased: 'done; an effect holds',
};

export function toneOfRun(word: string): Tone {
  const tones: Readonly<Record<string, Tone>> = {
    ordered: 'still',
    running: 'active',
    paused: 'warn',
    'waiting-for-people': 'waiting',
    leased: 'good',
    done: 'good',
    failed: 'bad',
    denied: 'bad',
    expired: 'warn',
    cancelled: 'still',
  };
  return tones[word] ?? 'good';
}

export function Progress({ detail, plan }: { readonly detail: RunDetail; readonly plan: Plan | undefined }): ReactElement {
  const steps = detail.view?.steps ?? [];
  const entered = new Set(steps.map(({ step }) => step));
  const ahead = detail.status === 'ended' ? 0 : topSteps(plan).filter((id) => !entered.has(id)).length;
  const over = steps.filter((step) => isOver(stateOf(step))).length;
  const now = useNow(1000);
  const tookMs = (detail.endedAt === undefined ? now : Date.parse(detail.endedAt)) - Date.parse(detail.orderedAt);
  const known = steps.length + ahead;
  return (
    <div className={css['progress']}>
      <div className={css['bar']} role="img" aria-label={`${over} of ${known} steps are over`}>
        {partsOf(steps, known).map(({ tone, share }) => (
          <span key={tone} data-tone={tone} style={{ width: `${share}%` }} />
        ))}
      </div>
      <span className={css['count']}>
        {over} of {detail.status === 'ended' ? '' : 'up to '}
        {known} steps · {lengthOf(tookMs)}
        {detail.stale ? ' · as last stored: the run could not be asked' : ''}
      </span>
    </div>
  );
}

/** Those of the main road: what is within blocks is counted once it is entered. */
function topSteps(plan: Plan | undefined): readonly string[] {
  return Object.values(plan?.steps ?? {})
    .filter(({ id, in: block, cleanup }) => block === undefined && cleanup !== true && !id.includes('.'))
    .map(({ id }) => id);
}

function partsOf(
  steps: readonly Parameters<typeof stateOf>[0][],
  known: number,
): readonly { readonly tone: Tone; readonly share: number }[] {
  const tally = new Map<Tone, number>();
  for (const step of steps) {
    const tone = toneOfStep[stateOf(step)];
    tally.set(tone, (tally.get(tone) ?? 0) + 1);
  }
  const order: readonly Tone[] = ['good', 'still', 'bad', 'warn', 'waiting', 'active'];
  return order.flatMap((tone) => {
    const count = tally.get(tone) ?? 0;
    return count === 0 ? [] : [{ tone, share: (count * 100) / Math.max(1, known) }];
  });
}
