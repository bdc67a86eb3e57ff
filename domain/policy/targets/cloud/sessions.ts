/** Points that keep state: they are asked about connections that begin, and what belongs to an allowed one passes. */
import { type Box, everything } from '../../boxes.ts';
import type { IntervalSet } from '../../intervals.ts';
import { flowSet } from '../../request/flow.ts';

export const newConnections: IntervalSet = flowSet({ states: ['new'] });

/** In front of every list: answers pass, and what is related. */
export const followers: { readonly box: Box; readonly decision: 'allow' } = {
  box: { ...everything, flow: flowSet({ states: ['established', 'related'] }) },
  decision: 'allow',
};

/** Of what `entriesOf` is told about a language that keeps state. */
export const keepsState = {
  flows: 'it keeps state by itself: it is asked about connections that begin, whichever way they go',
  about: newConnections,
} as const;
