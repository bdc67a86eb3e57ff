/**
 * The state that a thing is in: a word of the API with its tone. A tone has a shape too (ring, half, full, cross), so that colour is never the
 * only sign. `<State value="waiting" />`; a word that is not in the table is shown as it is, without a tone.
 */
import type { ReactElement } from 'react';
import css from './css/state.module.css';

export type Tone = 'still' | 'active' | 'waiting' | 'good' | 'warn' | 'bad';

const tones: Readonly<Record<string, Tone>> = {
  // incidents
  open: 'active',
  contained: 'waiting',
  closed: 'still',
  // runs and steps
  queued: 'still',
  pending: 'still',
  running: 'active',
  retrying: 'warn',
  waiting: 'waiting',
  'waiting-approval': 'waiting',
  paused: 'warn',
  succeeded: 'good',
  completed: 'good',
  done: 'good',
  failed: 'bad',
  cancelled: 'still',
  skipped: 'still',
  undone: 'still',
  undoing: 'warn',
  diverged: 'bad',
  // approvals
  approved: 'good',
  denied: 'bad',
  expired: 'still',
  superseded: 'still',
  // effects
  intended: 'still',
  applied: 'active',
  confirmed: 'good',
  // policies
  draft: 'still',
  'in-review': 'waiting',
  distributing: 'active',
  enforced: 'good',
  retired: 'still',
  // points
  healthy: 'good',
  drifted: 'warn',
  unreachable: 'bad',
  // signals
  handled: 'good',
  duplicate: 'still',
  suppressed: 'still',
  parked: 'warn',
};

export function toneOf(value: string): Tone {
  return tones[value] ?? 'still';
}

type StateProps = { readonly value: string; readonly tone?: Tone; readonly label?: string; readonly terse?: boolean };

export function State({ value, tone = toneOf(value), label = value.replaceAll('-', ' '), terse = false }: StateProps): ReactElement {
  return (
    <span className={`${css['state']} ${css[tone]}`} title={terse ? label : undefined}>
      <svg className={css['glyph']} viewBox="0 0 12 12" aria-hidden="true">
        <Glyph tone={tone} />
      </svg>
      <span className={terse ? 'unseen' : undefined}>{label}</span>
    </span>
  );
}

function Glyph({ tone }: { readonly tone: Tone }): ReactElement {
  const ring = <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.6" />;
  const marks: Readonly<Record<Tone, ReactElement>> = {
    still: ring,
    active: (
      <>
        {ring}
        <circle cx="6" cy="6" r="2.3" fill="currentColor" />
      </>
    ),
    waiting: (
      <>
        {ring}
        <path d="M6 3.4V6l1.8 1.2" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />
      </>
    ),
    good: (
      <path
        d="M6 .8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 6 .8Zm2.6 3.9L5.4 7.9 3.4 6"
        fill="currentColor"
        stroke="var(--paper)"
        strokeWidth="1.3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    ),
    warn: <path d="M6 1 11.4 10.6H.6Z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round" />,
    bad: <path d="M2.4 2.4l7.2 7.2M9.6 2.4 2.4 9.6" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />,
  };
  return marks[tone];
}
