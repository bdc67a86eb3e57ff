/** The status of a control, in its words and its shape. */
import type { ReactElement } from 'react';
import type { ControlNeed, ControlStatus } from '../../../api/contract/compliance/compliance.ts';
import { State, type Tone } from '../../look/state.tsx';

/** From the best to the one that says the least. */
export const statusWords: Readonly<Record<ControlStatus, string>> = {
  effective: 'effective',
  partly: 'partly',
  'not-effective': 'not effective',
  'no-evidence': 'no evidence',
};

const tones: Readonly<Record<ControlStatus, Tone>> = { effective: 'good', partly: 'warn', 'not-effective': 'bad', 'no-evidence': 'still' };

export function ControlState({ status }: { readonly status: ControlStatus }): ReactElement {
  return <State value={status} tone={tones[status]} label={statusWords[status]} />;
}

const needTones: Readonly<Record<ControlNeed['state'], Tone>> = { holds: 'good', fails: 'bad', unseen: 'waiting' };
const needWords: Readonly<Record<ControlNeed['state'], string>> = { holds: 'holds', fails: 'does not hold', unseen: 'never seen' };

export function NeedState({ state }: Pick<ControlNeed, 'state'>): ReactElement {
  return <State value={state} tone={needTones[state]} label={needWords[state]} />;
}
