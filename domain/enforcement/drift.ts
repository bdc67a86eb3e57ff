/** How a point differs from what is wanted of it, in words: the one place that says it. */
export type WantedState = { readonly artifact: string | undefined; readonly isolationKeys: readonly string[] };
export type SeenState = {
  readonly artifactDigest: string | undefined;
  readonly isolationKeys: readonly string[];
  readonly intact: boolean;
};

/** What the point has and should not have, or lacks. Empty where it is as wanted. */
export function driftBetween(wanted: WantedState, seen: SeenState): readonly string[] {
  const missing = wanted.isolationKeys.filter((key) => !seen.isolationKeys.includes(key));
  const extra = seen.isolationKeys.filter((key) => !wanted.isolationKeys.includes(key));
  return [
    ...(seen.artifactDigest === wanted.artifact
      ? []
      : [`has artifact ${seen.artifactDigest ?? 'none'}, should have ${wanted.artifact ?? 'none'}`]),
    ...missing.map((key) => `lacks isolation ${key}`),
    ...extra.map((key) => `has isolation ${key} that nothing asks for`),
    ...(seen.intact ? [] : ['its content is not what was applied']),
  ];
}
