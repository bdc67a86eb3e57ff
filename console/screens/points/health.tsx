/** How a point was found, last. */
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { State, type Tone } from '../../look/state.tsx';

const tones: Readonly<Record<Point['health'], Tone>> = { 'in-force': 'good', unknown: 'waiting', drifted: 'bad', unreachable: 'bad' };
const words: Readonly<Record<Point['health'], string>> = {
  'in-force': 'as it should be',
  unknown: 'not seen yet',
  drifted: 'drifted',
  unreachable: 'unreachable',
};

export function Health({ health }: { readonly health: Point['health'] }): ReactElement {
  return <State value={health} tone={tones[health]} label={words[health]} />;
}
