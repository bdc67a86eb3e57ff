/** Exactly what will be done if it is approved: each effect with its targets and parameters, how it ends, and the digest that a vote is bound to. */
import IconArrowBackUp from '@tabler/icons-react/icons/IconArrowBackUp';
import IconLock from '@tabler/icons-react/icons/IconLock';
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { Digest } from '../../look/digest.tsx';
import { Section } from '../../look/page.tsx';
import { isProse, Values } from './value.tsx';
import css from './approval.module.css';

export type Effect = Approval['plan']['effects'][number];

export function Asked({ approval }: { readonly approval: Approval }): ReactElement {
  const { effects } = approval.plan;
  const title = titles[approval.status];
  return (
    <Section
      title={effects.length === 1 ? title : `${title}: ${effects.length} steps`}
      aside={
        <span className={css['digest']}>
          digest of the plan <Digest value={approval.digest} />
        </span>
      }
    >
      <Effects approval={approval} effects={effects} />
    </Section>
  );
}

const titles: Readonly<Record<Approval['status'], string>> = {
  open: 'What will be done',
  approved: 'What was approved',
  denied: 'What was denied',
  expired: 'What was asked',
  cancelled: 'What was asked',
};

type EffectsProps = {
  readonly approval: Pick<Approval, 'irreversible'>;
  readonly effects: readonly Effect[];
  readonly crossed?: ReadonlySet<string>;
};

export function Effects({ approval, effects, crossed }: EffectsProps): ReactElement {
  return (
    <ol className={css['effects']}>
      {effects.map((effect) => (
        <li key={effect.step} className={css['effect']} data-crossed={crossed?.has(effect.step) === true}>
          <div className={css['effect-head']}>
            <code className={css['action']}>{effect.action}</code>
            <span className={css['step']}>step {effect.step}</span>
          </div>
          <Values of={withoutProse(effect.params)} label={`Parameters of ${effect.step}`} />
          <Ends effect={effect} reason={approval.irreversible.find(({ step }) => step === effect.step)?.reason} />
        </li>
      ))}
    </ol>
  );
}

function withoutProse(params: Effect['params']): Effect['params'] {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => !isProse(value)));
}

function Ends({ effect: { lease, undo }, reason }: { readonly effect: Effect; readonly reason: string | undefined }): ReactElement | null {
  if (reason !== undefined) {
    return (
      <p className={css['ends']} data-tone="bad">
        <IconLock size={13} aria-hidden /> Cannot be undone: {reason}
      </p>
    );
  }
  if (undo === undefined) return null;
  return (
    <p className={css['ends']} data-tone="good">
      <IconArrowBackUp size={13} aria-hidden />
      {lease === undefined ? `Can be undone by ${undo}` : `Undone by itself after ${lease}, by ${undo}`}
    </p>
  );
}
