/** How sure it is that an incident is one, from what agrees: detectors of different kinds, doors of different senders, repetition. Counts only. */
export type Confidence = 'low' | 'medium' | 'high';

export type Agreement = {
  /** Kinds of signal. */
  readonly kinds: number;
  /** Senders. */
  readonly doors: number;
  readonly signals: number;
};

/** High: two kinds agree, or two senders. Medium: one detector says it again and again. */
export function confidenceOf({ kinds, doors, signals }: Agreement): Confidence {
  if (kinds >= 2 || doors >= 2) return 'high';
  return signals >= 3 ? 'medium' : 'low';
}
