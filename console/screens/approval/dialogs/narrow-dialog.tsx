/** Approving less: fewer of the steps, or a shorter lease. Shows the plan that is left and its own digest, which the vote is bound to. */
import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Approval, Narrow } from '../../../../api/contract/approvals.ts';
import { digestOf } from '../../../../domain/digest.ts';
import { EdictError } from '../../../../domain/errors.ts';
import type { ApprovalPlan } from '../../../../domain/playbook/approval.ts';
import { narrowPlan } from '../../../../domain/playbook/approval/narrow.ts';
import { Effects } from '../asked.tsx';
import { VoteDialog, type ShownPlan } from './vote-dialog.tsx';
import css from './dialog.module.css';

type NarrowProps = { readonly approval: Approval; readonly voices: readonly (string | undefined)[]; readonly onClose: () => void };

export function NarrowDialog({ approval, voices, onClose }: NarrowProps): ReactElement {
  const { effects } = approval.plan;
  const [kept, setKept] = useState<ReadonlySet<string>>(() => new Set(effects.map(({ step }) => step)));
  const [lease, setLease] = useState('');
  const [chosen, setChosen] = useState<ShownPlan>();
  const left = useMemo(() => leftOf(approval, kept, lease.trim()), [approval, kept, lease]);
  if (chosen !== undefined) return <VoteDialog approval={approval} decision="approve" voices={voices} plan={chosen} onClose={onClose} />;
  const leases = effects.some((effect) => effect.undo !== undefined);
  return (
    <Modal opened onClose={onClose} size="36rem" title="Approve less of it" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['dialog']}>
        {effects.length > 1 ? (
          <fieldset className={css['steps']}>
            <legend>Steps that may be done</legend>
            {effects.map(({ step, action }) => (
              <Checkbox
                key={step}
                size="xs"
                label={`${step}: ${action}`}
                checked={kept.has(step)}
                onChange={(event) =>
                  setKept(new Set(event.currentTarget.checked ? [...kept, step] : [...kept].filter((one) => one !== step)))
                }
              />
            ))}
          </fieldset>
        ) : null}
        {leases ? (
          <TextInput
            label="For no longer than"
            description="What can be undone is undone by itself after that: 30m, 1h, 1d."
            placeholder={effects.find((effect) => effect.lease !== undefined)?.lease ?? '1h'}
            value={lease}
            onChange={(event) => setLease(event.currentTarget.value)}
          />
        ) : null}
        {'why' in left ? (
          <p className={css['not-yet']}>{left.why}</p>
        ) : (
          <div className={css['plan']}>
            <Effects approval={approval} effects={left.plan.effects} />
          </div>
        )}
        <p className={css['bound']}>It takes the same number of approvals; others can join yours, or approve the whole.</p>
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button disabled={'why' in left} onClick={() => 'plan' in left && setChosen(shownOf(approval, left))}>
            Go on…
          </Button>
        </div>
      </div>
    </Modal>
  );
}

type Left = { readonly plan: ApprovalPlan; readonly narrow: Narrow };

function leftOf(approval: Approval, kept: ReadonlySet<string>, lease: string): Left | { readonly why: string } {
  const steps = approval.plan.effects.map(({ step }) => step).filter((step) => kept.has(step));
  const all = steps.length === approval.plan.effects.length;
  if (steps.length === 0) return { why: 'At least one step has to stay: leaving nothing is a denial.' };
  if (all && lease === '') return { why: 'Leave out a step, or give a shorter time.' };
  const narrow: Narrow = { ...(all ? {} : { steps }), ...(lease === '' ? {} : { lease }) };
  try {
    return { plan: narrowPlan(approval.plan, narrow), narrow };
  } catch (error) {
    return { why: error instanceof EdictError ? (error.expected ?? error.message) : 'this is no narrower plan' };
  }
}

function shownOf(approval: Approval, { plan, narrow }: Left): ShownPlan {
  return { digest: digestOf(plan), narrow, shown: <Effects approval={approval} effects={plan.effects} /> };
}
