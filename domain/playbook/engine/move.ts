/** What a step kind answers: where control goes. Step kinds know nothing of each other; flow.ts carries the moves out. */
import type { JsonObject } from '../../json.ts';
import type { PlanStep, StepKind, StepOf } from '../plan.ts';
import type { Fault, StepState } from './state.ts';
import type { Turn } from './turn.ts';

export type Entry = { readonly id: string; readonly prefix: string };

export type Move =
  /** Under way until an event, or until the entered steps end. */
  | { readonly to: 'stay'; readonly enter?: readonly Entry[] }
  | { readonly to: 'next'; readonly outputs?: JsonObject }
  /** To that step; undefined ends the block. */
  | { readonly to: 'step'; readonly id: string | undefined; readonly status?: 'done' | 'denied' | 'expired' | 'withheld' }
  /** Of a parallel: stops what is under way inside, then as `restEnded` says. */
  | { readonly to: 'rest' }
  | { readonly to: 'end'; readonly outcome: string }
  | { readonly to: 'fail'; readonly error: Fault }
  /** A person skips it, and it has stopped: what it did is taken back, then the run goes on behind it. */
  | { readonly to: 'skip' }
  /** The run's order was cancelled: no handler of the playbook is asked. */
  | { readonly to: 'cancelled'; readonly error: Fault };

/** A step kind. What `enter` throws is the step's failure. */
export type Kind<K extends StepKind> = {
  readonly enter: (turn: Turn, state: StepState, step: StepOf<K>) => Move;
  /** Of kinds that enclose others: a branch or an item has come to its end with `last`. */
  readonly inside?: (turn: Turn, state: StepState, step: StepOf<K>, last: StepState) => Move;
  /** A branch or an item has failed with `last`. Without it the failure is the step's own. */
  readonly failed?: (turn: Turn, state: StepState, step: StepOf<K>, last: StepState) => Move;
};

export type AnyKind = Kind<PlanStep['kind']>;
export const stay: Move = { to: 'stay' };
