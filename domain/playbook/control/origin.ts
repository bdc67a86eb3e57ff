/** What brought a run about where that was another run: it called it, it is taken back by it, or its end started it. */
export type RunOrigin = {
  readonly kind: 'child' | 'undo' | 'after';
  readonly run: string;
  /** Of a child: the step of `run` that called it, by its key. */
  readonly step?: string | undefined;
  /** Of an undo: what `run` could not undo by itself, and somebody ordered to be tried again; without it, all that it left in force. */
  readonly only?: 'diverged' | undefined;
  /** How many runs stand above it. */
  readonly depth: number;
};

/** Runs that bring about runs that bring about runs …: what goes deeper is refused, because it would hardly end. */
export const deepestRun = 8;
