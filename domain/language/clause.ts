/**
 * A sentence as the grammar understands it, before names are matched.
 *
 * `only-from`: nobody else may reach `to`. `only-service`: nothing but this service between the two. `only-to`: `from` may reach nothing else. `only-unclear`: "X may only connect to Y on
 * port N" says one of two things. `rest`: the default of a scope ("everything else is denied").
 */
import type { Party } from './parties.ts';
import type { ServicePhrase } from './services.ts';
import type { TimePhrase } from './times.ts';

export type ClauseEffect = 'allow' | 'deny' | 'only-from' | 'only-service' | 'only-to' | 'only-unclear' | 'rest';

export type Exception = {
  readonly from?: readonly Party[] | undefined;
  readonly to?: readonly Party[] | undefined;
  /** Parties of which the sentence does not say on which side they are. */
  readonly either?: readonly Party[] | undefined;
  readonly services?: readonly ServicePhrase[] | undefined;
  readonly time?: TimePhrase | undefined;
};

/** Filled by the readers of heads.ts and tail.ts, which is why it is not readonly. */
export type Clause = {
  effect: ClauseEffect;
  from?: readonly Party[] | undefined;
  to?: readonly Party[] | undefined;
  services?: readonly ServicePhrase[] | undefined;
  /** The sentence speaks of the service ("may use SSH", "SSH access"), not only of a port on the way. */
  scoped?: boolean | undefined;
  /** "all traffic", "everything" */
  everything?: boolean | undefined;
  /** Traffic both ways. */
  both?: boolean | undefined;
  time?: TimePhrase | undefined;
  exceptions: Exception[];
};
