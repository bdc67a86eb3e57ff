/** What happens while nobody decides: reminders, who is asked next and when, and the end. From the playbook of the run. */
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import type { ApprovalStep } from '../../../domain/playbook/plan.ts';
import { useNow } from '../../look/clock.ts';
import { Section } from '../../look/page.tsx';
import { When } from '../../look/when.tsx';
import { usePlan } from '../playbook/use-plan.ts';
import { planIdOf } from '../run/step-state.ts';
import css from './approval.module.css';

const dayMs = 86_400_000;

type Moment = { readonly atMs: number; readonly what: string };

export function Ladder({ approval }: { readonly approval: Approval }): ReactElement | null {
  const { playbook, version } = approval.plan;
  const { data: plan } = usePlan(playbook, version);
  const now = useNow(10_000);
  const step = plan?.steps[planIdOf(approval.step)];
  if (step?.kind !== 'approval') return null;
  const endMs = approval.closedAt === undefined ? now : Date.parse(approval.closedAt);
  const moments = momentsOf(approval, step);
  // Where all is over within the day, the clock is enough.
  const long = moments.some(({ atMs }) => atMs - (moments[0]?.atMs ?? atMs) >= dayMs);
  const next = approval.status === 'open' ? moments.find(({ atMs }) => atMs > now) : undefined;
  return (
    <Section title="While nobody decides">
      <ol className={css['ladder']} data-long={long}>
        {moments.map((moment) => (
          <li
            key={`${moment.atMs} ${moment.what}`}
            data-past={moment.atMs <= endMs}
            data-next={moment === next}
            data-void={approval.status !== 'open' && moment.atMs > endMs}
          >
            <When at={new Date(moment.atMs).toISOString()} as={long ? 'local' : 'clock'} />
            <span>{moment.what}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function momentsOf({ openedAt, expiresAt, roles, people }: Approval, { remindMs, escalate = [] }: ApprovalStep): readonly Moment[] {
  const opened = Date.parse(openedAt);
  const rungs = Array.isArray(escalate) ? (escalate as readonly Rung[]) : [escalate as Rung];
  const first = firstAsked(rungs, roles, people);
  return [
    { atMs: opened, what: `asked ${first}` },
    ...remindMs.map((ms) => ({ atMs: opened + ms, what: 'reminded' })),
    ...rungs.flatMap(({ afterMs, to, people: named = [], remindMs: again = [] }) => [
      { atMs: opened + afterMs, what: `also asks ${[...to, ...named].join(', ')}` },
      ...again.map((ms) => ({ atMs: opened + afterMs + ms, what: 'reminded' })),
    ]),
    { atMs: Date.parse(expiresAt), what: 'expires: nothing is done' },
  ]
    .filter(({ atMs }) => atMs <= Date.parse(expiresAt))
    .toSorted((a, b) => a.atMs - b.atMs);
}

type Rung = {
  readonly afterMs: number;
  readonly to: readonly string[];
  readonly people?: readonly string[];
  readonly remindMs?: readonly number[];
};

/** Those who were asked later are in the list of who is asked by now. */
function firstAsked(rungs: readonly Rung[], roles: readonly string[], people: readonly string[]): string {
  const later = new Set(rungs.flatMap(({ to, people: named = [] }) => [...to, ...named]));
  const first = [...roles, ...people].filter((one) => !later.has(one));
  return (first.length === 0 ? [...roles, ...people] : first).join(', ');
}
