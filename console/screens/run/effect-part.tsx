/** What the ledger says of an effect of a step: the guard's decision before it, how far it came, and its rows in the audit chain. */
import type { ReactElement } from 'react';
import type { Effect } from '../../../api/contract/runs.ts';
import { CopyObject } from '../../look/copy.tsx';
import { Digest } from '../../look/digest.tsx';
import { Json } from '../../look/json.tsx';
import { State } from '../../look/state.tsx';
import { When } from '../../look/when.tsx';
import { Part } from './part.tsx';
import css from './run.module.css';

export function EffectParts({ effects }: { readonly effects: readonly Effect[] }): ReactElement {
  return (
    <>
      {effects.map((effect) => (
        <OneEffect key={effect.key} effect={effect} />
      ))}
    </>
  );
}

function OneEffect({ effect }: { readonly effect: Effect }): ReactElement {
  const { decision, error, key, entries, receipt, targets, subjects } = effect;
  return (
    <>
      {decision === undefined ? null : (
        <Part title="Decision of the guard" aside={<When at={decision.at} as="clock" />}>
          <p className={css['line']}>
            <State value={decision.allow ? 'allowed' : 'refused'} tone={decision.allow ? 'good' : 'bad'} />
            <span className={css['quiet']}>
              settings {decision.settings.version === 0 ? 'as they come' : `version ${decision.settings.version}`}{' '}
              <Digest value={decision.policy} length={8} />
            </span>
          </p>
          {decision.reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
        </Part>
      )}
      <Part title="In the ledger" aside={<LedgerAside effect={effect} />}>
        <p className={css['line']}>
          <State value={effect.status} />
          <span className={css['quiet']}>{[...targets, ...subjects].join(', ')}</span>
        </p>
        <Moments effect={effect} />
        {error === undefined ? null : (
          <div className={css['fault']}>
            <code>{error.code}</code> {error.message}
          </div>
        )}
        <p className={css['quiet']}>
          key <code>{key}</code>
        </p>
        {entries.length === 0 ? null : <p className={css['quiet']}>audit rows {entries.join(', ')}</p>}
        {receipt === undefined ? null : <Json value={receipt} label="Receipt" />}
      </Part>
    </>
  );
}

function LedgerAside({ effect }: { readonly effect: Effect }): ReactElement {
  const { attempts, key, run } = effect;
  return (
    <>
      {attempts > 1 ? `${attempts} attempts` : 'one attempt'}
      <CopyObject label={`Copy the effect ${key}`} object={effect} path={`/v1/effects?run=${run}`} cli={`edict effect list --run ${run}`} />
    </>
  );
}

function Moments({ effect: { intendedAt, appliedAt, confirmedAt, undoneAt } }: { readonly effect: Effect }): ReactElement {
  const moments = [
    ['intended', intendedAt],
    ['applied', appliedAt],
    ['confirmed', confirmedAt],
    ['undone', undoneAt],
  ].filter((one): one is [string, string] => one[1] !== undefined);
  return (
    <ul className={css['moments']}>
      {moments.map(([what, at]) => (
        <li key={what}>
          <When at={at} as="clock" />
          <span>{what}</span>
        </li>
      ))}
    </ul>
  );
}
